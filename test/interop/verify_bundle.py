#!/usr/bin/env python3
"""Verifies a bundle of an audit log with nothing of ours: Python 3, standard library only.

Written from docs/bundle-format.md. Trees, notes and Ed25519 are those of verify_proof.py, which was written from their
RFCs and specifications.

usage: python3 verify_bundle.py FOLDER [VERIFIER_KEY ...]

Prints a line for each problem and a verdict at the end. Exit 0 when there is none, 1 when there is, 2 on wrong usage.
Without a key, signatures are checked with the keys in the bundle itself, which proves only that it is consistent.
"""
import gzip, hashlib, json, os, re, sys, zlib

import verify_proof as known
from verify_proof import Refused, demand

FORMAT = "audited-bundle/1"
MANIFEST = {"format", "createdAt", "createdBy", "generator", "log", "signed", "selection", "method", "records",
            "personal", "chains", "files"}
RECORD = {"body", "chain", "hash", "position", "previousHash", "scheme"}


def file_name(chain):  # section 1
    return re.sub("[^a-z0-9_-]", lambda match: "%%%02x" % ord(match[0]), chain)


def content_of(folder, name):
    path = os.path.join(folder, *name.split("/"))
    demand(os.path.isfile(path) and not os.path.islink(path), "%s is missing, or no plain file" % name)
    with open(path, "rb") as file:
        return file.read()


def files_in(folder):
    for base, folders, names in os.walk(folder):
        for name in names + [link for link in folders if os.path.islink(os.path.join(base, link))]:
            yield os.path.relpath(os.path.join(base, name), folder).replace(os.sep, "/")


def lines_of(folder, name):
    try:
        text = gzip.decompress(content_of(folder, name)).decode()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise Refused("%s is damaged (%s)" % (name, type(error).__name__))
    demand(text == "" or text.endswith("\n"), "%s is cut off" % name)
    return [parsed(line, "%s, line %d" % (name, number)) for number, line in enumerate(text.split("\n")[:-1], 1)]


def parsed(text, what):
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    demand(isinstance(value, dict), "%s is not the JSON of an object" % what)
    return value


def spans_of(text):
    spans, last = [], 0
    for part in text.split(",") if text else []:
        match = re.fullmatch("([1-9][0-9]{0,15})(?:-([1-9][0-9]{0,15}))?", part)
        demand(match, "malformed positions")
        low, high = int(match[1]), int(match[2] or match[1])
        demand(last < low <= high < 2**53, "positions that do not rise")
        spans.append((low, high))
        last = high
    return spans


