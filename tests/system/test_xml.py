"""XML through the daemon: each document is a row equal to what an independent reading of HQ's rules makes of it, a
counted duplicate, or in quarantine with the reason that the same reading gives. Nothing else."""

import os
import random
import re
import xml.parsers.expat
from pathlib import Path

import pytest

import hq_conversion
from firn import ROOT
from reference import Bad, parse, same

OWN = Path(__file__).parent / "fixtures/xml"
REAL = Path(os.environ.get("FIRN_SHARED", ROOT.parent / "shared")) / "data/commcare"
CASES = '[repeater.cases]\nkind = "case"\ntable = "cases"\nstage = "staging"\ndestination = "warehouse"\n'
HEADERS = {"Content-Type": "text/xml", "server-modified-on": "2026-03-02T09:41:07.300000Z"}
CONVERT = {"form": hq_conversion.form, "case": hq_conversion.case}
ID = {"form": "id", "case": "case_id"}

FORM = "<d xmlns='x'><meta><instanceID>{id}</instanceID></meta><a>{text}</a></d>"
CASE = "<case case_id='{id}'><update><a>{text}</a></update></case>"


def crafted(template):
    """Bodies for what the files do not hold: encodings, and everything that is refused."""
    good = template.format(id="crafted-1", text="é€“ü")
    declared = "<?xml version='1.0' encoding='{}'?>".format
    levels = "<e>" * 300 + "</e>" * 300
    attributes = " ".join(f"a{i}='1'" for i in range(300))
    names = ("utf-8", "windows-1252", "utf-16")
    bodies = [(declared(name) + good.replace("crafted", name)).encode(name) for name in names]
    bodies += [("\ufeff" + good).encode(name) for name in ("utf-8", "utf-16-le", "utf-16-be")]
    bodies += [good.encode("utf-16-le"), good.encode("utf-16-be"), good.encode("latin-1", "replace")]
    bodies.append((declared("iso-8859-1") + good).encode("latin-1", "replace"))
    bodies.append((declared("koi8-r") + good).encode())
    bodies.append((declared("utf-16") + good).encode())
    bodies.append((declared("utf-8") + good).encode("utf-16"))
    bodies.append(b"\xff\xfe" + b"\x00\xd8".join([good.encode("utf-16-le")[:80], good.encode("utf-16-le")[80:]]))
    bodies.append("".join(["<!DOCTYPE d [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]>", good.replace("é", "&b;")]).encode())
    bodies.append(b"<!DOCTYPE d SYSTEM 'file:///etc/hostname'>" + good.encode())
    texts = ["&nbsp;", "&#0;", "\x01", "\ufffe", "<b>", "<p:b/>", "<b a='1' a='2'/>", levels, f"<b {attributes}/>"]
    texts += [f"<{'n' * 2000}/>", "x" * 100_000, "<m>1</m><n/><m>2</m>"]
    texts += ["<![CDATA[<&]]>", "<!-- --><?p i?>", "\"\\\r\n\t"]
    bodies += [template.format(id=f"text-{i}", text=text).encode() for i, text in enumerate(texts)]
    bodies += [template.format(id=bad, text="").encode() for bad in ("", "x" * 300, "a&#10;b", "a b", "é")]
    whole = good.encode()
    bodies += [whole[:cut] for cut in range(0, len(whole), 7)]
    bodies += [whole.replace(b"crafted", b"\xff"), whole.replace(b"crafted", b"\x00"), whole + b"<e/>", b"<html/>"]
    return bodies


def sources(kind):
    """Every document twice, as HQ may send it; those of the other kind too."""
    folders = (OWN, REAL / "xform-xml", REAL / "case-xml")
    files = [path for folder in folders for path in sorted(folder.glob("*.xml"))]
    return [body for path in files for body in [path.read_bytes()] * 2] + crafted(FORM if kind == "form" else CASE)


def check_id(document, kind):
    document_id = document[ID[kind]]
    if not 0 < len(document_id.encode()) <= 255 or re.search(r"[\x00-\x1f\x7f]", document_id):
        raise Bad("invalid_id")


class Expected:
    """What must become of each body, one after the other."""

    def __init__(self, kind):
        self.kind, self.newest, self.duplicates = kind, {}, 0

    def outcome(self, body):
        try:
            document = CONVERT[self.kind](body)
            check_id(document, self.kind)
        except Bad as bad:
            return "quarantined", str(bad), None
        document_id = document[ID[self.kind]]
        # Forms have no version in XML: the newest content counts. All cases here have the same one.
        known = self.newest.get(document_id)
        if known == body if self.kind == "form" else known is not None:
            self.duplicates += 1
            return "duplicate", None, document
        self.newest[document_id] = body
        return "row", None, document


def compare(firn, kind, bodies):
    """Sends them all; each must become what the reference says. The reasons of those in quarantine."""
    table, reference, expected = f"{kind}s", Expected(kind), {}
    for body in bodies:
        # An empty body is refused at the door.
        reply = firn.post(body or b" ", domain="xml-data", repeater=table, headers=HEADERS)
        assert reply.status == 200, (body[:80], reply.text)
        if "position" in reply.json:  # device logs are dropped at the door
            expected[int(reply.json["position"])] = (body, *reference.outcome(body or b" "))
    firn.ask("ingest", table, "--wait")
    rows = {r["_position"]: r for r in firn.rows(table)}
    quarantined = {int(r["position"]): r["reason"] for r in firn.quarantined()}
    for position, (body, outcome, reason, document) in expected.items():
        got = "row" if position in rows else "quarantined" if position in quarantined else "duplicate"
        assert (got, quarantined.get(position)) == (outcome, reason), body[:300]
        if got == "row":
            assert same(parse(rows[position][f"{kind}_json"].encode()), document), body[:300]
            assert rows[position][f"{kind}_id"] == document[ID[kind]]
    assert set(rows) | set(quarantined) <= set(expected)
    assert firn.status(table)["duplicates"] == reference.duplicates
    assert len(rows) > 10
    return set(quarantined.values())


