"""What custody did to a chain, as the chain itself says: rules 15, 17, 18 and 20 of section 9 of docs/record-format.md.

Python 3, standard library only. Used by verify_chain.py.
"""
import decimal, json, re

from verify_proof import Refused, demand
from verify_checkpoints import demand_trust, moment

HASH = re.compile("[0-9a-f]{64}")
KINDS = {"audit.prune": "prune", "audit.erasure": "erasure", "audit.reanchor": "reanchor"}
SIGNED_KINDS = ("checkpoint", "truncated")  # what the list of a re-anchor calls faults that checkpoints show

# --- Statements (section 12) ------------------------------------------------------------------------------------------

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
        demand("after" not in statement or is_end(statement["after"]), "not an end")
        SHAPES[kind](statement)
        canonical(statement).encode()
    except (Refused, UnicodeEncodeError, RecursionError):
        return None
    return statement, signatures


def is_end(value):
    position, digest = (value.get("position"), value.get("hash")) if isinstance(value, dict) else (None, None)
    return is_span(position, position, 1) and isinstance(digest, str) and HASH.fullmatch(digest)


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
    demand(len(faults) <= 1000, "too many faults")
    for fault in faults:
        demand(isinstance(fault, dict) and is_text(fault.get("kind")), "not a fault")
        demand(is_span(fault.get("from"), fault.get("through"), 1 - 2**53), "not positions")


SHAPES = {"prune": shape_of_prune, "erasure": shape_of_erasure, "reanchor": shape_of_reanchor}


# --- Rules 15, 17 and 18 ----------------------------------------------------------------------------------------------

class Statements:
    """What stands in a chain about the chain itself, and may be believed."""

    def __init__(self, chain, origin, keys, report):
        self.chain, self.origin, self.keys, self.report = chain, origin, keys, report
        self.proposed, self.prunes, self.reanchors = [], {}, []
        self.erased, self.stated, self.stated_ids = [], [], set()
        self.hashes, self.last = {}, 0  # what stands at each position, where that is beyond doubt

    def take(self, position, digest, previous):
        """The record at a position; `digest` and `previous` are None when it has a flaw, or is one of several."""
        if position > self.last + 1:
            self.hashes[position - 1] = previous
        elif position > self.last and previous is not None and self.hashes.get(position - 1) != previous:
            self.hashes[position - 1] = None
        self.hashes[position], self.last = digest, position

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
            self.demand_trust(statement, signatures, position)
        except Refused as refusal:
            return self.report("signature", position, "the statement counts for nothing: %s" % refusal)
        is_weaker = downgraded is not None and explained_at("scheme", downgraded, downgraded, self.reanchors) is None
        reach = min(position, statement["after"]["position"] + 1 if "after" in statement else position)
        if statement["kind"] == "reanchor":
            self.reanchors.append((position, reach, statement))
        elif is_forked or is_weaker:
            return
        elif statement["kind"] == "erasure":
            spans = spans_in(statement["positions"])
            self.stated += [(first, min(through, reach - 1)) for first, through in spans]
            self.stated_ids |= set(statement.get("events", []))
        elif statement["through"] < reach:
            self.prunes.setdefault(statement["through"], statement)

    def demand_trust(self, statement, signatures, position):
        origin, at = statement.get("origin"), statement["at"]
        demand(statement["chain"] == self.chain, "it is about another chain")
        if origin is not None:
            is_ours = origin == self.origin if self.origin else origin.endswith("/" + self.chain)
            demand(is_ours, "it is one of another log")
        if "after" in statement:
            end, digest = statement["after"]["position"], statement["after"]["hash"].encode()
            demand(end < position <= end + 65536, "it was made at another place")
            demand(self.hashes.get(end) in (None, digest), "it was made in another history")
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
    for stated_at, reach, statement in reanchors:
        for fault in statement["faults"]:
            first, last = explained_span(kind, fault, reach)
            if first <= position and through <= last:
                return stated_at
    return None


def explained_span(kind, fault, reach):
    nothing, is_past = (1, 0), fault["through"] < reach
    if kind in SIGNED_KINDS:
        return nothing
    if (fault["kind"], kind) == ("head", "forked"):
        return (fault["through"] + 1, fault["through"] + 1) if is_past else nothing
    if (fault["kind"], kind) == ("truncated", "deleted"):
        return (fault["from"], fault["through"]) if is_past else nothing
    return (fault["from"], min(fault["through"], reach - 1)) if fault["kind"] == kind else nothing


def explained_root_at(checkpoint, reanchors):
    signed_at = moment(checkpoint.signed_at) if checkpoint.signed_at else None
    for stated_at, reach, statement in reanchors:
        stated, size = moment(statement["at"]), checkpoint.size
        is_later = signed_at is not None and stated is not None and stated >= signed_at
        for fault in statement["faults"] if is_later else []:
            if fault["kind"] in SIGNED_KINDS and fault["from"] <= min(reach, size) and size <= fault["through"]:
                return stated_at
    return None


def is_doubt_explained(position, reanchors):
    kinds = ("edited", "malformed", "scheme", "inserted", "head")
    places = [(kind, position) for kind in kinds] + [("forked", position + 1)]
    return any(explained_at(kind, place, place, reanchors) is not None for kind, place in places)
