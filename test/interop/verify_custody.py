"""What custody did to a chain, and what was signed: rules 15 to 20 of docs/record-format.md, and its section 12.

Python 3, standard library only; trees, notes and Ed25519 are those of verify_proof.py. Used by verify_chain.py.
"""
import base64, collections, datetime, decimal, json, re

import verify_proof as proof
from verify_proof import Refused, demand

HASH = re.compile("[0-9a-f]{64}")
KINDS = {"audit.prune": "prune", "audit.erasure": "erasure", "audit.reanchor": "reanchor"}
SIGNED_KINDS = ("checkpoint", "truncated")  # what the list of a re-anchor calls faults that checkpoints show

Key = collections.namedtuple("Key", "public name not_before not_after")
Checkpoint = collections.namedtuple("Checkpoint", "size root signed_at source")
Fault = collections.namedtuple("Fault", "kind chain position through message explained_at")


# --- Keys that the verifier got elsewhere -----------------------------------------------------------------------------

def keys_in(text):
    """Verifier keys, a line each, perhaps with notBefore=<ISO> and notAfter=<ISO> behind; and PEM blocks."""
    pem = "-----BEGIN PUBLIC KEY-----(.*?)-----END PUBLIC KEY-----"
    keys = [Key(base64.b64decode(block)[-32:], None, None, None) for block in re.findall(pem, text, re.DOTALL)]
    for line in re.sub(pem, "", text, flags=re.DOTALL).split("\n"):
        if line.strip() and not line.startswith("#"):
            key, *attributes = line.split()
            bounds = dict(attribute.split("=", 1) for attribute in attributes)
            name, public = proof.parsed_verifier_key(key)
            keys.append(Key(public, name, bounds.get("notBefore"), bounds.get("notAfter")))
    return keys


def moment(text):
    try:
        time = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        return (time if time.tzinfo else time.replace(tzinfo=datetime.timezone.utc)).timestamp()
    except ValueError:
        return None


def is_valid(key, at):
    bounds = [moment(bound) if bound else None for bound in (key.not_before, key.not_after)]
    if at is None or bounds == [None, None]:
        return True
    time = moment(at)
    return time is not None and (bounds[0] is None or bounds[0] <= time) and (bounds[1] is None or time <= bounds[1])


def demand_trust(note, origin, at, keys):  # section 12, the five verdicts on a note
    counting = [key for key in keys if key.name in (None, origin) or origin.startswith(key.name + "/")]
    text = proof.opened_note(note, [(origin, key.public) for key in counting])
    demand(text.startswith(origin + "\n"), "it is a note of another log")
    valid = [(origin, key.public) for key in counting if is_valid(key, at)]
    demand(valid != [], "no key was valid when it was signed")
    proof.opened_note(note, valid)


# --- Checkpoints ------------------------------------------------------------------------------------------------------

def checkpoint_in(note):
    text = proof.parsed_note(note)[0] if "\n\n" in note else note
    origin, size, root = proof.parsed_checkpoint(text)
    times = re.findall(r"^time (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$", "\n".join(text.split("\n")[3:]), re.MULTILINE)
    return origin, size, root.hex(), times[0] if times and moment(times[0]) is not None else None


def judged_checkpoints(chain, stored, given, keys, expected, report):
    """Rule 15: those that count, and the origin that they name. `keys` is None when signatures are not checked."""
    known, origins, problems = [], set(), {}
    for source, (size, root, note) in [("stored", row) for row in stored] + [("given", row) for row in given]:
        try:
            demand(isinstance(note, str), "it is no text")
            origin, *said, time = checkpoint_in(note)
            is_ours = origin == expected if expected else origin.endswith("/" + chain)
            if source == "given" and not expected and origins:
                is_ours = origin in origins
            demand(is_ours, "it is one of another log or chain, %s" % origin)
            demand(said == [size, root], "its size or root is not what its note says")
            if keys is not None:
                demand_trust(note, origin, time, keys)
            origins |= {origin} if source == "stored" else set()
            known.append(Checkpoint(size, root, time, source))
        except Refused as refusal:
            problems.setdefault((source, str(refusal)), []).append(size)
    for (source, problem), sizes in problems.items():
        report("signature", min(sizes), "the %s checkpoint counts for nothing: %s" % (source, problem))
    return known, expected or (origins.pop() if len(origins) == 1 else None)


# --- The tree (rules 16 and 19) ---------------------------------------------------------------------------------------