@pytest.mark.parametrize("kind", CONVERT)
def test_every_document_is_a_row_a_duplicate_or_quarantined(make_firn, kind):
    firn = make_firn(extra=CASES).start()
    reasons = compare(firn, kind, sources(kind))
    assert firn.status(f"{kind}s")["duplicates"] > 0
    assert reasons >= {"not_xml", "has_doctype", "unknown_encoding", "encoding_mismatch", "too_deep", "wrong_kind"}
    assert reasons >= {"too_many_attributes", "name_too_long", "invalid_id"}


class RandomXml:
    """Documents with everything that XML allows, and some that it does not."""

    NAMES = ("a", "b", "case", "meta", "_c", "d-e.f", "é", "x1")
    SPACES = ("", "", "http://openrosa.org/formdesigner/A", "http://openrosa.org/jr/xforms", "urn:b")
    TEXTS = ("", "x", " two  words ", "12.50", "&amp;&lt;&#233;&#x1F600;", "<![CDATA[<b> & ]]>", "ज्वर", "\r\n\t", "]]",
             "<!-- c -->", "<?p i?>")
    DAMAGE = ("&none;", "<", "&#0;", "\x01", "</z>", "<a a='1' a='2'/>", "]]>", "<!DOCTYPE a>", "<p:q/>")

    def __init__(self, seed):
        self.rng = random.Random(seed)

    def element(self, depth, name=None):
        rng = self.rng
        name = name or rng.choice(self.NAMES)
        attributes = "".join(
            f" {attribute}={quote}{rng.choice(('', 'v', '&lt;&quot;', ' a ', 'é'))}{quote}"
            for attribute in rng.sample(("k", "l", "xmlns", "m"), rng.choice((0, 0, 1, 2)))
            if attribute != "xmlns" or rng.random() < 0.5
            for quote in (rng.choice("'\""),)
        )
        children = [self.element(depth - 1) for _ in range(rng.randrange(5) if depth else 0)]
        if children and rng.random() < 0.3:
            children.append(children[0])
        parts = [rng.choice(self.TEXTS)]
        for child in children:
            parts += [child, rng.choice(("", "", "\n ", "mixed"))]
        return f"<{name}{attributes}>{''.join(parts)}</{name}>"

    def document(self, number):
        inner = "".join(self.element(3) for _ in range(self.rng.randrange(1, 6)))
        if self.rng.random() < 0.1:
            inner += self.rng.choice(self.DAMAGE)
        encoding, errors = self.rng.choice((("utf-8", "strict"), ("utf-16", "strict"), ("windows-1252", "replace")))
        document = f"<?xml version='1.0' encoding='{encoding}'?>" + FORM.format(id=f"random-{number}", text=inner)
        return document.encode(encoding, errors)


def test_any_document_comes_out_as_it_went_in_or_is_quarantined(make_firn):
    firn, maker = make_firn(extra=CASES).start(), RandomXml(1104)
    reasons = compare(firn, "form", [maker.document(number) for number in range(400)])
    assert "not_xml" in reasons
    assert len(firn.rows()) > 250


@pytest.mark.parametrize("kind", CONVERT)
def test_what_a_strict_parser_refuses_is_never_a_row(make_firn, kind):
    firn, table = make_firn(extra=CASES).start(), f"{kind}s"
    refused = set()
    for body in sources(kind):
        try:
            xml.parsers.expat.ParserCreate().Parse(body, True)
        except (xml.parsers.expat.ExpatError, ValueError, LookupError):
            reply = firn.post(body or b" ", domain="xml-data", repeater=table, headers=HEADERS)
            refused.add(int(reply.json["position"]))
    firn.ask("ingest", table, "--wait")
    assert len(refused) > 20
    assert {int(r["position"]) for r in firn.quarantined()} == refused


def test_the_charset_of_the_content_type_counts(firn):
    body = FORM.format(id="i", text="é").encode("latin-1")
    firn.post(body, headers={"Content-Type": "text/xml; charset=ISO-8859-1"})
    firn.ingest()
    (row,) = firn.rows()
    assert parse(row["form_json"].encode())["form"]["a"] == "é"
    assert row["xmlns"] == "x" and row["server_modified_on"] is None


def test_xml_is_recognised_whatever_the_content_type_says(firn):
    for number, content_type in enumerate(["application/json", "text/plain", "application/octet-stream"]):
        firn.post(FORM.format(id=number, text="").encode(), headers={"Content-Type": content_type})
    firn.ingest()
    assert {r["form_id"] for r in firn.rows()} == {"0", "1", "2"}


def test_nothing_of_the_content_is_shown_or_logged(firn):
    secret = "Fatima-has-fever"
    for text in (f"<b>{secret}</c>", f"&{secret};", f"<{secret}:b/>", f"<b {secret}='1' {secret}='2'/>"):
        firn.post(FORM.format(id="i", text=text).encode(), headers=HEADERS)
    firn.ingest()
    listed = firn.run("quarantine", "list").stdout
    assert listed.count("not_xml") == 4
    assert secret not in listed and secret not in firn.log.read_text()
