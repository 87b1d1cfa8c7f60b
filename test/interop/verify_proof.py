#!/usr/bin/env python3
"""Verifies proofs of an audit log with nothing of ours: Python 3, standard library only.

Written from RFC 6962 section 2.1 and RFC 9162 section 2.1 (Merkle trees), RFC 8032 section 5.1 (Ed25519), C2SP
signed-note and tlog-checkpoint, and docs/record-format.md sections 5, 6 and 12 (seals, slice proofs, statements).

usage: python3 verify_proof.py < claims.json

The input is a JSON array of claims, objects whose member `kind` says what is claimed (see CLAIMS at the end). Hashes,
keys, signatures and messages are hex. Prints one line for each claim: `ok`, or `no` and the reason; exit 0 when every
claim holds, 1 when one does not, 2 when the input is no array of claims.
"""
import base64, hashlib, json, re, sys


class Refused(Exception):
    """The claim does not hold; says why."""


def demand(condition, reason):
    if not condition:
        raise Refused(reason)


def sha256(message):
    return hashlib.sha256(message).digest()


def size_of(value):
    demand(type(value) is int and 0 <= value < 2**53, "not a size or index: %r" % (value,))
    return value


def hash_of(text):
    demand(isinstance(text, str) and re.fullmatch("[0-9a-f]{64}", text), "not a hash")
    return bytes.fromhex(text)


def hashes_of(texts):
    demand(isinstance(texts, list), "not a list of hashes")
    return [hash_of(text) for text in texts]


# --- RFC 6962, section 2.1: the tree -------------------------------------------------------------------------------

def leaf_hash(entry):
    return sha256(b"\x00" + entry)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


def split_of(size):  # the largest power of two smaller than size
    return 1 << ((size - 1).bit_length() - 1)


def tree_root(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"")
    split = split_of(len(leaves))
    return node_hash(tree_root(leaves[:split]), tree_root(leaves[split:]))


def inclusion_root(index, size, leaf, proof):  # by the definition of PATH(m, D[n]), from the root down
    demand(0 <= index < size, "the leaf is outside the tree")
    if size == 1:
        demand(proof == [], "too many hashes")
        return leaf
    demand(proof != [], "too few hashes")
    split = split_of(size)
    if index < split:
        return node_hash(inclusion_root(index, split, leaf, proof[:-1]), proof[-1])
    return node_hash(proof[-1], inclusion_root(index - split, size - split, leaf, proof[:-1]))


def consistency_roots(old, size, proof, is_known, old_root):  # by the definition of SUBPROOF(m, D[n], b)
    """The roots of the old and of the new tree, as the proof has them."""
    if old == size:
        if is_known:
            demand(proof == [], "too many hashes")
            return old_root, old_root
        demand(len(proof) == 1, "not the right number of hashes")
        return proof[0], proof[0]
    demand(proof != [], "too few hashes")
    split, last = split_of(size), proof[-1]
    if old <= split:
        before, after = consistency_roots(old, split, proof[:-1], is_known, old_root)
        return before, node_hash(after, last)
    before, after = consistency_roots(old - split, size - split, proof[:-1], False, old_root)
    return node_hash(last, before), node_hash(last, after)


def slice_root(begin, end, ranges, leaves, nodes):
    """Section 12 of docs/record-format.md: leaves and nodes are consumed from the left."""
    inside = [(low, high) for low, high in ranges if low < end and high > begin]
    if not inside:
        demand(nodes, "too few nodes")
        return nodes.pop(0)
    if end - begin == 1:
        demand(leaves, "too few leaves")
        return leaves.pop(0)
    middle = begin + split_of(end - begin)
    left = slice_root(begin, middle, inside, leaves, nodes)
    return node_hash(left, slice_root(middle, end, inside, leaves, nodes))


# --- RFC 8032, section 5.1: Ed25519 ------------------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_ONE = pow(2, (P - 1) // 4, P)


def point_add(a, b):  # section 5.1.4, extended homogeneous coordinates
    e1, e2 = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    t, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = e2 - e1, z - t, z + t, e2 + e1
    return e * f % P, g * h % P, f * g % P, e * h % P


def point_times(factor, point):
    result = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            result = point_add(result, point)
        point, factor = point_add(point, point), factor >> 1
    return result


