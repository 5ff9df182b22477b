"""The rules that the stand-in of a Snowflake account keeps, with the pages of the Snowflake documentation."""

import time
import uuid

import pytest

from snowflake_account import ACCOUNT
from snowflake_caller import COPY, PIPE, TABLE, Caller, loaded, make_pipe, put, rows
from waiting import wait_until

pytestmark = pytest.mark.server("versitygw")


# --- "Using key-pair authentication", and its troubleshooting page ----------------------------------------------------


@pytest.mark.parametrize(
    "change, code",
    [
        ({"account": "ANOTHER"}, "394307"),
        ({"iss": f"{ACCOUNT}.LOADER.SHA256:x"}, "394304"),
        ({"age": 4000}, "394302"),
        ({"age": -300}, "394302"),
        ({"alg": "HS256"}, "394305"),
        ({"iat": "now"}, "394301"),
    ],
)
def test_a_token_that_is_wrong_has_its_code(caller, change, code):
    status, said = caller.call("GET", "/api/v2/statements/x", token=caller.token(**change))
    assert (status, said["code"]) == (401, code)


def test_a_signature_of_another_key_is_refused(caller):
    head, claims, _ = caller.token().split(".")
    other = Caller(caller.account).token().split(".")[2]
    status, said = caller.call("GET", "/api/v2/statements/x", token=f"{head}.{claims}.{other}")
    assert (status, said["code"]) == (401, "394306")


def test_five_failures_lock_the_user_for_a_quarter_of_an_hour(account, caller):
    for _ in range(5):
        caller.call("GET", "/api/v2/statements/x", token=caller.token(iss="wrong"))
    assert caller.call("GET", "/api/v2/statements/x")[1]["code"] == "390102"
    account.advance(901)
    assert caller.call("GET", "/api/v2/statements/x", token=caller.token(age=-901))[0] == 404


# --- "Snowflake SQL API reference" ------------------------------------------------------------------------------------


def test_a_statement_is_accepted_and_answered_later(caller):
    status, said = caller.sql("SELECT CURRENT_ROLE()", "async=true")
    assert status in (200, 202)
    handle = said["statementHandle"]

    def answered():
        status, answer = caller.call("GET", f"/api/v2/statements/{handle}")
        return answer if status == 200 else None

    ready = wait_until(answered, "an answer", 10)
    assert ready["data"] == [["R"]] and ready["code"] == "090001"
    assert caller.call("GET", "/api/v2/statements/unknown")[0] == 404


def test_the_same_request_is_not_done_twice(caller):
    query = f"requestId={uuid.uuid4()}"
    first = caller.sql("SELECT CURRENT_ROLE()", query)[1]["statementHandle"]
    assert caller.sql("SELECT CURRENT_ROLE()", query + "&retry=true")[1]["statementHandle"] == first
    assert caller.sql("SELECT CURRENT_ROLE()", query)[1]["statementHandle"] != first, "without retry it runs again"


def test_large_answers_come_in_parts(account, caller):
    put(account, caller, "many.csv", "".join(f"a,{i}\n" for i in range(1500)))
    caller.copy("many.csv")
    said = caller.sql(f"SELECT N FROM {TABLE} ORDER BY N")[1]
    assert len(said["data"]) == 1000 and len(said["resultSetMetaData"]["partitionInfo"]) == 2
    rest = caller.call("GET", f"/api/v2/statements/{said['statementHandle']}?partition=1")[1]
    assert set(rest) == {"data"} and len(rest["data"]) == 500


def test_what_it_does_not_understand_is_refused(caller):
    assert caller.sql("MERGE INTO T USING U")[1]["code"] == "001003"
    assert caller.sql("SELECT TRY_PARSE_JSON(A) FROM", "")[0] == 422
    assert caller.call("POST", "/api/v2/statements", {"statement": "SELECT 1", "surprise": 1})[0] == 400
    assert caller.sql("SELECT CURRENT_ROLE()", role="ACCOUNTADMIN")[1]["code"] == "390189"
    assert caller.sql(f"SELECT COUNT(*) FROM {TABLE}", warehouse="wh")[1]["code"] == "000606", "names are exact here"


# --- "COPY INTO <table>", "Load metadata" -----------------------------------------------------------------------------


@pytest.mark.parametrize("style, status", [("no_row", None), ("load_skipped", "LOAD_SKIPPED")])
def test_a_file_is_loaded_once_for_64_days(account, caller, style, status):
    account.control("settings", {"repeated_copy": style})
    put(account, caller, "a.csv", "x,1\n")
    assert [row["status"] for row in caller.copy("a.csv")] == ["LOADED"]
    again = caller.copy("a.csv")
    assert [row["status"] for row in again] == [status or "Copy executed with 0 files processed."]
    assert len(rows(account)) == 1


