#!/usr/bin/env python3
"""Verifies an audit log, written from docs/record-format.md: Python 3, standard library only.

usage: python3 verify_chain.py audit.sqlite [seal keys] [--trusted FILE] [--log NAME] [--checkpoint FILE ...]

The seal keys are a file with a line `<key id> <secret in hexadecimal digits>` for each key of a keyed seal; without it,
macs are not checked beyond their form. --trusted: public keys that checkpoints and statements must be signed with,
verifier keys or PEM blocks; without it, signatures are not checked. --log: the name that the log must have.
--checkpoint: a checkpoint that was kept outside, a signed note.

Prints each fault as `kind chain position message`, then `ok records=N` (exit 0), `faults=N` (exit 1), or, when a record
in the chain explains every fault, `explained faults=N` (exit 4); exit 2 is wrong input. The rules in comments are those
of section 9; those about one record by itself are in verify_record.py, about what was signed in verify_checkpoints.py,
about what custody did in verify_custody.py. Only the search of rule 4 is left out: misplaced records are called edited.
"""
import argparse, base64, collections, pathlib, sqlite3, sys

import verify_checkpoints as signed
import verify_custody as custody
from verify_proof import Refused
from verify_record import Text, content_of, flaw_of, wrong_key_of

Fault = collections.namedtuple("Fault", "kind chain position through message explained_at")