class Bundle:
    def __init__(self, folder, keys):
        self.folder, self.problems, self.erased = folder, [], 0
        self.bytes = content_of(folder, "manifest.json")
        self.manifest = parsed(self.bytes, "the manifest")
        demand(self.manifest.get("format") == FORMAT, "the format is not %s" % FORMAT)
        demand(set(self.manifest) <= MANIFEST, "the manifest has unknown members")
        canonical = json.dumps(self.manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
        demand(canonical.encode() == self.bytes, "the manifest is not canonical")
        self.chains, self.log = self.manifest["chains"], self.manifest.get("log")
        demand(self.manifest["signed"] is (self.log is not None), "signed, or not?")
        given = keys or (content_of(folder, "keys.txt").decode().split("\n")[:-1] if self.log else [])
        self.keys = [known.parsed_verifier_key(key)[1] for key in given]

    def attempt(self, work, *args):
        try:
            return work(*args)
        except Refused as refusal:
            self.problems.append(str(refusal))
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            self.problems.append("malformed: %s in %s" % (type(error).__name__, work.__name__))

    def verify(self, demands_signature):
        if demands_signature and not self.log:
            self.problems.append("the bundle is not signed")
        self.attempt(self.files)
        if self.log:
            self.attempt(self.signature)
        records = self.attempt(lines_of, self.folder, "records.jsonl.gz") or []
        personal = self.attempt(lines_of, self.folder, "personal.jsonl.gz") or []
        self.attempt(self.order, records, personal)
        parts = {(line.get("chain"), line.get("position")): line for line in personal}
        if len(parts) != len(personal):
            self.problems.append("two personal parts of one record")
        for entry in self.chains:
            own = [line for line in records if line.get("chain") == entry["chain"]]
            self.attempt(self.chain, entry, own, parts)
        if parts:
            self.problems.append("personal parts of no record")
        if self.manifest["records"] != len(records) or len(records) != sum(entry["count"] for entry in self.chains):
            self.problems.append("the manifest says another number of records")

    def order(self, records, personal):
        order = [entry["chain"] for entry in self.chains]
        demand(order == sorted(set(order)), "chains that are not in the order of their names")
        for lines in (records, personal):
            places = [(order.index(line["chain"]), line["position"]) for line in lines]
            demand(places == sorted(places), "records or personal parts that are not in order")

    def files(self):  # sections 1 and 3
        digested = ["records.jsonl.gz"] + (["keys.txt"] if self.log else [])
        for entry in self.chains:
            digested.append("proofs/%s.nodes" % file_name(entry["chain"]))
            demand(entry["checkpoint"] is True or not self.log, "a signed bundle without checkpoint")
            digested += ["checkpoints/%s.txt" % file_name(entry["chain"])] if entry["checkpoint"] else []
        demand([file["name"] for file in self.manifest["files"]] == sorted(digested), "the manifest lists other files")
        present = set(digested) | {"manifest.json", "personal.jsonl.gz"} | ({"manifest.note"} if self.log else set())
        demand(set(files_in(self.folder)) == present, "files are missing, or do not belong here")
        for file in self.manifest["files"]:
            content = content_of(self.folder, file["name"])
            digest = hashlib.sha256(content).hexdigest()
            demand((len(content), digest) == (file["bytes"], file["sha256"]), "%s is another file" % file["name"])

    def opened(self, name, key_name):
        note = content_of(self.folder, name).decode()
        return known.opened_note(note, [(key_name, key) for key in self.keys])

    def signature(self):  # section 4
        digest = hashlib.sha256(self.bytes).hexdigest()
        text = self.opened("manifest.note", self.log)
        demand(text == "%s\naudited/bundle/v1\n%s\n" % (self.log, digest), "the note signs another manifest")

    def chain(self, entry, records, parts):
        name, spans = entry["chain"], spans_of(entry["positions"])
        size, root = known.size_of(entry["size"]), known.hash_of(entry["root"])
        demand(not spans or spans[-1][1] <= size, "positions outside the tree of chain %s" % name)
        demand(self.manifest["method"] == "slice" or len(spans) <= 1, "holes in chain %s" % name)
        count = sum(high - low + 1 for low, high in spans)
        demand(count == entry["count"] == len(records), "chain %s: another number of records" % name)
        wanted = [position for low, high in spans for position in range(low, high + 1)]
        demand([line["position"] for line in records] == wanted, "chain %s: other positions" % name)
        demand((entry.get("first"), entry.get("last")) == ((wanted[0], wanted[-1]) if wanted else (None, None)),
               "chain %s: another first or last position" % name)
        before, events = (0, "0" * 64), []
        for line in records:
            before = self.record(line, before)
            events.append(self.event(line, parts))
        self.selected(events)
        leaves = [known.leaf_hash(known.hash_of(line["hash"])) for line in records]
        content = content_of(self.folder, "proofs/%s.nodes" % file_name(name))
        demand(len(content) % 32 == 0, "chain %s: a file of nodes that is cut off" % name)
        nodes = [content[at : at + 32] for at in range(0, len(content), 32)]
        found = known.slice_root(0, size, [(low - 1, high) for low, high in spans], leaves, nodes) if size else known.sha256(b"")
        demand(found == root and not leaves and not nodes, "chain %s: records and nodes give another root" % name)
        if entry["checkpoint"]:
            origin = "%s/%s" % (self.log, name)
            text = self.opened("checkpoints/%s.txt" % file_name(name), origin)
            demand(known.parsed_checkpoint(text) == (origin, size, root), "chain %s: a checkpoint of something else" % name)

    def record(self, line, before):  # section 5
        demand(set(line) - {"mac"} == RECORD, "a record with other members")
        place = "record %d of chain %s" % (line["position"], line["chain"])
        demand(known.record_hash(line, line["body"]).hex() == line["hash"], "%s does not have its hash" % place)
        follows = before[0] == line["position"] - 1
        demand(not follows or before[1] == line["previousHash"], "%s continues another record" % place)
        return line["position"], line["hash"]

    def event(self, line, parts):  # section 6
        place, event = (line["chain"], line["position"]), parsed(line["body"], "a body")
        part = parts.pop(place, None)
        if part is None:
            self.erased += "personal" in event
            return event
        demand(set(part) == {"chain", "personal", "position", "salt"}, "a personal part with other members")
        demand(re.fullmatch("[0-9a-f]{32}", part["salt"]), "record %d of chain %s: no salt" % place[::-1])
        commitment = hashlib.sha256(bytes.fromhex(part["salt"]) + part["personal"].encode()).hexdigest()
        demand(event.get("personal") == commitment, "record %d of chain %s: another personal part" % place[::-1])
        return event

    def selected(self, events):
        wanted, is_slice = self.manifest["selection"], self.manifest["method"] == "slice"
        demand(is_slice == ("tenantId" in wanted), "another method than the selection says")
        for event in events if is_slice else events[:1] + events[-1:]:
            is_right = wanted.get("from", "") <= event["occurredAt"] < wanted.get("to", "~")
            is_right = is_right and (not is_slice or event["actor"].get("tenantId") == wanted["tenantId"])
            demand(is_right, "a record that was not selected")


def main(arguments):
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    folder, keys = arguments[0], arguments[1:]
    sys.setrecursionlimit(10_000)
    try:
        bundle = Bundle(folder, keys)
    except (Refused, KeyError, TypeError, ValueError, AttributeError) as error:
        print(error)
        print("BROKEN")
        return 1
    bundle.verify(len(keys) > 0)
    print("\n".join(bundle.problems + ["%s %d records, %d erased%s" % (
        "BROKEN" if bundle.problems else "INTACT", bundle.manifest["records"], bundle.erased,
        "" if keys else "; nobody you named has signed this")]))
    return 1 if bundle.problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