def test_a_file_with_another_etag_is_loaded_again(account, caller):
    put(account, caller, "a.csv", "x,1\n")
    caller.copy("a.csv")
    put(account, caller, "a.csv", "x,2\n")
    caller.copy("a.csv")
    assert rows(account) == [("x", "1"), ("x", "2")]


def test_force_and_truncate_forget(account, caller):
    put(account, caller, "a.csv", "x,1\n")
    caller.copy("a.csv")
    caller.copy("a.csv", more=" FORCE = TRUE")
    assert len(rows(account)) == 2
    account.sql(f"TRUNCATE TABLE {TABLE}")
    caller.copy("a.csv")
    assert len(rows(account)) == 1


def test_one_bad_file_does_not_hold_up_the_others(account, caller):
    put(account, caller, "good.csv", "x,1\n")
    put(account, caller, "bad.csv", "x,1\ny,two\n")
    told = {row["file"].rsplit("/", 1)[1]: row for row in caller.copy("good.csv", "bad.csv", "missing.csv")}
    assert set(told) == {"good.csv", "bad.csv"}, "a missing file has no row"
    assert told["bad.csv"]["status"] == "LOAD_FAILED" and told["bad.csv"]["first_error_line"] == "2"
    assert rows(account) == [("x", "1")]


def test_null_in_a_column_that_is_not_null_fails(account, caller):
    put(account, caller, "null.csv", "x,\n")
    assert caller.copy("null.csv")[0]["status"] == "LOAD_FAILED"


def test_the_backslash_is_an_escape_unless_the_format_says_no(account, caller):
    account.sql("CREATE FILE FORMAT DB.S.STANDARD TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '\"'")
    account.sql("GRANT USAGE ON FILE FORMAT DB.S.STANDARD TO ROLE R")
    put(account, caller, "a.csv", "a\\,b,1\n")
    put(account, caller, "b.csv", '"a\\",1\n')
    told = caller.copy("a.csv", "b.csv")
    assert [row["status"] for row in told] == ["LOAD_FAILED", "LOADED"], "the comma ends the field"
    assert rows(account) == [("a\\", "1")]
    account.sql(f"TRUNCATE TABLE {TABLE}")
    sql = COPY.format(files="'a.csv'", on_error="SKIP_FILE").replace("DB.S.CSV", "DB.S.STANDARD")
    assert caller.sql(sql)[1]["data"][0][1] == "LOADED"
    assert rows(account) == [("a,b", "1")], "the comma belongs to the field"


def test_a_warehouse_costs_a_minute_at_least(account, caller):
    put(account, caller, "a.csv", "x,1\n")
    caller.copy("a.csv")
    assert account.control("meter")["warehouse_seconds"] == 60


# --- "Snowpipe REST API", "Introduction to Snowpipe" ------------------------------------------------------------------


def test_a_pipe_knows_names_for_14_days_whatever_is_in_the_file(account, caller):
    put(account, caller, "a.csv", "x,1\n")
    assert caller.insert("a.csv")[1]["status"] == "success"
    loaded(account, 1)
    put(account, caller, "a.csv", "x,2\n")
    caller.insert("a.csv")
    put(account, caller, "b.csv", "x,3\n")
    caller.insert("b.csv")
    loaded(account, 2)
    assert rows(account) == [("x", "1"), ("x", "3")]


def test_copy_and_pipe_do_not_know_of_each_other(account, caller):
    put(account, caller, "a.csv", "x,1\n")
    caller.copy("a.csv")
    caller.insert("a.csv")
    loaded(account, 2)


def test_a_pipe_that_is_made_again_has_forgotten(account, caller):
    put(account, caller, "a.csv", "x,1\n")
    caller.insert("a.csv")
    loaded(account, 1)
    account.sql(make_pipe("CREATE OR REPLACE"))
    account.sql(f"GRANT OPERATE, MONITOR ON PIPE {PIPE} TO ROLE R")
    caller.insert("a.csv")
    loaded(account, 2)


def test_reports_are_kept_for_ten_minutes(account, caller):
    put(account, caller, "a.csv", "x,1\n")
    caller.insert("a.csv")
    loaded(account, 1)
    told = [(each["path"], each["status"], each["rowsInserted"]) for each in caller.report()]
    assert told == [("a.csv", "LOADED", 1)]
    account.advance(601)
    said = caller.call(
        "GET", f"/v1/data/pipes/{PIPE}/insertReport?requestId={uuid.uuid4()}", token=caller.token(age=-601)
    )
    assert said[1]["files"] == []


