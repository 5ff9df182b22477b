"""`firn costs`: what it counts is what the account and the bucket's server have metered."""

import hashlib
import time
from dataclasses import replace

import pytest

from forms import FormMaker, encode
from moved_clock import MovedClock
from recording_proxy import RecordingProxy
from snowflake_account import snowflake_settings
from waiting import wait_until

pytestmark = pytest.mark.server("versitygw")

S3_ITEMS = ("s3_puts", "s3_gets", "s3_heads", "s3_lists", "s3_deletes")


@pytest.fixture
def recorder(versitygw):
    proxy = RecordingProxy(versitygw.endpoint)
    yield proxy
    proxy.shutdown()
    proxy.server_close()


@pytest.fixture
def make_loading(account, recorder, tmp_path, request, make_firn):
    """A daemon, set up but not started, whose requests to S3 are counted; with more lines for the repeater."""

    def make(method, lines="", **more):
        firn = make_firn()
        prefix = hashlib.sha256(request.node.name.encode()).hexdigest()[:16] + "/firn"
        settings = snowflake_settings(account, recorder, tmp_path, prefix, method, **more)
        firn.settings = replace(settings, extra=settings.extra + lines)
        firn.write_config()
        account.set_up(firn)
        return firn

    return make


@pytest.fixture
def granted(account, make_loading):
    """As make_loading, and the loader may read what the account has used."""

    def make(*arguments, **more):
        firn = make_loading(*arguments, **more)
        account.sql("GRANT DATABASE ROLE SNOWFLAKE.USAGE_VIEWER TO ROLE FIRN_LOADER")
        return firn

    return make


def load(firn, count, seed):
    firn.post_all(map(encode, FormMaker(seed).forms(count)))
    firn.ingest()


def used(firn):
    return firn.ask("costs")["total"]["used"]


def assert_requests(firn, recorder):
    """Nothing asks for more when all is loaded; both counts are those of the same moment."""

    def is_same():
        counts = recorder.counts()
        said = used(firn)
        return {item: said[item] for item in S3_ITEMS if item in said} == counts == recorder.counts()

    wait_until(is_same, lambda: f"recorded {recorder.counts()}, counted {used(firn)}")
    assert recorder.counts()["s3_puts"] > 2


def test_snowpipe_costs_what_the_account_has_metered(account, recorder, make_loading):
    firn = make_loading("snowpipe").start()
    load(firn, 50, seed=1)
    load(firn, 70, seed=2)
    meter, said = account.control("meter"), used(firn)
    assert said["snowpipe_bytes"] == meter["snowpipe_bytes"] > 0
    assert said["files"] == meter["snowpipe_files"] == said["loads"] == 2
    assert "warehouse_milliseconds" not in said and meter.get("warehouse_seconds", 0) == 0
    assert_requests(firn, recorder)
    credits = firn.ask("costs")["total"]["spent"]["snowpipe_credits"]
    assert credits == pytest.approx(meter["snowpipe_credits"], rel=1e-9)


def test_a_dedicated_warehouse_costs_what_the_account_has_metered(account, recorder, make_loading):
    firn = make_loading("copy", dedicated=True).start()
    load(firn, 50, seed=1)
    load(firn, 70, seed=2)
    meter, said = account.control("meter"), used(firn)
    assert said["warehouse_milliseconds"] / 1000 == meter["warehouse_seconds"] == 120
    assert said["warehouse_resumes"] == meter["warehouse_resumes"] == said["loads"] == 2
    assert_requests(firn, recorder)
    credits = firn.ask("costs")["total"]["spent"]["warehouse_credits"]
    assert credits == pytest.approx(meter["warehouse_credits"], rel=1e-9)


def test_loads_close_together_share_a_run_of_the_warehouse(account, make_loading):
    firn = make_loading("copy").start()
    load(firn, 50, seed=1)
    load(firn, 70, seed=2)
    said = used(firn)
    account.advance(3600)  # the warehouse is suspended
    meter = account.control("meter")
    assert said["warehouse_resumes"] == meter["warehouse_resumes"] == 1
    assert said["warehouse_milliseconds"] / 1000 == pytest.approx(meter["warehouse_seconds"], abs=6)


@pytest.mark.parametrize("method", ["snowpipe", "copy"])
def test_a_crash_counts_no_load_twice(account, make_loading, method):
    firn = make_loading(method).start()
    load(firn, 50, seed=1)
    before = used(firn)
    firn.kill()
    firn.start()
    load(firn, 70, seed=2)
    firn.kill()
    firn.start()
    said = used(firn)
    assert said["files"] == said["loads"] == 2 and before["files"] == 1
    if method == "snowpipe":
        assert said["snowpipe_bytes"] == account.control("meter")["snowpipe_bytes"]


def test_periods_add_up_and_other_ways_are_shown(make_loading):
    firn = make_loading("snowpipe").start()
    load(firn, 50, seed=1)
    by_repeater, by_period = firn.ask("costs"), firn.ask("costs", "--by", "period", "--since", "2020")
    assert [row["repeater"] for row in by_repeater["rows"]] == ["forms"]
    assert by_period["total"]["otherwise"] == by_repeater["total"]["otherwise"]
    ways = by_repeater["total"]["otherwise"]
    assert ways["snowpipe"]["credits"] == pytest.approx(by_repeater["total"]["spent"]["credits"])
    assert ways["copy"]["credits"] > ways["snowpipe"]["credits"]
    assert ways["copy_hourly"]["credits"] > ways["copy_monthly"]["credits"]
    assert "Nothing" in firn.run("costs", "--since", "2999").stdout
    assert firn.run("costs", "--since", "november").returncode != 0


