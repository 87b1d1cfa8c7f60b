"""One record of an audit log by itself: sections 3 to 8 of docs/record-format.md, rules 2 to 4, 9, 10 and 13 of section 9.

Python 3, standard library only. Used by verify_chain.py.
"""
import hashlib, hmac, json, re

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

def content_of(row):  # rules 9 and 10: the event, whether its person is gone, and what is wrong
    event, personal, salt = parsed(row["body"]), row["personal"], row["salt"]
    if event is None or not all(isinstance(event.get(part), dict) for part in ("actor", "origin", "transport")):
        return None, False, [("malformed", "the body is no event")]
    is_erased = "personal" in event and (personal, salt) == (None, None)
    part, faults = {}, []
    if "personal" in event and (personal, salt) != (None, None):  # section 6
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
    faults += [("column", "differs: " + ", ".join(different))] if different else []
    return event, is_erased, faults
