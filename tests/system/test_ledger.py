"""The comparison itself: it must see each kind of harm."""

import pytest

from forms import FormMaker, edited, encode
from ledger import differences
from reference import Reference

FORM, OTHER = FormMaker(1).forms(2)
SENT = [encode(FORM), encode(edited(FORM)), encode(OTHER)]


def rows_of(bodies):
    outcomes = [Reference().accept(body) for body in bodies]
    return [
        {
            "domain": o.key[0],
            "form_id": o.key[1],
            "server_modified_on": o.version,
            "form_json": body.decode(),
            "_position": i,
        }
        for i, (o, body) in enumerate(zip(outcomes, bodies))
    ]


def test_equal_tables_have_no_differences():
    assert differences(rows_of(SENT), SENT, []) == []


def test_an_unanswered_form_may_be_there_or_not():
    assert differences(rows_of(SENT), SENT[:1], SENT) == []
    assert differences(rows_of(SENT[:1]), SENT[:1], SENT) == []


@pytest.mark.parametrize(
    "rows,sent,word",
    [
        (rows_of(SENT[:2]), SENT, "lost"),
        (rows_of([SENT[0], SENT[2]]), SENT, "lost"),
        (rows_of(SENT + SENT[:1]), SENT, "2 times"),
        (rows_of(SENT), SENT[:2], "never sent"),
        (
            [{**r, "form_json": r["form_json"].replace('"data"', '"datum"')} for r in rows_of(SENT)],
            SENT,
            "other content",
        ),
        ([{**r, "_position": 7} for r in rows_of(SENT)], SENT, "position 7 3 times"),
    ],
)
def test_harm_is_seen(rows, sent, word):
    assert any(word in problem for problem in differences(rows, sent, []))
