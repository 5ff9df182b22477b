"""What Firn says when Snowflake lets nobody in, has too much to do, or ends a statement: each its own sentence; the
data stays, and goes on by itself or with a restart."""

import pytest

from forms import FormMaker, encode
from snowflake_account import wait_until_loaded

pytestmark = pytest.mark.server("versitygw")


def post_and_trigger(firn, count=5):
    firn.start()
    firn.post_all(map(encode, FormMaker(3).forms(count)))
    firn.ask("ingest", "forms")


def reason(firn, kind):
    """Why the step `load` is `blocked` or `retrying`, once it is."""
    found = []

    def is_there(status):
        found[:] = [each["reason"] for each in status[kind] if each["name"] == "load"]
        return bool(found)

    firn.wait_for_status(is_there, f"load is {kind}")
    return found[0]


@pytest.mark.parametrize("method", ["copy", "snowpipe"])
@pytest.mark.parametrize(
    "closed, words, hint",
    [
        ("suspended", "the account is suspended", "Snowflake's support"),
        ("network_policy", "a network policy does not let this machine in", "network rule"),
    ],
)
def test_a_closed_account_is_named_and_the_data_stays(account, on_snowflake, method, closed, words, hint):
    firn = on_snowflake(method)
    account.control("settings", {"closed": closed})
    post_and_trigger(firn)
    said = reason(firn, "blocked")
    assert words in said and hint in said, said
    assert set(firn.status()["chunks"]) <= {"staged", "submitted"}
    account.control("settings", {"closed": None})
    firn.restart()
    wait_until_loaded(firn, 5)


def test_the_live_check_says_why_a_closed_account_lets_nobody_in(account, on_snowflake):
    firn = on_snowflake()
    account.control("settings", {"closed": "network_policy"})
    said = firn.ask("check", "--live", code=1)["connections"]
    (login,) = next(each for each in said if each["connection"] == "snow")["findings"]
    assert login["what"] == "login" and "a network policy does not let this machine in" in login["found"]


def test_too_many_statements_at_a_time_are_waited_for(account, on_snowflake):
    firn = on_snowflake("copy")
    account.control("settings", {"most_running": 0})
    post_and_trigger(firn)
    assert "too many requests at once" in reason(firn, "retrying")
    account.control("settings", {"most_running": 100})
    wait_until_loaded(firn, 5)


@pytest.mark.parametrize("call", ["submit", "poll"])
def test_a_copy_that_ran_into_its_time_limit_is_asked_for_again(account, on_snowflake, call):
    firn = on_snowflake("copy")
    if call == "poll":
        account.fault("statement", "slow", seconds=2, match="COPY*")
    account.fault(call, "status", status=408, code="000630", match="COPY*" if call == "submit" else "*", times=1000)
    post_and_trigger(firn)
    assert "the statement ran longer than its limit" in reason(firn, "retrying")
    account.clear_faults()
    wait_until_loaded(firn, 5)
    assert len(account.rows()) == 5
