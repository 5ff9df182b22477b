"""What the stand-in of a Snowflake account says about objects, and which requests it refuses, with the pages of the
Snowflake documentation."""

import urllib.error

import pytest

from s3_servers import BUCKET
from snowflake_caller import COPY, TABLE, put, rows
from waiting import wait_until

pytestmark = pytest.mark.server("versitygw")


# --- "DESCRIBE FILE FORMAT", "DESCRIBE STAGE", "DESCRIBE TABLE", "DESCRIBE INTEGRATION", "SHOW WAREHOUSES" ------------


def described(caller, text):
    """Columns, and the rows of the answer as dictionaries."""
    status, said = caller.sql(text)
    assert status == 200, said
    columns = [each["name"] for each in said["resultSetMetaData"]["rowType"]]
    return columns, [dict(zip(columns, row)) for row in said["data"]]


def test_a_file_format_is_described_with_values_and_defaults(account, caller):
    account.sql("ALTER FILE FORMAT DB.S.CSV SET NULL_IF = ('\\\\N', 'x') TRIM_SPACE = TRUE")
    columns, rows_ = described(caller, "DESC FILE FORMAT DB.S.CSV")
    assert columns == ["property", "property_type", "property_value", "property_default"]
    told = {row["property"]: tuple(row.values())[1:] for row in rows_}
    assert told["FIELD_OPTIONALLY_ENCLOSED_BY"] == ("String", '\\"', "NONE"), "as a text literal has it"
    assert told["ESCAPE_UNENCLOSED_FIELD"] == ("String", "NONE", "\\\\")
    assert told["RECORD_DELIMITER"] == ("String", "\\n", "\\n")
    assert told["NULL_IF"] == ("List", "[\\\\N, x]", "[\\\\N]")
    assert told["TRIM_SPACE"] == ("Boolean", "true", "false")
    assert told["SKIP_HEADER"] == ("Integer", "0", "0")


def test_a_stage_is_described_with_its_parents(account, caller):
    columns, rows_ = described(caller, "DESC STAGE DB.S.STAGE")
    assert columns == ["parent_property", "property", "property_type", "property_value", "property_default"]
    told = {(row["parent_property"], row["property"]): row["property_value"] for row in rows_}
    assert told["STAGE_LOCATION", "URL"] == f'["s3://{BUCKET}/{caller.prefix}/"]'
    assert told["STAGE_INTEGRATION", "STORAGE_INTEGRATION"] == "I"
    assert told["STAGE_FILE_FORMAT", "TYPE"] == "CSV", "one of its own"
    account.sql("ALTER STAGE DB.S.STAGE SET FILE_FORMAT = (FORMAT_NAME = 'DB.S.CSV')")
    told = {row["property"]: row["property_value"] for row in described(caller, "DESC STAGE DB.S.STAGE")[1]}
    assert told["FORMAT_NAME"] == "DB.S.CSV" and told["URL"].endswith(f'{caller.prefix}/"]'), "the rest stays"


def test_an_integration_is_described_to_those_who_may_use_it(account, caller):
    assert caller.sql("DESC INTEGRATION I")[0] == 422
    account.sql("GRANT USAGE ON INTEGRATION I TO ROLE R")
    told = {row["property"]: row["property_value"] for row in described(caller, "DESC INTEGRATION I")[1]}
    assert told["STORAGE_ALLOWED_LOCATIONS"] == f"s3://{BUCKET}/" and told["ENABLED"] == "true"
    account.sql("ALTER STORAGE INTEGRATION I SET STORAGE_ALLOWED_LOCATIONS = ('s3://a/', 's3://b/')")
    told = {row["property"]: row["property_value"] for row in described(caller, "DESC INTEGRATION I")[1]}
    assert told["STORAGE_ALLOWED_LOCATIONS"] == "s3://a/,s3://b/" and told["STORAGE_AWS_EXTERNAL_ID"] == "x"


def test_a_table_is_described_with_whole_types(account, caller):
    told = {row["name"]: (row["type"], row["null?"]) for row in described(caller, f"DESC TABLE {TABLE}")[1]}
    assert told == {"A": ("VARCHAR(16777216)", "Y"), "_FILE": ("VARCHAR(16777216)", "Y"), "N": ("NUMBER(19,0)", "N")}


def test_a_column_becomes_longer_and_never_another_type(account, caller):
    """ "ALTER TABLE ... ALTER COLUMN"."""
    account.sql(f"ALTER TABLE {TABLE} ADD COLUMN B VARCHAR(3)")
    account.sql(f"ALTER TABLE {TABLE} ALTER COLUMN B SET DATA TYPE VARCHAR(5)")
    account.sql(f"ALTER TABLE {TABLE} ALTER COLUMN N DROP NOT NULL")
    told = {row["name"]: (row["type"], row["null?"]) for row in described(caller, f"DESC TABLE {TABLE}")[1]}
    assert told["B"] == ("VARCHAR(5)", "Y") and told["N"] == ("NUMBER(19,0)", "Y")
    for refused in ("VARCHAR(4)", "NUMBER(5, 0)"):
        with pytest.raises(urllib.error.HTTPError):
            account.sql(f"ALTER TABLE {TABLE} ALTER COLUMN B SET DATA TYPE {refused}")