class ChainCheck:
    """One chain while its rows are read, ordered by position, then by sequence."""

    def __init__(self, chain, head, keys, roots, statements, report):
        self.chain, self.head, self.keys, self.report = chain, head, keys, report
        self.roots, self.statements = roots, statements
        self.last, self.links, self.late = 0, [b"0" * 64], None
        self.order, self.waiting = 0, None  # of sequences
        self.wrong, self.is_keyed, self.downgraded = None, False, None
        self.is_head = head is not None and type(head["position"]) is int and isinstance(head["hash"], Text)
        self.is_head = self.is_head and head["position"] > 0
        self.is_refuted = not self.is_head

    def read(self, row):
        position = row["position"]
        if type(position) is not int or abs(position) >= 2**53:
            return self.report("malformed", self.last + 1, "the position is no integer")  # rule 1
        flaw = flaw_of(row, self.chain)
        if position <= self.last:
            self.read_rival(row, flaw)
        elif self.is_behind_head(position):
            self.report("inserted", position, "stands behind the head")
        else:
            self.take(row, flaw)

    def read_rival(self, row, flaw):  # rule 6
        is_candidate = row["position"] == self.last and not flaw
        if not is_candidate or self.links:
            self.report("inserted", row["position"], "the position is taken")
        if is_candidate:
            self.links.append(row["hash"])
            self.roots.rival(row["hash"])
            self.statements.take(row["position"], None, None)
            event = content_of(row)[0]
            if event is not None and wrong_key_of(row, self.chain, self.keys) is None:
                self.statements.propose(row, event, False, None)

    def is_behind_head(self, position):  # rule 7
        if self.is_refuted or position <= self.head["position"] or self.roots.covered > self.head["position"]:
            return False
        return self.head["position"] != self.last or not self.links or self.head["hash"] in self.links

    def take(self, row, flaw):  # rule 8
        position, previous = row["position"], row["previous_hash"]
        self.leave(previous if position == self.last + 1 else None)
        if position > self.last + 1:
            if self.last == 0:
                self.late = (position, None if flaw else previous)
            else:
                missing = position - self.last - 1
                self.report("deleted", self.last + 1, "%d missing before %d" % (missing, position), position - 1)
            self.links = []
        self.roots.take(position, row["hash"], None if flaw else previous)
        self.statements.take(position, *((None, None) if flaw else (row["hash"], previous)))
        if flaw:
            self.report(flaw, position, "the record is not what its seal says")
        else:
            is_forked = bool(self.links) and previous not in self.links
            if is_forked:
                self.report("forked", position, "continues another record than the one before it")
            self.take_content(row, is_forked)
        self.last, self.links = position, [] if flaw else [row["hash"]]

    def take_content(self, row, is_forked):
        position, sequence = row["position"], row["sequence"]
        event, is_erased, faults = content_of(row)
        for kind, message in faults:
            self.report(kind, position, message)
        key = wrong_key_of(row, self.chain, self.keys)
        self.take_seal(position, row["scheme"] == b"hmac-sha256-v1", key)
        if event is None:
            return
        self.end_sequence(lambda last: sequence <= last and sequence > self.order)
        self.waiting = (position, sequence)
        if is_erased:
            self.statements.erased.append((position, event.get("id")))
        if key is None:
            self.statements.propose(row, event, is_forked, self.downgraded)

    def end_sequence(self, is_odd=lambda last: False):  # rule 10
        position, last = self.waiting or (0, None)
        if last is not None and (last <= self.order or is_odd(last)):
            self.report("column", position, "differs: sequence")
        elif last is not None:
            self.order = last

    def take_seal(self, position, is_keyed, key):  # rules 13 and 14
        if self.wrong and self.wrong[1:] != (position - 1, key):
            self.end_macs()
        if key is not None:
            self.wrong = (self.wrong[0] if self.wrong else position, position, key)
        if self.is_keyed and not is_keyed and self.downgraded is None:
            self.downgraded = position
            self.report("scheme", position, "sealed without a key, although the record before it has one")
        if is_keyed:
            self.is_keyed, self.downgraded = True, None

    def end_macs(self):
        if self.wrong:
            self.report("mac", self.wrong[0], "not made with the key that it names", self.wrong[1])
        self.wrong = None

    def leave(self, hint):  # rule 11; the next record, or the head, tells which of several is genuine
        at_head = not self.is_refuted and self.head["position"] == self.last
        if at_head and self.links and self.head["hash"] not in self.links:
            self.is_refuted = True
            self.report("head", self.last, "its hash is not the hash of the record")
        self.statements.settle(self.links[0] if len(self.links) == 1 else hint)

    def finish(self):
        is_at_end = self.head is not None and self.head["position"] == self.last
        head_hash = self.head["hash"] if is_at_end else None
        self.leave(head_hash)
        self.roots.end(head_hash)
        self.end_sequence()
        self.end_macs()
        if self.late:
            self.statements.judge_beginning(*self.late)
        self.statements.judge_roots(self.roots)
        self.statements.judge_erased()
        self.end()

    def end(self):  # rule 12
        wrong, end = None, 0 if self.is_refuted else self.head["position"]
        if not self.is_head:
            wrong = self.last if self.head is not None or self.last > 0 else None
        elif not self.is_refuted and (end < self.last or end > self.last > 0 and self.head["hash"] in self.links):
            wrong = end
        if wrong is not None:
            self.report("head", wrong, "missing, damaged, moved back, or moved on")
        groups = dict(self.statements.by_explanation(self.roots.waiting))
        groups.setdefault(None, [])
        for explained, checkpoints in groups.items():
            through = max([checkpoint.size for checkpoint in checkpoints], default=0)
            through = max(through, end if explained is None and wrong is None else 0)
            if through > self.last:
                self.report("truncated", self.last + 1, "the end is at %d" % through, through, explained)

def tiles_in(database, chain):
    def tile(level, index):
        query = "SELECT hashes FROM audit_tiles WHERE chain = CAST(? AS TEXT) AND level = ? AND tile = ?"
        row = database.execute(query, (chain, level, index)).fetchone()
        return base64.b64decode(row["hashes"]) if row else None
    return lambda size: signed.tree_of_tiles(size, tile)

