#!/usr/bin/env python3
"""Verifies an audit log, written from docs/record-format.md: Python 3, standard library only.

usage: python3 verify_chain.py audit.sqlite [keys]

`keys` is a file with a line `<key id> <secret in hexadecimal digits>` for each key of a keyed seal; without it, macs are
not checked beyond their form. Prints each fault as `kind chain position message`, then `ok records=N` (exit 0) or `faults=N` (exit 1). The rules in
comments are those of section 9. Of these only the search of rule 4 is left out: misplaced records are called edited.
"""
import hashlib, hmac, json, pathlib, re, sqlite3, sys

COLUMNS = """id=id occurred_at=occurredAt recorded_at=recordedAt type=type stage=stage severity=severity risk=risk
    outcome=outcome actor_id=actor.id actor_kind=actor.kind tenant_id=actor.tenantId resource_type=resource.type
    resource_id=resource.id session_id=sessionId correlation_id=correlationId trace_id=traceId
    component=origin.component environment=origin.environment transport=transport.kind route=transport.route
    status=transport.status actor_email=/actor/email actor_ip=/actor/ip"""  # section 8

class Text(bytes):
    """The bytes of a TEXT value. A BLOB stays plain bytes, so the two are never confused."""

def parsed(text):
    try:
        value = json.loads(text.decode("utf-8"))
        return value if isinstance(value, dict) else None
    except ValueError:
        return None

def flaw_of(row, chain):  # rules 2 to 4
    if not all(isinstance(row[name], Text) for name in ("previous_hash", "hash", "scheme", "body")):
        return "malformed"
    if not isinstance(mac_of(row), (Text, type(None))):
        return "malformed"
    if row["scheme"] not in (b"sha256-v1", b"hmac-sha256-v1"):
        return "scheme"
    member = b'"mac":"%s",' % (mac_of(row) or b"") if row["scheme"] == b"hmac-sha256-v1" else b""
    return None if hashlib.sha256(text_of(row, chain, member)).hexdigest().encode() == row["hash"] else "edited"

def text_of(row, chain, member):  # sections 5 and 7: the sealed text, and the keyed text
    return b'{"chain":"%s","event":%s,%s"position":%d,"previous":"%s","scheme":"%s"}' % (
        chain, row["body"], member, row["position"], row["previous_hash"], row["scheme"])

def mac_of(row):
    return row["mac"] if "mac" in row.keys() else None  # logs from before the keyed scheme have no such column

def wrong_key_of(row, chain, keys):  # rule 13: the id of the key whose mac is wrong, None when nothing is
    mac = mac_of(row)
    if row["scheme"] == b"sha256-v1":
        return None if mac is None else b""
    form = re.fullmatch(rb"([A-Za-z0-9._-]{1,24}):([0-9a-f]{64})", mac or b"")
    if form is None:
        return (mac or b"").split(b":")[0]
    key, digits = form.groups()
    if key not in keys:
        return key if keys else None
    expected = hmac.new(keys[key], text_of(row, chain, b'"key":"%s",' % key), "sha256").hexdigest().encode()
    return None if hmac.compare_digest(expected, digits) else key

def faults_of_content(row):  # rules 9 and 10
    event, personal, salt = parsed(row["body"]), row["personal"], row["salt"]
    if event is None or not all(isinstance(event.get(part), dict) for part in ("actor", "origin", "transport")):
        return [("malformed", "the body is no event")]
    part, faults = {}, []
    if "personal" in event and (personal, salt) != (None, None):  # section 6; both NULL: the person was erased
        texts = isinstance(personal, Text) and isinstance(salt, Text) and re.fullmatch(rb"[0-9a-f]{32}", salt)
        digest = texts and hashlib.sha256(bytes.fromhex(salt.decode()) + personal).hexdigest()
        part = parsed(personal) if digest == event["personal"] else None
    elif "personal" not in event and (personal, salt) != (None, None):
        part = None
    if part is None:
        faults.append(("personal", "the personal part is not the one that was sealed"))
    different = []
    for column, path in (pair.split("=") for pair in COLUMNS.split()):
        value = event
        if path.startswith("/"):
            value = part.get(path) if part else None
            value = value if isinstance(value, str) else None
            if part is None:
                continue
        elif path not in ("transport.route", "transport.status") or event["transport"].get("kind") == "http":
            for name in path.split("."):
                value = value.get(name) if isinstance(value, dict) else None
        else:
            value = None
        expected = Text(value.encode("utf-8")) if isinstance(value, str) else value
        if row[column] != expected or type(row[column]) is not type(expected):
            different.append(column)
    return faults + ([("column", "differs: " + ", ".join(different))] if different else [])