def test_a_text_that_is_too_long_is_refused(account, caller):
    """ "String & binary data types", "Troubleshooting COPY"."""
    account.sql(f"DROP TABLE {TABLE}")
    account.sql(f"CREATE TABLE {TABLE} (A VARCHAR(3), _FILE VARCHAR, N NUMBER(19, 0))")
    account.sql(f"GRANT SELECT, INSERT ON TABLE {TABLE} TO ROLE R")
    put(account, caller, "a.csv", "abcd,1\n")
    assert "too long" in caller.copy("a.csv")[0]["first_error"]


def test_a_warehouse_is_shown_to_those_who_may_use_it(account, caller):
    told = described(caller, "SHOW WAREHOUSES LIKE 'WH'")[1][0]
    assert (told["state"], told["size"], told["auto_suspend"], told["auto_resume"]) == (
        "SUSPENDED",
        "X-Small",
        "60",
        "true",
    )
    account.sql("ALTER WAREHOUSE WH SET WAREHOUSE_SIZE = MEDIUM AUTO_SUSPEND = 0")
    told = described(caller, "SHOW WAREHOUSES LIKE 'WH'")[1][0]
    assert (told["size"], told["auto_suspend"]) == ("Medium", None), "never"
    account.sql("REVOKE USAGE ON WAREHOUSE WH FROM ROLE R")
    assert described(caller, "SHOW WAREHOUSES LIKE 'WH'")[1] == []


def test_a_warehouse_without_auto_resume_has_to_be_started(account, caller):
    """ "CREATE WAREHOUSE": AUTO_RESUME = FALSE starts only by hand."""
    account.sql("ALTER WAREHOUSE WH SET AUTO_RESUME = FALSE")
    made = "SELECT RANDOM() AS R FROM TABLE(GENERATOR(ROWCOUNT => 1))"
    assert caller.sql(made)[1]["code"] == "000606"
    account.sql("ALTER WAREHOUSE WH RESUME")
    assert caller.sql(made)[0] == 200


# --- "Snowflake SQL API reference": what is refused -------------------------------------------------------------------


def test_a_statement_over_its_time_limit_is_cancelled(account, caller):
    """HTTP 408, whether it is waited for or asked about later; nothing of it is done."""
    put(account, caller, "a.csv", "x,1\n")
    account.fault("statement", "slow", seconds=60, match="COPY*")
    text = COPY.format(files="'a.csv'", on_error="SKIP_FILE")
    status, said = caller.sql(text, timeout=1)
    assert (status, said["code"], said["sqlState"]) == (408, "000630", "57014")
    assert caller.call("GET", f"/api/v2/statements/{said['statementHandle']}")[0] == 408
    assert rows(account) == []


def test_bindings_are_refused_in_words(caller):
    status, said = caller.sql("SELECT CURRENT_ROLE()", bindings={"1": {"type": "TEXT", "value": "x"}})
    assert status == 400 and "bindings" in said["message"]


@pytest.mark.parametrize("on_error", ["CONTINUE", "SKIP_FILE_2"])
def test_an_on_error_that_firn_never_writes_is_refused(account, caller, on_error):
    """ "COPY INTO <table>": it would load a file in part."""
    put(account, caller, "a.csv", "x,1\ny,two\n")
    status, said = caller.sql(COPY.format(files="'a.csv'", on_error=on_error))
    assert (status, said["code"]) == (422, "000002") and on_error in said["message"]
    assert rows(account) == []


def test_too_many_statements_at_a_time_are_refused(account, caller):
    """HTTP 429; what runs goes on, and there is room when it is done."""
    account.control("settings", {"most_running": 2})
    account.fault("statement", "slow", seconds=2, times=2)
    for _ in range(2):
        assert caller.sql("SELECT CURRENT_ROLE()", "async=true")[0] == 202
    status, said = caller.sql("SELECT CURRENT_ROLE()", "async=true")
    assert (status, said["code"]) == (429, "390505")
    wait_until(lambda: caller.sql("SELECT CURRENT_ROLE()")[0] == 200, "room", 20)


@pytest.mark.parametrize("closed, code", [("suspended", "390913"), ("network_policy", "390422")])
def test_nobody_is_let_into_a_closed_account(account, caller, closed, code):
    """ "Controlling network traffic with network policies"; both interfaces. The status is not documented."""
    account.control("settings", {"closed": closed})
    assert (caller.sql("SELECT CURRENT_ROLE()")[0], caller.sql("SELECT CURRENT_ROLE()")[1]["code"]) == (403, code)
    assert caller.insert("a.csv")[1]["code"] == code
    account.control("settings", {"closed": None})
    assert caller.sql("SELECT CURRENT_ROLE()")[0] == 200