@pytest.fixture
def days_later(account, tmp_path):
    """Stops a daemon and starts it days later, for Snowflake too; gives the day before."""

    def move(firn, days=3):
        today = time.gmtime()
        firn.stop()
        clock = MovedClock(tmp_path)
        clock.set_ahead(days * 86400)
        account.advance(days * 86400)
        firn.popen["env"] = clock.environment()
        firn.start()
        return time.strftime("%Y-%m-%d", today)

    return move


def test_what_snowflake_reports_is_what_firn_has_metered(account, granted, days_later):
    firn = granted("snowpipe").start()
    load(firn, 50, seed=1)
    today = time.strftime("%Y-%m-%d", time.gmtime())
    assert firn.ask("costs", "--reconcile", "--since", today)["reconcile"]["pipes"] == [], "today is not over"
    assert "Nothing to compare" in firn.run("costs", "--reconcile", "--since", today).stdout
    meter = account.control("meter")
    day = days_later(firn)
    said = firn.ask("costs", "--reconcile", "--since", day)["reconcile"]
    assert said["begin"].startswith(day) and said["problems"] == []
    (pipe,) = said["pipes"]
    assert pipe["pipe"] == "COMMCARE.RAW.FORMS_PIPE" and pipe["reported_bytes"] == meter["snowpipe_bytes"]
    assert pipe["metered_credits"] == pytest.approx(meter["snowpipe_credits"])
    assert pipe["difference_credits"] == pytest.approx(0, abs=1e-12)
    assert said["warehouses"] == [], "no repeater loads by it"
    text = firn.run("costs", "--reconcile", "--since", day).stdout
    assert "pipe COMMCARE.RAW.FORMS_PIPE" in text and "0.0 %" in text and "3 hours late" in text


@pytest.mark.parametrize("dedicated", [True, False])
def test_a_warehouse_is_compared_as_a_whole(account, granted, days_later, dedicated):
    firn = granted("copy", **({"dedicated": True} if dedicated else {})).start()
    load(firn, 50, seed=1)
    day = days_later(firn)
    (row,) = firn.ask("costs", "--reconcile", "--since", day)["reconcile"]["warehouses"]
    assert (row["warehouse"], row["repeaters"], row["may_be_shared"]) == ("FIRN_WH", ["forms"], not dedicated)
    assert row["reported_credits"] == pytest.approx(row["metered_credits"], rel=0.2)
    if dedicated:
        assert row["difference_credits"] == pytest.approx(0, abs=1e-6)
    else:
        assert row["difference_credits"] is None
        assert "others may use it too" in firn.run("costs", "--reconcile", "--since", day).stdout


def test_a_missing_grant_is_named_and_the_rest_is_shown(account, make_loading, days_later):
    firn = make_loading("snowpipe").start()
    load(firn, 50, seed=1)
    day = days_later(firn)
    done = firn.run("costs", "--reconcile", "--since", day)
    assert done.returncode == 0 and "TOTAL $" in done.stdout
    assert "run as ACCOUNTADMIN: GRANT DATABASE ROLE SNOWFLAKE.USAGE_VIEWER TO ROLE FIRN_LOADER" in done.stdout
    account.sql("GRANT DATABASE ROLE SNOWFLAKE.USAGE_VIEWER TO ROLE FIRN_LOADER")
    assert len(firn.ask("costs", "--reconcile", "--since", day)["reconcile"]["pipes"]) == 1


def test_without_a_warehouse_nothing_can_be_asked(make_loading, days_later):
    firn = make_loading("snowpipe", warehouse=None).start()
    load(firn, 50, seed=1)
    text = firn.run("costs", "--reconcile", "--since", days_later(firn)).stdout
    assert "set warehouse in [connection.snow]" in text


def test_a_budget_raises_an_alarm_and_holds_nothing_up(make_loading):
    firn = make_loading("snowpipe", "budget = 0.000001\n").start()
    load(firn, 50, seed=1)
    firn.stop()
    firn.start()  # the watch looks at once
    wait_until(
        lambda: any(each["name"] == "costs.budget" for each in firn.whole_status()["alarms"]),
        lambda: firn.whole_status()["alarms"],
    )
    load(firn, 50, seed=3)
    assert used(firn)["files"] == 2


def said_method(firn):
    (repeater,) = firn.whole_status()["repeaters"]
    return repeater["method"], repeater["method_why"]


def test_the_price_chooses_the_method_when_nothing_is_on_its_way(account, make_loading):
    firn = make_loading("auto")
    firn.start()
    assert said_method(firn)[0] == "snowpipe"
    load(firn, 20, seed=11)
    firn.stop()
    # As if Snowpipe had become dear.
    firn.config.write_text(firn.config.read_text() + "\n[prices]\nsnowpipe_credits_per_gb = 1000\n")
    firn.start()
    method, why = said_method(firn)
    assert method == "copy" and "by Snowpipe and" in why and "method.chosen" in firn.log_tail()
    assert 'method = "auto" has chosen copy' in firn.run("status").stdout
    load(firn, 20, seed=12)
    assert len(account.rows()) == 40
    assert firn.ask("audit", "forms")["differences"] == []