def verify_chain(database, chain, head, options, faults):
    found, name = [], chain.decode("utf-8", "replace")
    def report(kind, position, message, through=None, explained=None):
        found.append(Fault(kind, name, position, through or position, message, explained))
    of_chain = "FROM %s WHERE chain = CAST(? AS TEXT) ORDER BY %s"
    stored = []
    if options.has_custody:
        rows = database.execute("SELECT size, root, note " + of_chain % ("audit_checkpoints", "size, sequence"), (chain,))
        stored = [(row["size"], text_in(row["root"]), text_in(row["note"])) for row in rows]
    expected = options.log and "%s/%s" % (options.log, name)
    given = [note for origin, note in options.given if origin.rpartition("/")[2] == name]
    known, origin = signed.judged_checkpoints(name, stored, given, options.trusted, expected, report)
    roots = signed.Roots(known, tiles_in(database, chain) if options.has_custody else lambda size: None)
    statements = custody.Statements(name, origin, options.trusted, report)
    check = ChainCheck(chain, head, options.seal_keys, roots, statements, report)
    for row in database.execute("SELECT * " + of_chain % ("audit_records", "position, sequence"), (chain,)):
        check.read(row)
    check.finish()
    for fault in sorted(found, key=lambda fault: fault.position):
        explained = custody.explained_at(fault.kind, fault.position, fault.through, statements.reanchors)
        faults.append(fault if fault.explained_at else fault._replace(explained_at=explained))

def text_in(value):
    try:
        return value.decode("utf-8") if isinstance(value, Text) else None
    except UnicodeDecodeError:
        return None

def read_options(arguments):
    parser = argparse.ArgumentParser(description="Verifies an audit log in a SQLite file.")
    parser.add_argument("file")
    parser.add_argument("seal_keys", nargs="?", help="file of `<key id> <secret in hexadecimal digits>`")
    parser.add_argument("--trusted", help="file of public keys")
    parser.add_argument("--log", help="name that the log must have")
    parser.add_argument("--checkpoint", action="append", default=[], help="file of a signed note")
    options = parser.parse_args(arguments)
    lines = pathlib.Path(options.seal_keys).read_text().split("\n") if options.seal_keys else []
    options.seal_keys = {line.split()[0].encode(): bytes.fromhex(line.split()[1]) for line in lines if line.strip()}
    try:
        options.trusted = signed.keys_in(pathlib.Path(options.trusted).read_text()) if options.trusted else None
        options.given = []
        for note in [pathlib.Path(file).read_bytes().decode() for file in options.checkpoint]:
            origin, size, root, _time = signed.checkpoint_in(note)
            options.given.append((origin, (size, root, note)))
    except (Refused, ValueError) as refusal:
        parser.error("a key or checkpoint that was given is none: %s" % refusal)
    return options

def main(arguments):
    options = read_options(arguments)
    database = sqlite3.connect(pathlib.Path(options.file).resolve().as_uri() + "?mode=ro", uri=True)
    database.text_factory, database.row_factory = Text, sqlite3.Row
    database.execute("BEGIN")  # records, heads and checkpoints of the same moment
    tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    options.has_custody = b"audit_checkpoints" in tables  # not in logs from before there were checkpoints
    faults = []
    heads = {head["chain"]: head for head in database.execute("SELECT * FROM audit_heads")}
    for row in database.execute("SELECT chain, position FROM audit_records WHERE typeof(chain) <> 'text'"):
        chain = bytes(row["chain"]).decode("utf-8", "replace")
        faults.append(Fault("malformed", chain, row["position"], None, "the chain is no text", None))
    names = {Text(origin.rpartition("/")[2].encode()) for origin, _note in options.given} | set(heads)
    for table in ["audit_records"] + (["audit_checkpoints"] if options.has_custody else []):
        names |= {row[0] for row in database.execute("SELECT DISTINCT chain FROM " + table)}
    for chain in sorted(name for name in names if isinstance(name, Text)):
        verify_chain(database, chain, heads.get(chain), options, faults)
    for fault in faults:
        because = "" if fault.explained_at is None else " (explained at %d)" % fault.explained_at
        print(fault.kind, fault.chain, fault.position, fault.message + because)
    if not faults:
        print("ok records=%d" % database.execute("SELECT count(*) FROM audit_records").fetchone()[0])
        return 0
    is_explained = all(fault.explained_at is not None for fault in faults)
    print("%sfaults=%d" % ("explained " if is_explained else "", len(faults)))
    return 4 if is_explained else 1

if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (OSError, ValueError, IndexError, sqlite3.Error) as error:
        print("cannot be verified: %s" % error, file=sys.stderr)
        sys.exit(2)