class Tree:
    """A tree that grows: the roots of the complete subtrees that its leaves make up, from left to right."""

    def __init__(self, subtrees=()):
        self.subtrees = list(subtrees)  # (leaves, root)
        self.size = sum(leaves for leaves, _ in self.subtrees)

    def append(self, digest):
        leaves, node = 1, proof.leaf_hash(digest)
        while self.subtrees and self.subtrees[-1][0] == leaves:
            node, leaves = proof.node_hash(self.subtrees.pop()[1], node), 2 * leaves
        self.subtrees.append((leaves, node))
        self.size += 1

    def root(self):
        nodes = [node for _, node in self.subtrees] or [proof.sha256(b"")]
        node = nodes.pop()
        while nodes:
            node = proof.node_hash(nodes.pop(), node)
        return node


def tree_of_tiles(size, tile):
    """The tree of `size` leaves from its tiles, or None where they do not hold it. `tile` gives bytes by level and index."""
    subtrees, begin = [], 0
    while begin < size:
        leaves = 1 << ((size - begin).bit_length() - 1)
        level, width, node = 0, leaves, begin
        while width >= 256:
            level, width, node = level + 1, width // 256, node // 256
        hashes, first = tile(level, node // 256) or b"", node % 256
        parts = [hashes[32 * at : 32 * at + 32] for at in range(first, first + width)]
        if any(len(part) < 32 for part in parts):
            return None
        subtrees.append((leaves, proof.tree_root(parts)))
        begin += leaves
    return Tree(subtrees)


class Roots:
    """Compares the records, as they are read, with the roots that were signed."""

    def __init__(self, checkpoints, tiles):
        self.waiting = sorted(checkpoints, key=lambda checkpoint: checkpoint.size)
        self.covered = max([checkpoint.size for checkpoint in checkpoints], default=0)
        self.tiles, self.tree, self.lacking = tiles, Tree(), None
        self.position, self.hashes, self.is_sound = 0, [], True  # of the last record, whose leaf the next one decides
        self.agreed, self.doubtful, self.differing = 0, 0, []
        self.compare(0)

    def take(self, position, digest, previous):
        """The record at a position; `previous` is None when it has a flaw, and says nothing of the one before."""
        hint = previous if is_hash(previous) else None
        if position == self.position + 1:
            self.close(hint)
        else:
            self.close(None)
            self.pass_gap(position, hint)
        self.position, self.hashes, self.is_sound = position, [digest], previous is not None

    def rival(self, digest):
        self.hashes, self.is_sound = (self.hashes if self.is_sound else []) + [digest], True

    def close(self, hint):
        """What stood at the last position, as the next record or the head says."""
        if self.position == 0:
            return
        is_named = hint is not None and (not self.is_sound or hint in self.hashes)
        if not is_named and not (self.is_sound and hint is None and len(self.hashes) == 1):
            self.doubtful = self.position
        self.append(hint if is_named else self.hashes[0], self.position)

    def append(self, digest, size):
        if self.tree is not None and is_hash(digest):
            self.tree.append(bytes.fromhex(digest.decode()))
        else:
            self.tree = None
        self.compare(size)

    def pass_gap(self, position, hint):
        size = position - 1
        if size == self.position + 1 and hint is not None:
            return self.append(hint, size)
        self.tree = None
        self.compare(size - 1)
        self.tree = self.tiles(size) if self.waiting else None
        if self.position == 0 and self.tree is None and self.waiting:
            self.lacking = self.waiting[0].size
        self.compare(size)

    def compare(self, size):
        while self.waiting and self.waiting[0].size <= size:
            checkpoint = self.waiting.pop(0)
            if self.tree is not None and self.tree.size == checkpoint.size:
                if self.tree.root().hex() == checkpoint.root:
                    self.agreed = checkpoint.size
                else:
                    self.differing.append((checkpoint, self.doubtful if self.doubtful > self.agreed else None))

    def end(self, head_hash):
        self.close(head_hash)


def is_hash(text):
    return isinstance(text, bytes) and re.fullmatch(rb"[0-9a-f]{64}", text) is not None


# --- Statements (rules 15, 17, 18 and 20) -----------------------------------------------------------------------------

def canonical(value):  # section 3
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{%s}" % ",".join("%s:%s" % (canonical(key), canonical(value[key])) for key in keys)
    if isinstance(value, list):
        return "[%s]" % ",".join(canonical(item) for item in value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(float(value))
    return json.dumps(value, ensure_ascii=False)


def number(value):  # as ECMAScript writes a double
    sign, digits, exponent = decimal.Decimal(repr(value)).normalize().as_tuple()
    text, point = "".join(map(str, digits)), len(digits) + exponent
    if value == 0:
        return "0"
    if len(text) <= point <= 21:
        text = text + "0" * (point - len(text))
    elif 0 < point <= 21:
        text = text[:point] + "." + text[point:]
    elif -6 < point <= 0:
        text = "0." + "0" * -point + text
    else:
        text = (text[0] + "." + text[1:]).rstrip(".") + "e%+d" % (point - 1)
    return "-" * sign + text


def spans_in(text):
    spans, last = [], 0
    for part in text.split(",") if text else []:
        match = re.fullmatch("([1-9][0-9]{0,15})(?:-([1-9][0-9]{0,15}))?", part)
        demand(match, "malformed positions")
        first, through = int(match[1]), int(match[2] or match[1])
        demand(last < first <= through < 2**53, "positions that do not rise")
        spans.append((first, through))
        last = through
    return spans


def is_text(value):
    try:
        return isinstance(value, str) and value.encode() != b""
    except UnicodeEncodeError:
        return False


def is_span(first, through, least):
    return type(first) is type(through) is int and least <= first <= through < 2**53


def statement_in(event):
    """The statement of an event and its signature lines; None where it is none, or malformed."""
    kind, details = KINDS.get(event.get("type")) if isinstance(event.get("type"), str) else None, event.get("details")
    if kind is None or not isinstance(details, dict) or not isinstance(details.get("statement"), dict):
        return None
    statement, signatures = details["statement"], details.get("signatures", [])
    try:
        demand(statement.get("kind") == kind and isinstance(signatures, list), "not a statement")
        demand(is_text(statement.get("chain")) and is_text(statement.get("at")), "not a statement")
        demand(is_text(statement.get("origin", "-")) and all(isinstance(line, str) for line in signatures), "not texts")
        SHAPES[kind](statement)
        canonical(statement).encode()
    except (Refused, UnicodeEncodeError, RecursionError):
        return None
    return statement, signatures


def shape_of_prune(statement):
    archive = statement.get("archive", {"name": "-", "sha256": "0" * 64})
    demand(is_span(statement.get("from"), statement.get("through"), 1), "not positions")
    demand(isinstance(archive, dict) and is_text(archive.get("name")), "not an archive")
    for digest in (statement.get("hash"), archive.get("sha256")):
        demand(isinstance(digest, str) and HASH.fullmatch(digest), "not a hash")


def shape_of_erasure(statement):
    events = statement.get("events", [])
    demand(isinstance(statement.get("positions"), str), "not positions")
    demand(isinstance(events, list) and all(is_text(event) for event in events), "not ids")
    spans_in(statement["positions"])


def shape_of_reanchor(statement):
    faults = statement.get("faults")
    demand(is_text(statement.get("cause")) and isinstance(faults, list), "not an explanation")
    for fault in faults:
        demand(isinstance(fault, dict) and is_text(fault.get("kind")), "not a fault")
        demand(is_span(fault.get("from"), fault.get("through"), 1 - 2**53), "not positions")


SHAPES = {"prune": shape_of_prune, "erasure": shape_of_erasure, "reanchor": shape_of_reanchor}


class Statements:
    """What stands in a chain about the chain itself, and may be believed."""

    def __init__(self, chain, origin, keys, report):
        self.chain, self.origin, self.keys, self.report = chain, origin, keys, report
        self.proposed, self.prunes, self.reanchors = [], {}, []
        self.erased, self.stated, self.stated_ids = [], [], set()

    def propose(self, row, event, is_forked, downgraded):
        if event.get("type") in KINDS:
            self.proposed.append((row["hash"], row["position"], event, is_forked, downgraded))

    def settle(self, genuine):
        """The last position is done with: the record of this hash is the one the chain goes on from."""
        for digest, position, event, is_forked, downgraded in self.proposed:
            found = statement_in(event) if digest == genuine else None
            if found is not None:
                self.accept(*found, position, is_forked, downgraded)
        self.proposed = []

    def accept(self, statement, signatures, position, is_forked, downgraded):
        try:
            self.demand_trust(statement, signatures)
        except Refused as refusal:
            return self.report("signature", position, "the statement counts for nothing: %s" % refusal)
        is_weaker = downgraded is not None and explained_at("scheme", downgraded, downgraded, self.reanchors) is None
        if statement["kind"] == "reanchor":
            self.reanchors.append((position, statement))
        elif is_forked or is_weaker:
            return
        elif statement["kind"] == "erasure":
            spans = spans_in(statement["positions"])
            self.stated += [(first, min(through, position - 1)) for first, through in spans]
            self.stated_ids |= set(statement.get("events", []))
        elif statement["through"] < position:
            self.prunes.setdefault(statement["through"], statement)

    def demand_trust(self, statement, signatures):
        origin, at = statement.get("origin"), statement["at"]
        demand(statement["chain"] == self.chain, "it is about another chain")
        if origin is not None:
            is_ours = origin == self.origin if self.origin else origin.endswith("/" + self.chain)
            demand(is_ours, "it is one of another log")
        if self.keys is not None:
            demand(origin is not None and signatures, "it is not signed")
            text = "%s\naudited/%s/v1\n%s\n" % (origin, statement["kind"], canonical(statement))
            demand_trust(text + "\n" + "".join(line + "\n" for line in signatures), origin, at, self.keys)

    def judge_beginning(self, first, previous):  # rule 17; `previous` is None when the first record has a flaw
        through = min((last for last in self.prunes if last >= first - 1), default=None)
        if through is None:
            self.report("deleted", 1, "%d missing before %d" % (first - 1, first), first - 1)
        elif through == first - 1 and previous not in (None, self.prunes[through]["hash"].encode()):
            self.report("forked", first, "continues another record than the last one that was pruned")

    def judge_erased(self):  # rule 18
        run = []
        for position, identifier in self.erased + [(None, None)]:
            is_stated = identifier in self.stated_ids or position is None
            is_stated = is_stated or any(first <= position <= through for first, through in self.stated)
            if run and (is_stated or position != run[-1] + 1):
                self.report("erasure", run[0], "a person is gone, and no statement says so", run[-1])
                run = []
            run += [] if is_stated else [position]

    def judge_roots(self, roots):  # rules 16 and 19
        if roots.lacking is not None:
            self.report("tree", roots.lacking, "the tiles of the missing beginning are missing too")
        differing = [
            checkpoint for checkpoint, doubt in roots.differing
            if doubt is None or is_doubt_explained(doubt, self.reanchors)]
        for explained, group in self.by_explanation(differing):
            through = group[-1].size
            self.report("checkpoint", group[0].size, "not the root that was signed", through, explained)

    def by_explanation(self, checkpoints):
        groups = {}
        for checkpoint in checkpoints:
            groups.setdefault(explained_root_at(checkpoint, self.reanchors), []).append(checkpoint)
        return list(groups.items())


# --- Explanations (rule 20) -------------------------------------------------------------------------------------------

def explained_at(kind, position, through, reanchors):
    """The position of the re-anchor that explains a fault; None when nobody does."""
    for stated_at, statement in reanchors:
        for fault in statement["faults"]:
            first, last = explained_span(kind, fault, stated_at)
            if first <= position and through <= last:
                return stated_at
    return None


def explained_span(kind, fault, stated_at):
    nothing, is_past = (1, 0), fault["through"] < stated_at
    if kind in SIGNED_KINDS:
        return nothing
    if (fault["kind"], kind) == ("head", "forked"):
        return (fault["through"] + 1, fault["through"] + 1) if is_past else nothing
    if (fault["kind"], kind) == ("truncated", "deleted"):
        return (fault["from"], fault["through"]) if is_past else nothing
    return (fault["from"], min(fault["through"], stated_at - 1)) if fault["kind"] == kind else nothing


def explained_root_at(checkpoint, reanchors):
    signed_at = moment(checkpoint.signed_at) if checkpoint.signed_at else None
    for stated_at, statement in reanchors:
        stated, size = moment(statement["at"]), checkpoint.size
        is_later = signed_at is not None and stated is not None and stated >= signed_at
        for fault in statement["faults"] if is_later else []:
            if fault["kind"] in SIGNED_KINDS and fault["from"] <= stated_at and fault["from"] <= size <= fault["through"]:
                return stated_at
    return None


def is_doubt_explained(position, reanchors):
    kinds = ("edited", "malformed", "scheme", "inserted", "head")
    places = [(kind, position) for kind in kinds] + [("forked", position + 1)]
    return any(explained_at(kind, place, place, reanchors) is not None for kind, place in places)
