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
# Makes a value of what DuckDB calls it and of its text; objects and lists are filled later.
FROM_DUCKDB = {
    "OBJECT": lambda _: {},
    "ARRAY": lambda _: [],
    "NULL": lambda _: None,
    "BOOLEAN": lambda text: text == "true",
    "BIGINT": int,
    "UBIGINT": int,
    "DOUBLE": float,
    "VARCHAR": str,
}


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


def as_duckdb_reads(firn, table, column):
    """The documents of the table in the journal's order, put together from every value that DuckDB finds in them."""
    found = firn.query(
        "SELECT _position, id, parent, key, type, atom ->> '$' "
        f"FROM {table}, json_tree({column}) ORDER BY _position, id"
    )
    values, documents = {}, []
    for position, identity, parent, key, kind, text in found:
        value = values[position, identity] = FROM_DUCKDB[kind](text)
        if parent is None:
            documents.append(value)
        elif isinstance(values[position, parent], list):
            values[position, parent].append(value)
        else:
            values[position, parent][key] = value
    return documents


@pytest.mark.parametrize("kind", BY_KIND)
@pytest.mark.parametrize("domain", ["", "real-data"])
def test_duckdb_reads_every_row_as_the_same_document(make_firn, kind, domain):
    firn, table = make_firn(extra=CASES).start(), f"{kind}s"
    reference = Reference(kind)
    for path in BY_KIND[kind]:
        for body in bodies_of(path):
            assert firn.post(body, domain=domain, repeater=table).status == 200, path.name
            reference.accept(body, domain)
    firn.ask("ingest", table, "--wait")
    documents = as_duckdb_reads(firn, table, f"{kind}_json")
    assert len(documents) == len(reference.rows) > 0
    for document, row in zip(documents, reference.rows):
        assert same(document, jsonable(row.document)), row.key  # DuckDB's decimals are doubles
