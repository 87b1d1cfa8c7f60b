"""What was signed, and whether the records give it: section 12 of docs/record-format.md, rules 16 and 19 of section 9.

Python 3, standard library only; hashes, notes and Ed25519 are those of verify_proof.py. Used by verify_chain.py.
"""
import base64, collections, datetime, re

import verify_proof as proof
from verify_proof import Refused, demand
from verify_record import Text

Key = collections.namedtuple("Key", "public name not_before not_after")
Checkpoint = collections.namedtuple("Checkpoint", "size root signed_at source")


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
    """Section 9, "What was signed": those that count, and the origin that they name. `keys` is None when signatures are not checked."""
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
    return isinstance(text, Text) and re.fullmatch(rb"[0-9a-f]{64}", text) is not None
