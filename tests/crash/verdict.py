"""What the daemon has made of everything it acknowledged, and whether it all fits."""

import base64
from collections import Counter

from clients import is_poison
from firn import REPEATER
from forms import DOMAIN
from ledger import differences
from reference import Bad, Reference, parse
from waiting import wait_until

SHOWN_BODIES = 25


def left_to_do(status):
    """What is on its way, and how many chunks have come to their end."""
    chunks = {entry["state"]: entry["chunks"] for entry in status["chunks"] if entry["chunks"]}
    at_end = {state: chunks.pop(state, 0) for state in ("purged", "quarantined")}
    busy = [status["waiting"], status["in_open_chunk"]["records"], status["batches_unfinished"], bool(chunks)]
    return busy, at_end


def settle(victim, seconds=120):
    """Ingests until everything accepted is decided, loaded and purged; the last status. So many seconds without any
    progress are too many."""
    seen = None

    def moved():
        victim.ask("ingest", seconds=seconds)
        status = victim.status()
        return status if left_to_do(status) != seen else None

    while True:
        try:
            status = wait_until(moved, "everything loaded and purged: it stands still", seconds, every=0.3)
        except AssertionError as late:
            raise AssertionError(f"{late}\nlast status: {victim.whole_status()}\n{victim.log_tail()}") from None
        seen = left_to_do(status)
        if not any(seen[0]):
            return status


def is_damaged(body):
    return Reference().accept(body, DOMAIN).kind == "quarantined"


def is_refused(body):
    """By the destination; a damaged one never comes there."""
    return is_poison(body) and not is_damaged(body)


def quarantine_problems(victim, ledger):
    """Every acknowledged damaged body is there under its position with its bytes; of sound ones only those refused."""
    shown = victim.quarantine()
    refused = [record for record in shown["records"] if record["reason"] == "refused"]
    shown["records"] = [record for record in shown["records"] if record["reason"] != "refused"]
    there = {int(record["position"]) for record in shown["records"]}
    damaged = {position for position, body in ledger.acknowledged.items() if is_damaged(body)}
    unsure = sum(map(is_damaged, ledger.unanswered))
    problems = refused_problems(victim, refused, ledger)
    problems += [f"not in quarantine: {position}" for position in sorted(damaged - there)]
    problems += [f"sound, but in quarantine: {p}" for p in sorted((there & set(ledger.acknowledged)) - damaged)]
    problems += [f"chunk in quarantine: {chunk['key']}: {chunk['reason']}" for chunk in shown["chunks"]]
    if len(there - set(ledger.acknowledged)) > unsure:
        problems.append(f"{len(there - damaged)} records in quarantine were never sent")
    for position in sorted(damaged & there)[:SHOWN_BODIES]:
        body = victim.ask("quarantine", "show", REPEATER, str(position))["body_base64"]
        if body is None or base64.b64decode(body) != ledger.acknowledged[position]:
            problems.append(f"other bytes in quarantine: {position}")
    return problems, damaged


def version_in(body):
    """Of a sound form."""
    outcome = Reference().accept(body, DOMAIN)
    return outcome.key, outcome.version


def refused_problems(victim, refused, ledger):
    """Every version that the destination refuses is there, with a body that was sent for it; again only when it was
    sent again, for one that has gone to quarantine is not known any more."""
    must = {version_in(body) for body in ledger.acknowledged.values() if is_refused(body)}
    sent = Counter(version_in(body) for body in [*ledger.acknowledged.values(), *ledger.unanswered] if is_refused(body))
    problems, seen = [], Counter()
    for record in refused:
        body = base64.b64decode(victim.ask("quarantine", "show", REPEATER, str(record["position"]))["body_base64"])
        if body != ledger.acknowledged.get(int(record["position"]), body):
            problems.append(f"other bytes in quarantine: {record['position']}")
        if is_refused(body):
            seen[version_in(body)] += 1
        else:
            problems.append(f"refused without a cause: {record['position']}: {record['detail']}")
    problems += [f"lost: {version}, which the destination refuses" for version in must if not seen[version]]
    problems += [f"{seen[version]} times in quarantine: {version}" for version in seen if seen[version] > sent[version]]
    return problems


def count_problems(status, rows, ledger):
    """The daemon's own counts fit each other, the table and what was sent."""
    decided, problems = status["decided"], []

    def expect(holds, text):
        if not holds:
            problems.append(f"counts: {text}")

    received, sure, unsure = status["received"], len(ledger), len(ledger.unanswered)
    expect(decided["rows"] == len(rows), f"{decided['rows']} rows decided, {len(rows)} in the table")
    parts = decided["rows"] + decided["duplicates"] + decided["quarantined"]
    expect(decided["records"] == parts, f"{decided['records']} decided, but {parts} rows, duplicates and quarantined")
    expect(decided["records"] == received, f"{decided['records']} decided of {received} received")
    expect(sure <= received <= sure + unsure, f"{received} received, {sure} acknowledged, {unsure} without an answer")
    return problems


def positions_problems(rows, ledger):
    """A row that stands at an acknowledged position has the body that was acknowledged there."""
    problems = []
    for row in rows:
        body = ledger.acknowledged.get(row["_position"])
        try:
            if body is not None and parse(body)["id"] != row["form_id"]:
                problems.append(f"position {row['_position']} was acknowledged for another form")
        except Bad:
            problems.append(f"position {row['_position']} was acknowledged for a damaged form, but is a row")
    return problems


# Damaged forms are sent, and disks are filled; these alarms tell of it for a day.
CAUSED_ON_PURPOSE = {"quarantine.growth", "journal.write_failed"}


def judge(victim, ledger, status):
    """(problems as sentences, figures for the summary)"""
    rows = victim.rows()
    sent = ledger.acknowledged.values(), ledger.unanswered
    sound = [[body for body in bodies if not is_refused(body)] for bodies in sent]
    found, damaged = quarantine_problems(victim, ledger)
    problems = [
        *ledger.problems,
        *differences(rows, *sound),
        *positions_problems(rows, ledger),
        *found,
        *count_problems(status, rows, ledger),
        *(
            f"alarm: {alarm['name']} {alarm['object']}: {alarm['text']}"
            for alarm in victim.whole_status()["alarms"]
            if alarm["name"] not in CAUSED_ON_PURPOSE
        ),
        *(f"left behind: {path}" for path in victim.left_over()),
    ]
    figures = [
        ("forms acknowledged", len(ledger)),
        ("  of these damaged", len(damaged)),
        ("forms without an answer", len(ledger.unanswered)),
        ("rows in the table", len(rows)),
        ("duplicates absorbed", status["decided"]["duplicates"]),
        ("in quarantine", status["decided"]["quarantined"]),
        ("chunks loaded and purged", sum(c["chunks"] for c in status["chunks"] if c["state"] == "purged")),
        ("lost", sum(p.startswith("lost") for p in problems)),
        ("doubled", sum(" times: " in p for p in problems)),
        ("with other content", sum(p.startswith("other content") for p in problems)),
    ]
    return problems, figures
