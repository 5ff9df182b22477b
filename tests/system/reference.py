"""What must become of a posted body, said a second time and independently: Python's json and the rules of design
sections 6 and 8 in the plainest words. No speed, no bounds, everything in memory."""

import datetime
import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Optional

MAX_DEPTH = 256
MAX_ID_BYTES = 255


class Bad(Exception):
    """A document that cannot become a row, with the reason's name."""


class _Duplicate(ValueError):
    pass


def _integer(text):
    value = int(text)
    if not -(2**63) <= value < 2**64:
        raise OverflowError(text)
    return value


def _decimal(text):
    if float(text) in (float("inf"), float("-inf")):
        raise OverflowError(text)
    return Decimal(text)


def _pairs(pairs):
    keys = [k for k, _ in pairs]
    if len(keys) != len(set(keys)):
        raise _Duplicate
    return dict(pairs)


def _constant(text):
    raise ValueError(text)


def _depth(text):
    """The deepest nesting of a well-formed document, without recursion."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    deepest = now = 0
    for character in bare:
        if character in "[{":
            now += 1
            deepest = max(deepest, now)
        elif character in "]}":
            now -= 1
    return deepest


def parse(body):
    """The document in the bytes, or Bad."""
    try:
        text = body.decode("utf-8").removeprefix("\ufeff")
        if _depth(text) > MAX_DEPTH:
            raise Bad("too_deep")
        return json.loads(
            text, parse_int=_integer, parse_float=_decimal, parse_constant=_constant, object_pairs_hook=_pairs
        )
    except _Duplicate:
        raise Bad("duplicate_key") from None
    except OverflowError:
        raise Bad("number_range") from None
    except (UnicodeDecodeError, ValueError):
        raise Bad("not_json") from None


def same(a, b):
    """True when two documents say the same; 1 and true, or "1" and 1, do not."""
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, (int, Decimal)) and isinstance(b, (int, Decimal)):
        return isinstance(a, bool) == isinstance(b, bool) and a == b
    return type(a) is type(b) and a == b


def moment(text):
    """UTC time of a text as HQ writes it, or Bad."""
    if not isinstance(text, str):
        raise Bad("invalid_timestamp")
    match = re.fullmatch(
        r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?" r"(Z|[+-]\d\d(?::?\d\d)?)?", text
    )
    if not match:
        raise Bad("invalid_timestamp")
    try:
        micros = int((match.group(7) or "0").ljust(6, "0")[:6])
        value = datetime.datetime(*(int(match.group(i) or 0) for i in range(1, 7)), micros)
        zone = match.group(8)
        if zone and zone != "Z":
            digits = zone[1:].replace(":", "").ljust(4, "0")
            offset = datetime.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
            value -= offset if zone[0] == "+" else -offset
        return value
    except (ValueError, OverflowError):
        raise Bad("invalid_timestamp") from None


def _name(value, reason):
    if value is None:
        raise Bad(reason)
    if (
        not isinstance(value, str)
        or not 0 < len(value.encode("utf-8", "surrogatepass")) <= MAX_ID_BYTES
        or re.search(r"[\x00-\x1f\x7f]", value)
    ):
        raise Bad("invalid_id")
    return value


def _domain(document, path_domain):
    domain = _name(document.get("domain") or path_domain or None, "missing_domain")
    if path_domain and domain != path_domain:
        raise Bad("domain_mismatch")
    return domain


def _content(document):
    """The document without what changes at each sending."""
    copy = {k: v for k, v in document.items() if k != "indexed_on"}
    if isinstance(copy.get("attachments"), dict):
        copy["attachments"] = {
            name: {k: v for k, v in a.items() if k != "url"} if isinstance(a, dict) else a
            for name, a in copy["attachments"].items()
        }
    return copy


FORM_TYPES = ("XFormInstance", "XFormArchived", "XFormDeprecated", "XFormDuplicate", "XFormError")
DOC_TYPES = {
    **dict.fromkeys((*FORM_TYPES, "SubmissionErrorLog", "HQSubmission"), "form"),
    "CommCareCase": "case",
    **dict.fromkeys(("CommCareUser", "WebUser"), "user"),
    "Location": "location",
}
MARKS = {
    "data_source_id": "data_source",
    "case_id": "case",
    "form_id": "form_stub",
    "username": "user",
    "location_id": "location",
    "site_code": "location",
}
# Where a kind has its ids and its version; the first place that has something counts.
IDS = {
    "form": [("id", "_id")],
    "case": [("case_id", "_id")],
    "user": [("id", "_id")],
    "location": [("location_id", "_id")],
    "data_source": [("data_source_id",), ("doc_id",)],
}
VERSIONS = {
    "form": ("server_modified_on",),
    "case": ("server_date_modified", "server_modified_on"),
    "location": ("last_modified",),
}


def _first(document, keys):
    return next((document[key] for key in keys if document.get(key) is not None), None)


def shown_kind(document):
    """The kind that a document shows itself to be, or None."""
    doc_type = document.get("doc_type")
    if isinstance(doc_type, str) and doc_type.removesuffix("-Deleted") in DOC_TYPES:
        return DOC_TYPES[doc_type.removesuffix("-Deleted")]
    if isinstance(document.get("form"), dict):
        return "form"
    return next((kind for key, kind in MARKS.items() if document.get(key) is not None), None)


def is_of_kind(document, kind):
    """True when a document of this kind may come in, whatever its ids are."""
    if not isinstance(document, dict) or shown_kind(document) != kind:
        return False
    if kind == "data_source":
        return isinstance(document.get("data"), list)
    return kind != "form" or isinstance(document.get("form"), dict)


@dataclass
class Outcome:
    """What must become of one body: `row`, `duplicate` or `quarantined`."""

    kind: str
    reason: Optional[str] = None
    key: Optional[tuple] = None
    version: Optional[datetime.datetime] = None
    document: Any = None
    conflict: bool = False


class Reference:
    """Takes bodies in the order in which they were accepted, one repeater's."""

    def __init__(self, kind="form"):
        self._kind = kind
        self._versions = {}
        self.rows = []
        self.duplicates = 0
        self.conflicts = 0
        self.quarantined = []

    def accept(self, body, path_domain=""):
        try:
            outcome = self._decide(parse(body), path_domain)
        except Bad as bad:
            outcome = Outcome("quarantined", reason=str(bad))
        if outcome.kind == "row":
            self.rows.append(outcome)
        elif outcome.kind == "duplicate":
            self.duplicates += 1
            self.conflicts += outcome.conflict
        else:
            self.quarantined.append(outcome)
        return outcome

    def _decide(self, document, path_domain):
        if not is_of_kind(document, self._kind):
            raise Bad("wrong_kind")
        ids = [_name(_first(document, places), "missing_id") for places in IDS[self._kind]]
        if any("/" in own for own in ids[:-1]):
            raise Bad("invalid_id")
        domain = _domain(document, path_domain)
        if self._kind == "form" and document.get("received_on") is not None:
            moment(document["received_on"])
        version = _first(document, VERSIONS.get(self._kind, ()))
        version = None if version is None else moment(version)
        key, content = (domain, *ids), _content(document)
        known = self._versions.setdefault(key, [])
        outcome = Outcome("row", key=key, version=version, document=document)
        if version is None:
            if known and same(known[-1][1], content):
                outcome.kind = "duplicate"
        else:
            first = next((entry for entry in known if entry[0] == version), None)
            if first:
                outcome.kind = "duplicate"
                outcome.conflict = not same(first[1], content)
        if outcome.kind == "row":
            known.append((version, content))
        return outcome
