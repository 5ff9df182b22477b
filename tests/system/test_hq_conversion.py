"""The reference of XML's conversion itself, checked against pairs that do not come from it."""

import json
import os
import re
from pathlib import Path

import pytest

import hq_conversion
from firn import ROOT
from reference import Bad, moment, same

OWN = Path(__file__).parent / "fixtures/xml"
REAL = Path(os.environ.get("FIRN_SHARED", ROOT.parent / "shared")) / "data/commcare"
CONVERT = {"form": hq_conversion.form, "case": hq_conversion.case}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)?")
# HQ's own pairs of a form's XML and the JSON that it made of it, with time zones respected.
PAIRS = {
    "data_posts_cloudant-template-tz": "data_posts_cloudant-template",
    "data_posts_decimalmeta-sql": "data_posts_decimalmeta",
    "data_posts_duplicate-sql": "data_posts_duplicate",
    "data_posts_meta-sql": "data_posts_meta",
    "data_posts_namespaces-sql": "data_posts_namespaces",
    "data_posts_unicode-sql": "data_posts_unicode",
    "form-tz": "form",
}


@pytest.mark.parametrize("path", sorted(OWN.glob("*.xml")), ids=lambda path: path.stem)
def test_own_pairs(path):
    convert = CONVERT[path.stem.partition("_")[0]]
    assert same(convert(path.read_bytes()), json.loads(path.with_suffix(".json").read_text("utf-8")))


def timeless(value):
    """The value with its times as moments: HQ's JSON writes them in UTC."""
    if isinstance(value, dict):
        return {k: timeless(v) for k, v in value.items()}
    if isinstance(value, list):
        return [timeless(v) for v in value]
    return moment(value) if isinstance(value, str) and TIME.fullmatch(value) else value


def test_pairs_of_hq():
    """Without them there is nothing to compare, and the own pairs have to do."""
    for made, source in PAIRS.items():
        source, made = REAL / f"xform-xml/hq2018__{source}.xml", REAL / f"form-json/hq2018__{made}.json"
        if source.is_file() and made.is_file():
            root = hq_conversion.parse(source.read_bytes())
            form = hq_conversion.with_todays_names(hq_conversion.value(root, None))
            expected = json.loads(made.read_text("utf-8"))["form"]
            assert timeless({"#type": root.name, **form}) == timeless(expected), source.name


@pytest.mark.parametrize(
    "reason,body",
    [
        ("not_xml", b"<a>"),
        ("not_xml", b"<a>\x00</a>"),
        ("not_xml", b"<a>\xff</a>"),
        ("has_doctype", b"<!DOCTYPE a><a/>"),
        ("unknown_encoding", b"<?xml version='1.0' encoding='koi8-r'?><a/>"),
        ("encoding_mismatch", b"\xef\xbb\xbf<?xml version='1.0' encoding='latin1'?><a/>"),
        ("too_deep", b"<a>" * 257 + b"</a>" * 257),
        ("too_deep", b"<a>" * 255 + b"<b/><b/>" + b"</a>" * 255),
        ("missing_id", b"<a><b/></a>"),
        ("invalid_id", b"<a><meta><uid>1</uid><uid>2</uid></meta></a>"),
        ("wrong_kind", b"<case case_id='1'/>"),
    ],
)
def test_refusals(reason, body):
    with pytest.raises(Bad, match=f"^{reason}$"):
        hq_conversion.form(body)
