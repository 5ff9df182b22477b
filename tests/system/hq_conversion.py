"""What XML must become, said a second time and independently: Python's expat and HQ's rules in the plainest words
(docs/formats/xml.md). No speed; a document is a tree of plain values."""

import re
import xml.parsers.expat
from dataclasses import dataclass, field
from typing import List, Optional

from reference import Bad

SEPARATOR = "\x01"
MAX_DEPTH = 256
MAX_ELEMENTS = 250_000
MAX_ATTRIBUTES = 256
MAX_NAME_BYTES = 1024
V2 = "http://commcarehq.org/case/transaction/v2"
EARLY_NAMES = {
    "TimeStart": "timeStart",
    "TimeEnd": "timeEnd",
    "chw_id": "userID",
    "DeviceID": "deviceID",
    "uid": "instanceID",
}
ENCODINGS = {
    "utf-8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "iso8859-1": "latin-1",
    "latin-1": "latin-1",
    "latin1": "latin-1",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
}


@dataclass
class Element:
    name: str
    space: Optional[str]
    attributes: dict
    text: str = ""
    children: List["Element"] = field(default_factory=list)


def _split(name):
    space, _, local = name.rpartition(SEPARATOR)
    return space or None, local


def _decoded(body):
    """The text of a body that came without a charset in its content type."""
    if body[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"<\0\0\0", b"\0\0\0<"):
        raise Bad("unknown_encoding")
    shown = None
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16le"), (b"\xfe\xff", "utf-16be")):
        if body.startswith(mark):
            body, shown = body[len(mark) :], name
    if shown is None and len(body) > 1 and (body[0] == 0) != (body[1] == 0):
        shown = "utf-16be" if body[0] == 0 else "utf-16le"
    try:
        text = body.decode(shown) if shown else body.decode("latin-1")
        found = re.match(r"""<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["'][^>]*\?>""", text)
        declared = found.group(1).lower() if found else None
        if shown:
            if declared not in (None, shown) and not (declared == "utf-16" and shown.startswith("utf-16")):
                raise Bad("encoding_mismatch")
            return text
        if declared in ("utf-16", "utf-16le", "utf-16be"):
            raise Bad("encoding_mismatch")
        if declared is not None and declared not in ENCODINGS:
            raise Bad("unknown_encoding")
        return body.decode(ENCODINGS[declared or "utf-8"])
    except UnicodeDecodeError:
        raise Bad("not_xml") from None


class _Builder:
    def __init__(self):
        self.open, self.root, self.elements = [], None, 0

    def start(self, name, attributes):
        self.elements += 1
        space, local = _split(name)
        names = [part for key in [name, *attributes] for part in key.split(SEPARATOR)]
        if len(self.open) == MAX_DEPTH:
            raise Bad("too_deep")
        if self.elements > MAX_ELEMENTS:
            raise Bad("too_many_elements")
        if len(attributes) > MAX_ATTRIBUTES:
            raise Bad("too_many_attributes")
        if any(len(part.encode()) > MAX_NAME_BYTES for part in names):
            raise Bad("name_too_long")
        element = Element(local, space, attributes)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def end(self, _name):
        self.open.pop()

    def characters(self, text):
        if not self.open[-1].children:
            self.open[-1].text += text

    @staticmethod
    def doctype(*_):
        raise Bad("has_doctype")


def parse(body):
    """The root element, or Bad."""
    text = _decoded(body)
    builder = _Builder()
    parser = xml.parsers.expat.ParserCreate("utf-8", SEPARATOR)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = builder.doctype
    try:
        parser.Parse(text.encode("utf-8"), True)
    except xml.parsers.expat.ExpatError:
        raise Bad("not_xml") from None
    if 1 + _depth(value(builder.root, None)) > MAX_DEPTH:
        raise Bad("too_deep")
    return builder.root


def _attributes(element):
    result = {}
    for name, value in element.attributes.items():
        space, local = _split(name)
        result[f"@{{{space}}}{local}" if space else f"@{local}"] = value
    return result


def _add(members, name, value):
    if name not in members:
        members[name] = value
    elif isinstance(members[name], list):
        members[name].append(value)
    else:
        members[name] = [members[name], value]


