"""The reference itself: it would be no use if it shared a mistake with nobody noticing."""

import hq_conversion
import pytest
from forms import DOMAIN, FormMaker, damaged_bodies, edited, encode, moved, sent_again
from reference import Reference, parse, same


@pytest.mark.parametrize("reason,body", damaged_bodies(FormMaker(5)))
def test_damaged_bodies_have_their_reason(reason, body):
    if body.startswith(b"<"):
        with pytest.raises(hq_conversion.Bad, match=f"^{reason}$"):
            hq_conversion.form(body)
    else:
        assert Reference().accept(body, DOMAIN).reason == reason


def test_first_sending_is_a_row_and_second_a_duplicate():
    form, reference = FormMaker(1).form(), Reference()
    kinds = [reference.accept(encode(d), DOMAIN).kind for d in (form, form, sent_again(form), edited(form))]
    assert kinds == ["row", "duplicate", "duplicate", "row"]


def test_same_version_with_other_content_is_a_conflict():
    form, reference = FormMaker(1).form(), Reference()
    reference.accept(encode(form))
    assert reference.accept(encode(moved(form, 0, note="other"))).conflict
    assert reference.conflicts == 1


def test_without_version_a_b_a_makes_three_rows():
    form = FormMaker(1).form(server_modified_on=None)
    other = {**form, "version": "other"}
    reference = Reference()
    assert [reference.accept(encode(d)).kind for d in (form, other, form, form)] == ["row", "row", "row", "duplicate"]


def test_same_tells_apart_what_python_takes_for_equal():
    assert same(parse(b'{"a": 1.0}'), parse(b'{"a": 1}'))
    assert not same(parse(b'{"a": true}'), parse(b'{"a": 1}'))
    assert not same(parse(b'{"a": "1"}'), parse(b'{"a": 1}'))
    assert not same(parse(b'{"a": 1, "b": 2}'), parse(b'{"b": 2, "a": 1}'))