def verify_chain(chain, rows, head, keys, report):
    last, links, head_wrong, order, waiting = 0, [b"0" * 64], False, 0, None
    keyed, wrong = False, None
    head_sound = head and type(head["position"]) is int and head["position"] > 0 and isinstance(head["hash"], Text)
    end = head["position"] if head_sound else float("inf")
    for row in rows:
        position, sequence = row["position"], row["sequence"]
        if type(position) is not int or abs(position) >= 2**53:
            report("malformed", last + 1, "the position is no integer")  # rule 1
            continue
        flaw = flaw_of(row, chain)
        head_wrong = head_wrong or position > last == end and bool(links) and head["hash"] not in links
        if position <= last:  # rule 6
            if position < last or flaw or links:
                report("inserted", position, "the position is taken")
            links += [row["hash"]] if position == last and not flaw else []
            continue
        if position > end and not head_wrong:  # rule 7
            report("inserted", position, "stands behind the head")
            continue
        if position > last == end:  # rule 11, before rule 8
            report("head", last, "its hash is not the hash of the record")
        if position > last + 1:  # rule 8
            report("deleted", last + 1, "%d missing before %d" % (position - last - 1, position))
        if flaw:
            report(flaw, position, "the record is not what its seal says")
        else:
            if position == last + 1 and links and row["previous_hash"] not in links:
                report("forked", position, "continues another record than the one before it")
            key = wrong_key_of(row, chain, keys)
            if wrong and wrong[1:] != (position - 1, key):
                report("mac", wrong[0], "not made with the key that it names")
                wrong = None
            wrong = (wrong[0] if wrong else position, position, key) if key is not None else None
            if keyed and row["scheme"] == b"sha256-v1":  # rule 14
                report("scheme", position, "sealed without a key, although the record before it has one")
            keyed = row["scheme"] == b"hmac-sha256-v1"
            for kind, message in faults_of_content(row):
                report(kind, position, message)
            if waiting and (waiting[1] <= order or sequence <= waiting[1] and sequence > order):  # rule 10
                report("column", waiting[0], "differs: sequence")
            elif waiting:
                order = waiting[1]
            waiting = (position, sequence)
        last, links = position, [] if flaw else [row["hash"]]
    if waiting and waiting[1] <= order:
        report("column", waiting[0], "differs: sequence")
    if wrong:
        report("mac", wrong[0], "not made with the key that it names")
    if last == end and links and head["hash"] not in links and not head_wrong:
        report("head", last, "its hash is not the hash of the record")  # rule 11
    elif not head_sound and (head or last > 0):
        report("head", last, "missing or damaged")  # rule 12
    elif head_sound and end > last and not head_wrong:
        wrong = last > 0 and head["hash"] in links
        report("head" if wrong else "truncated", end if wrong else last + 1, "the head is at %d" % end)

def main(file, keys_file=None):
    lines = pathlib.Path(keys_file).read_text().split("\n") if keys_file else []
    keys = {line.split()[0].encode(): bytes.fromhex(line.split()[1]) for line in lines if line.strip()}
    database = sqlite3.connect(pathlib.Path(file).resolve().as_uri() + "?mode=ro", uri=True)
    database.text_factory, database.row_factory = Text, sqlite3.Row
    database.execute("BEGIN")  # records and heads of the same moment
    faults = []
    def report_in(chain):
        def report(kind, position, message):
            faults.append(kind)
            print(kind, chain.decode("utf-8", "replace"), position, message)
        return report
    heads = {head["chain"]: head for head in database.execute("SELECT * FROM audit_heads")}
    for row in database.execute("SELECT chain, position FROM audit_records WHERE typeof(chain) <> 'text'"):
        report_in(bytes(row["chain"]))("malformed", row["position"], "the chain is no text")
    names = [row[0] for row in database.execute("SELECT DISTINCT chain FROM audit_records")]
    for chain in sorted({name for name in [*heads, *names] if isinstance(name, Text)}):
        rows = database.execute(
            "SELECT * FROM audit_records WHERE chain = CAST(? AS TEXT) ORDER BY position, sequence", (bytes(chain),))
        verify_chain(chain, rows, heads.get(chain), keys, report_in(chain))
    records = database.execute("SELECT count(*) FROM audit_records").fetchone()[0]
    print("faults=%d" % len(faults) if faults else "ok records=%d" % records)
    return 1 if faults else 0

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
