"""Compares the table with the ledger of acknowledged forms: nothing lost, nothing doubled, contents equal."""

from collections import Counter

from forms import DOMAIN
from reference import Bad, Reference, parse, same


def versions_of(bodies, domain=DOMAIN):
    """(id, version) -> documents that may be its row: a version's first content wins, so there can be several."""
    found = {}
    for body in bodies:
        try:
            document = parse(body)
            outcome = Reference().accept(body, domain)
        except Bad:
            continue
        if outcome.kind == "row":
            found.setdefault((outcome.key, outcome.version), []).append(document)
    return found


def differences(rows, acknowledged, unanswered):
    """What is wrong with the table, as sentences. Rows are dictionaries, the others bodies.

    Each version in `acknowledged` must be there once. One that was only sent without an answer may be there once."""
    must, may = versions_of(acknowledged), versions_of([*acknowledged, *unanswered])
    seen = Counter(((r["domain"], r["form_id"]), r["server_modified_on"]) for r in rows)
    problems = [f"lost: {version}" for version in must if version not in seen]
    problems += [f"{count} times: {version}" for version, count in seen.items() if count > 1]
    problems += [f"never sent: {version}" for version in seen if version not in may]
    for row in rows:
        version = (row["domain"], row["form_id"]), row["server_modified_on"]
        document = parse(row["form_json"].encode())
        if version in may and not any(same(document, sent) for sent in may[version]):
            problems.append(f"other content: {version}")
    positions = Counter(r["_position"] for r in rows)
    problems += [f"position {position} {count} times" for position, count in positions.items() if count > 1]
    return problems


def assert_table_equals_ledger(firn, ledger):
    problems = ledger.problems + differences(firn.rows(), ledger.acknowledged.values(), ledger.unanswered)
    assert not problems, "\n".join(problems[:20])
    # A damaged body is quarantined under the very position it was acknowledged with.
    damaged = {p for p, body in ledger.acknowledged.items() if Reference().accept(body, DOMAIN).kind == "quarantined"}
    shown = {int(r["position"]) for r in firn.quarantined()}
    assert damaged <= shown, f"not in quarantine: {sorted(damaged - shown)[:20]}"