def is_same_point(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def decoded_point(encoded):  # section 5.1.3
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = decoded_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(public_key, message, signature):  # section 5.1.7
    if len(public_key) != 32 or len(signature) != 64:
        return False
    a, r, s = decoded_point(public_key), decoded_point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % L
    return is_same_point(point_times(s, BASE), point_add(r, point_times(k, a)))


# --- C2SP: signed notes, verifier keys, checkpoints ------------------------------------------------------------------

def base64_of(text):
    try:
        value = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return value if base64.b64encode(value).decode() == text else None


def key_id(name, public_key):
    return sha256(name.encode() + b"\n\x01" + public_key)[:4]


def is_key_name(name):
    return name != "" and "+" not in name and not any(char.isspace() for char in name)


def parsed_verifier_key(text):
    name, identifier, encoded = (text.split("+", 2) + ["", ""])[:3]
    content = base64_of(encoded)
    demand(is_key_name(name) and content and content[0] == 1 and len(content) == 33, "not an Ed25519 verifier key")
    demand(key_id(name, content[1:]).hex() == identifier, "the verifier key has another id")
    return name, content[1:]


def parsed_note(note):
    """The text of a note, and its signatures as (name, key id and signature)."""
    demand(isinstance(note, str) and note.endswith("\n") and "\n\n" in note, "not a note")
    demand(not re.search("[\x00-\x09\x0b-\x1f]", note), "the note has a control character")
    try:
        note.encode()
    except UnicodeEncodeError:
        raise Refused("the note is no Unicode text")
    split = note.rindex("\n\n")
    lines, signatures = note[split + 2 :].split("\n")[:-1], []
    demand(0 < len(lines) <= 100, "the note has no signature, or too many")
    for line in lines:
        match = re.fullmatch("\u2014 ([^ ]+) ([^ ]+)", line)
        content = base64_of(match[2]) if match and is_key_name(match[1]) else None
        demand(content and len(content) > 4, "a signature line is malformed")
        signatures.append((match[1], content))
    return note[: split + 1], signatures


def opened_note(note, keys):
    """The text of a note that one of the keys signed, given as (name, public key); refuses forged signatures."""
    (text, signatures), signed = parsed_note(note), False
    for signer, content in signatures:
        for name, public_key in keys:
            if name == signer and key_id(name, public_key) == content[:4]:
                demand(is_signed(public_key, text.encode(), content[4:]), "a signature of a known key is forged")
                signed = True
    demand(signed, "no known key signed the note")
    return text


def parsed_checkpoint(text):
    lines = text.split("\n")
    demand(len(lines) >= 4 and lines[-1] == "" and "" not in lines[:-1], "not a checkpoint")
    root = base64_of(lines[2])
    demand(re.fullmatch("0|[1-9][0-9]*", lines[1]) and root and len(root) == 32, "not a checkpoint")
    return lines[0], int(lines[1]), root


# --- docs/record-format.md: seals --------------------------------------------------------------------------------------

def record_hash(seal, body):  # section 5, and section 7 for keyed seals
    chain, position, previous = json.dumps(seal["chain"]), size_of(seal["position"]), hash_of(seal["previousHash"]).hex()
    mac = ',"mac":%s' % json.dumps(seal["mac"]) if "mac" in seal else ""
    demand(seal["scheme"] == ("hmac-sha256-v1" if mac else "sha256-v1"), "a scheme that is not known")
    sealed = '{"chain":%s,"event":%s%s,"position":%d,"previous":"%s","scheme":"%s"}' % (
        chain, body, mac, position, previous, seal["scheme"])
    return sha256(sealed.encode())


# --- What may be claimed -----------------------------------------------------------------------------------------------

def tree(claim):
    """`entries` (hex, of any length) have the `root`."""
    leaves = [leaf_hash(bytes.fromhex(entry)) for entry in claim["entries"]]
    demand(tree_root(leaves) == hash_of(claim["root"]), "another root")


def inclusion(claim):
    """`leaf` stands at `index` of the tree of `size` and `root`."""
    index, size, proof = size_of(claim["index"]), size_of(claim["size"]), hashes_of(claim["proof"])
    demand(len(proof) <= 64, "too many hashes")
    root = inclusion_root(index, size, hash_of(claim["leaf"]), proof)
    demand(root == hash_of(claim["root"]), "another root")


def consistency(claim):
    """The tree of `toSize` and `toRoot` begins with that of `fromSize` and `fromRoot`."""
    old, size, proof = size_of(claim["fromSize"]), size_of(claim["toSize"]), hashes_of(claim["proof"])
    old_root, root = hash_of(claim["fromRoot"]), hash_of(claim["toRoot"])
    demand(old <= size and len(proof) <= 64, "the older tree is the larger one, or too many hashes")
    for empty in [given for given, count in ((old_root, old), (root, size)) if count == 0]:
        demand(empty == sha256(b""), "another root for the empty tree")
    if old == 0:
        demand(proof == [], "too many hashes")
        return
    demand(consistency_roots(old, size, proof, True, old_root) == (old_root, root), "another root")


def slice(claim):
    """`leaves` stand at `ranges` (half-open, ascending) of the tree of `size` and `root`; `nodes` are the rest."""
    size, leaves, nodes, last = size_of(claim["size"]), hashes_of(claim["leaves"]), hashes_of(claim["nodes"]), 0
    for low, high in claim["ranges"]:
        demand(last <= size_of(low) < size_of(high) <= size, "the ranges are no selection of leaves")
        last = high
    root = slice_root(0, size, claim["ranges"], leaves, nodes) if size else sha256(b"")
    demand(leaves == [] and nodes == [], "too many leaves or nodes")
    demand(root == hash_of(claim["root"]), "another root")


def signature(claim):
    """`signature` of `message` is by `publicKey`."""
    key, message, given = (bytes.fromhex(claim[name]) for name in ("publicKey", "message", "signature"))
    demand(is_signed(key, message, given), "the signature does not verify")


def note(claim):
    """`note` is signed by one of `keys` (verifier keys)."""
    opened_note(claim["note"], [parsed_verifier_key(key) for key in claim["keys"]])


def checkpoint(claim):
    """`note` is a checkpoint, signed by one of `keys`, of `origin`, `size` and `root`."""
    found = parsed_checkpoint(opened_note(claim["note"], [parsed_verifier_key(key) for key in claim["keys"]]))
    demand(found == (claim["origin"], size_of(claim["size"]), hash_of(claim["root"])), "a checkpoint of something else")


def event(claim):
    """`proof` is the proof of an event (format audited-proof/1) under a checkpoint that one of `keys` signed."""
    proof = claim["proof"]
    seal, part, place = proof["seal"], proof.get("personal"), proof["inclusion"]
    demand(proof["format"] == "audited-proof/1", "not the proof of an event")
    digest = record_hash(seal, proof["body"])
    demand(digest == hash_of(seal["hash"]), "the record does not have its hash")
    if part is not None:
        commitment = sha256(bytes.fromhex(proof["salt"]) + part.encode()).hex()
        demand(json.loads(proof["body"]).get("personal") == commitment, "not the personal part that was sealed")
    text = opened_note(proof["checkpoint"], [parsed_verifier_key(key) for key in claim["keys"]])
    origin, size, root = parsed_checkpoint(text)
    demand(origin.endswith("/" + seal["chain"]), "a checkpoint of another chain")
    demand((place["index"], place["size"]) == (seal["position"] - 1, size), "a proof for another place or size")
    found = inclusion_root(place["index"], size, leaf_hash(digest), hashes_of(place["hashes"]))
    demand(found == root, "another root")


CLAIMS = {function.__name__: function for function in (
    tree, inclusion, consistency, slice, signature, note, checkpoint, event)}


def verdict(claim):
    try:
        demand(isinstance(claim, dict) and claim.get("kind") in CLAIMS, "not a claim")
        CLAIMS[claim["kind"]](claim)
        return "ok"
    except Refused as refusal:
        return "no: %s" % refusal
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return "no: malformed (%s)" % type(error).__name__


def main():
    try:
        claims = json.loads(sys.stdin.buffer.read())
    except ValueError:
        claims = None
    if not isinstance(claims, list):
        print("the input is no JSON array of claims", file=sys.stderr)
        return 2
    verdicts = [verdict(claim) for claim in claims]
    print("\n".join(verdicts))
    return 0 if all(line == "ok" for line in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