def value(element, outer_space):
    """HQ's value of one element. `outer_space` is its parent's namespace."""
    members = _attributes(element)
    if element.space not in (None, outer_space):
        members["@xmlns"] = element.space
    if not members and not element.children:
        return element.text
    if element.text.strip():
        members["#text"] = element.text
    for child in element.children:
        _add(members, child.name, value(child, element.space))
    return members


def _depth(document):
    if isinstance(document, dict):
        return 1 + max(map(_depth, document.values()), default=0)
    return 1 + max(map(_depth, document), default=0) if isinstance(document, list) else 0


def _renamed(members, names):
    return {(names[k] if k in names and names[k] not in members else k): v for k, v in members.items()}


def with_todays_names(content):
    """What early clients called otherwise, as HQ renames it."""
    content = _renamed(content, {"Meta": "meta"})
    return {
        k: _renamed(v, EARLY_NAMES) if k in ("meta", "Meta") and isinstance(v, dict) else v for k, v in content.items()
    }


def form(body):
    """`{"id": ..., "form": ...}` of a form's XML, or Bad."""
    root = parse(body)
    if root.name == "OpenRosaResponse" or (root.name == "case" and root.space in (None, V2)):
        raise Bad("wrong_kind")
    content = value(root, None)
    if isinstance(content, str):
        raise Bad("missing_id")
    meta = content.get("Meta") or content.get("meta")
    if isinstance(meta, list):
        raise Bad("invalid_id")
    form_id = (meta.get("uid") or meta.get("instanceID")) if isinstance(meta, dict) else None
    if form_id is None or form_id == "":
        raise Bad("missing_id")
    if not isinstance(form_id, str):
        raise Bad("invalid_id")
    return {"id": form_id, "form": {"#type": root.name, **with_todays_names(content)}}


def case(body):
    """HQ's case JSON of a case's XML, or Bad."""
    root = parse(body)
    if root.name != "case":
        raise Bad("wrong_kind")
    facts, blocks, rest = {}, {}, {}
    for child in root.children:
        if child.name in ("create", "update", "close", "index", "attachment"):
            blocks.setdefault(child.name, []).append(child)
        else:
            _add(rest, child.name, value(child, root.space))
    for name in ("case_id", "user_id", "date_modified"):
        if name in root.attributes and name in rest:
            raise Bad("duplicate_key")
        found = root.attributes.get(name, rest.pop(name, None))
        if found is not None:
            facts[name] = found
    if set(rest) & {"closed", "indices", "attachments", "properties"}:
        raise Bad("duplicate_key")
    if "case_id" not in facts:
        raise Bad("missing_id")
    properties = {}
    for block in blocks.get("create", []) + blocks.get("update", []):
        if block.name == "create" and block is blocks["create"][0] and "user_id" not in facts:
            users = [value(c, block.space) for c in block.children if c.name == "user_id"]
            if users:
                facts["user_id"] = users[0] if len(users) == 1 else users
                block.children = [c for c in block.children if c.name != "user_id"]
        _apply(properties, block, value)
    document = {name: facts[name] for name in ("case_id", "user_id", "date_modified") if name in facts}
    document.update(closed="close" in blocks, indices={})
    for block in blocks.get("index", []):
        _apply(document["indices"], block, _index)
    for block in blocks.get("attachment", []):
        _apply(document.setdefault("attachments", {}), block, value)
    document["properties"] = properties
    document.update({k: v for k, v in _attributes(root).items() if k[1:] not in facts})
    document.update(rest)
    return document


def _apply(properties, block, convert):
    """The children of a block; what an earlier block said of a name no longer holds."""
    named = {}
    for child in block.children:
        _add(named, child.name, convert(child, block.space))
    for name, converted in named.items():
        if name == "case_type_id" and block.name in ("create", "update"):
            name = "case_type"
        properties.pop(name, None)
        properties[name] = converted


def _index(element, _outer_space):
    return {
        "case_id": element.text,
        "case_type": element.attributes.get("case_type", ""),
        "relationship": element.attributes.get("relationship", "child"),
    }