def test_a_pipe_takes_5000_names_at_most(caller):
    assert caller.insert(*(f"{i}.csv" for i in range(5001)))[0] == 400


def test_a_pipe_needs_its_grants(account, caller):
    account.sql(f"REVOKE OPERATE ON PIPE {PIPE} FROM ROLE R")
    assert caller.insert("a.csv")[0] == 404
    assert caller.call("GET", "/v1/data/pipes/DB.S.UNKNOWN/insertReport?requestId=x")[0] == 404


# --- "Account Usage", and "SNOWFLAKE database roles" ------------------------------------------------------------------


def usage(account, caller, view, name, age=0):
    """(status, rows) of the question about the last two days; `age` is how far the clock was moved."""
    now = time.time() + age
    begin, end = (time.strftime("%Y-%m-%d %H:00:00.000000 +0000", time.gmtime(t)) for t in (now - 2 * 86400, now))
    kind = view.split("_")[0]
    amounts = {"PIPE": "SUM(CREDITS_USED) AS CREDITS, SUM(BYTES_BILLED) AS BYTES"}
    text = (
        f"SELECT {kind}_ID, {amounts.get(kind, 'SUM(CREDITS_USED_COMPUTE) AS CREDITS')} FROM "
        f"SNOWFLAKE.ACCOUNT_USAGE.{view} WHERE {kind}_NAME = '{name}' AND START_TIME >= '{begin}'::TIMESTAMP_LTZ AND "
        f"START_TIME < '{end}'::TIMESTAMP_LTZ GROUP BY {kind}_ID"
    )
    body = {"statement": text, "role": "R", "warehouse": "WH"}
    status, said = caller.call("POST", "/api/v2/statements", body, token=caller.token(age=-age))
    return status, said.get("data", said)


def test_usage_views_need_a_database_role_that_only_accountadmin_grants(account, caller):
    assert usage(account, caller, "PIPE_USAGE_HISTORY", "P")[1]["code"] == "002003"
    refused = caller.sql("GRANT DATABASE ROLE SNOWFLAKE.USAGE_VIEWER TO ROLE R")
    assert (refused[0], refused[1]["code"]) == (422, "003001")
    account.sql("GRANT DATABASE ROLE SNOWFLAKE.USAGE_VIEWER TO ROLE R")
    assert usage(account, caller, "PIPE_USAGE_HISTORY", "P") == (200, [])
    account.sql("REVOKE DATABASE ROLE SNOWFLAKE.USAGE_VIEWER FROM ROLE R")
    assert usage(account, caller, "WAREHOUSE_METERING_HISTORY", "WH")[0] == 422


def test_usage_is_reported_three_hours_late(account, caller):
    account.sql("GRANT DATABASE ROLE SNOWFLAKE.USAGE_VIEWER TO ROLE R")
    put(account, caller, "a.csv", "x,1\n")
    put(account, caller, "b.csv", "y,2\n")
    caller.copy("a.csv")
    caller.insert("b.csv")
    loaded(account, 2)
    account.advance(3600)
    assert usage(account, caller, "PIPE_USAGE_HISTORY", "P", 3600) == (200, [])
    account.advance(4 * 3600)
    ((_, credits, billed),) = usage(account, caller, "PIPE_USAGE_HISTORY", "P", 5 * 3600)[1]
    assert (int(billed), float(credits)) == (4, pytest.approx(4 * 0.0037 / 1e9))
    ((_, credits),) = usage(account, caller, "WAREHOUSE_METERING_HISTORY", "WH", 5 * 3600)[1]
    assert float(credits) == pytest.approx(2 * 60 / 3600), "COPY was a run, and the first question"


# --- it can be killed -------------------------------------------------------------------------------------------------


def test_a_kill_leaves_a_statement_done_or_not_done(account, caller):
    put(account, caller, "a.csv", "".join(f"x,{i}\n" for i in range(2000)))
    names = COPY.format(files="'a.csv'", on_error="SKIP_FILE")
    handle = caller.sql(names, "async=true")[1]["statementHandle"]
    account.kill()
    account.start()
    status, _ = caller.call("GET", f"/api/v2/statements/{handle}")
    assert (status, len(rows(account))) in ((200, 2000), (422, 0))
    caller.copy("a.csv")
    assert len(rows(account)) == 2000
