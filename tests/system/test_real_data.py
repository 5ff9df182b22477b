"""Documents as CommCare installations really made them, through the daemon: each is a row equal to its source, a
counted duplicate, or in quarantine with the reason that an independent reading of the rules gives. Nothing else."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from firn import ROOT
from forms import encode
from reference import Bad, Reference, parse, same

OWN = Path(__file__).parent / "fixtures"
REAL = Path(os.environ.get("FIRN_SHARED", ROOT.parent / "shared")) / "data/commcare"
CASES = '[repeater.cases]\nkind = "case"\ntable = "cases"\nstage = "staging"\ndestination = "warehouse"\n'


def bodies_of(path):
    """The bodies that HQ would have sent: a list is sent document by document, everything else as it is."""
    content = path.read_bytes()
    try:
        document = parse(content)
    except Bad:
        return [content]
    if isinstance(document, dict) and isinstance(document.get("objects"), list) and "meta" in document:
        document = document["objects"]
    if isinstance(document, list):
        return [encode(jsonable(element)) for element in document]
    return [content]


def jsonable(value):
    """The document with the decimals of the reference as numbers again."""
    if isinstance(value, dict):
        return {k: jsonable(v) for k, v in value.items()}
    if isinstance(value, list):
        return [jsonable(v) for v in value]
    return float(value) if isinstance(value, Decimal) else value


def sources(*folders):
    return [path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.json"))]


SOURCES = sources(OWN, REAL / "form-json")
# What comes to a repeater of a kind: documents of that kind, and of others.
BY_KIND = {"form": SOURCES, "case": sources(OWN / "kinds", REAL / "case-json", OWN)}


@pytest.mark.parametrize("kind", BY_KIND)
@pytest.mark.parametrize("domain", ["", "real-data"])
def test_every_document_is_a_row_a_duplicate_or_quarantined(make_firn, kind, domain):
    firn, table = make_firn(extra=CASES).start(), f"{kind}s"
    reference, expected, positions = Reference(kind), {}, []
    for path in BY_KIND[kind]:
        for body in bodies_of(path) * 2:  # each one twice, as HQ may
            reply = firn.post(body, domain=domain, repeater=table)
            assert reply.status == 200, (path.name, reply.text)
            position = int(reply.json["position"])
            positions.append(position)
            expected[position] = (path.name, body, reference.accept(body, domain))
    assert len(set(positions)) == len(positions)
    firn.ask("ingest", table, "--wait")
    rows = {r["_position"]: r for r in firn.rows(table)} if reference.rows else {}
    quarantined = {int(r["position"]): r["reason"] for r in firn.quarantined()}
    for position, (name, body, outcome) in expected.items():
        got = "row" if position in rows else "quarantined" if position in quarantined else "duplicate"
        assert got == outcome.kind, (name, got, outcome.kind, outcome.reason)
        assert quarantined.get(position) == outcome.reason, name
        if got == "row":
            assert same(parse(rows[position][f"{kind}_json"].encode()), parse(body)), name
            assert (rows[position]["domain"], rows[position][f"{kind}_id"]) == outcome.key, name
    assert set(rows) | set(quarantined) <= set(expected)
    status = firn.status(table)
    assert (status["duplicates"], status["conflicts"]) == (reference.duplicates, reference.conflicts)


@pytest.mark.parametrize("kind", BY_KIND)
def test_the_samples_hold_every_outcome(kind):
    reference = Reference(kind)
    outcomes = {reference.accept(body, "demo-health").kind for path in BY_KIND[kind] for body in bodies_of(path) * 2}
    outcomes |= {reference.accept(body, "real-data").kind for path in BY_KIND[kind] for body in bodies_of(path)}
    assert outcomes == {"row", "duplicate", "quarantined"}


def test_duckdb_reads_every_row_as_the_same_document(firn):
    reference = Reference()
    bodies = [body for path in SOURCES for body in bodies_of(path)]
    for body in bodies:
        firn.post(body, domain="real-data")
        reference.accept(body, "real-data")
    firn.ingest()
    for row in reference.rows:
        domain, form_id = row.key
        form = row.document["form"]
        names = firn.query(
            "SELECT json_keys(form_json, '$.form') FROM forms WHERE domain = ? AND form_id = ? "
            "AND server_modified_on IS NOT DISTINCT FROM ?",
            domain,
            form_id,
            row.version,
        )
        assert list(form) in [found for (found,) in names]
