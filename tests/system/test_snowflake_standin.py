"""The rules that the stand-in of a Snowflake account keeps, with the pages of the Snowflake documentation."""

import base64
import gzip
import hashlib
import http.client
import json
import time
import urllib.error
import uuid

import pytest
import zstandard
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from s3_servers import BUCKET
from snowflake_account import ACCOUNT, SnowflakeAccount
from waiting import wait_until

pytestmark = pytest.mark.server("versitygw")

TABLE, PIPE = "DB.S.T", "DB.S.P"
COPY = (
    f"COPY INTO {TABLE} (A, _FILE, N) FROM (SELECT $1, REGEXP_SUBSTR(METADATA$FILENAME, '[^/]+$'), $2 "
    "FROM @DB.S.STAGE) FILES = ({files}) FILE_FORMAT = (FORMAT_NAME = 'DB.S.CSV') ON_ERROR = {on_error}"
)


class Caller:
    """A client of its own making: no line of Firn."""

    def __init__(self, account, user="LOADER", key=None):
        self.account, self.user = account, user
        self.key = key or rsa.generate_private_key(65537, 2048)

    @property
    def public_key(self):
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return base64.b64encode(self.key.public_key().public_bytes(serialization.Encoding.DER, form)).decode()

    def token(self, age=0, **changes):
        fingerprint = base64.b64encode(hashlib.sha256(base64.b64decode(self.public_key)).digest()).decode()
        now = int(time.time()) - age
        subject = f"{changes.pop('account', ACCOUNT)}.{self.user}"
        claims = {"iss": f"{subject}.SHA256:{fingerprint}", "sub": subject, "iat": now, "exp": now + 3540, **changes}
        head = {"alg": claims.pop("alg", "RS256"), "typ": "JWT"}
        text = ".".join(_encode(json.dumps(part).encode()) for part in (head, claims))
        return text + "." + _encode(self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))

    def call(self, method, path, body=None, token=None):
        connection = http.client.HTTPConnection("127.0.0.1", int(self.account.url.rsplit(":", 1)[1]), timeout=30)
        headers = {
            "Authorization": "Bearer " + (token or self.token()),
            "X-Snowflake-Authorization-Token-Type": "KEYPAIR_JWT",
            "User-Agent": "test/1",
            "Content-Type": "application/json",
        }
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        content = gzip.decompress(content) if answer.getheader("Content-Encoding") == "gzip" else content
        return answer.status, json.loads(content)

    def sql(self, text, query="", **body):
        """(status, answer) of a statement that is waited for."""
        session = {"role": "R", "warehouse": "WH", "database": "DB", "schema": "S", **body}
        given = {name: value for name, value in session.items() if value}
        return self.call("POST", "/api/v2/statements?" + query, {"statement": text, **given})

    def copy(self, *files, on_error="SKIP_FILE", more=""):
        """The rows of the answer as dictionaries."""
        names = ", ".join(f"'{name}'" for name in files)
        status, said = self.sql(COPY.format(files=names, on_error=on_error) + more)
        assert status == 200, said
        columns = [each["name"] for each in said["resultSetMetaData"]["rowType"]]
        return [dict(zip(columns, row)) for row in said["data"]]

    def insert(self, *files):
        body = {"files": [{"path": name, "size": 1} for name in files]}
        return self.call("POST", f"/v1/data/pipes/{PIPE}/insertFiles?requestId={uuid.uuid4()}", body)

    def report(self):
        return self.call("GET", f"/v1/data/pipes/{PIPE}/insertReport?requestId={uuid.uuid4()}")[1]["files"]


def _encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.fixture
def account(tmp_path, versitygw):
    made = SnowflakeAccount(tmp_path / "account", versitygw).start()
    yield made
    made.kill()


@pytest.fixture
def caller(account):
    """A user with a role that may load TABLE by COPY and by PIPE, from a prefix of its own."""
    made = Caller(account)
    made.prefix = uuid.uuid4().hex
    role = "GRANT {} TO ROLE R"
    for text in (
        "CREATE ROLE R",
        "CREATE USER LOADER TYPE = SERVICE LOGIN_NAME = 'LOADER' DEFAULT_ROLE = R "
        f"RSA_PUBLIC_KEY = '{made.public_key}'",
        "GRANT ROLE R TO USER LOADER",
        "CREATE WAREHOUSE WH AUTO_SUSPEND = 60 AUTO_RESUME = TRUE",
        role.format("USAGE ON WAREHOUSE WH"),
        "CREATE DATABASE DB",
        "CREATE SCHEMA DB.S",
        role.format("USAGE ON DATABASE DB"),
        role.format("USAGE ON SCHEMA DB.S"),
        "CREATE STORAGE INTEGRATION I TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE "
        "STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::1:role/r' STORAGE_AWS_EXTERNAL_ID = 'x' "
        f"STORAGE_ALLOWED_LOCATIONS = ('s3://{BUCKET}/')",
        "CREATE FILE FORMAT DB.S.CSV TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '\"' ESCAPE_UNENCLOSED_FIELD = NONE",
        f"CREATE STAGE DB.S.STAGE URL = 's3://{BUCKET}/{made.prefix}/' STORAGE_INTEGRATION = I",
        f"CREATE TABLE {TABLE} (A VARCHAR, _FILE VARCHAR, N NUMBER(19, 0) NOT NULL)",
        make_pipe("CREATE"),
        role.format("USAGE ON FILE FORMAT DB.S.CSV"),
        role.format("USAGE ON STAGE DB.S.STAGE"),
        role.format(f"SELECT, INSERT ON TABLE {TABLE}"),
        role.format(f"OPERATE, MONITOR ON PIPE {PIPE}"),
    ):
        account.sql(text)
    return made


def make_pipe(verb):
    copy = COPY.replace("FILES = ({files}) ", "").replace(" ON_ERROR = {on_error}", "")
    return f"{verb} PIPE {PIPE} AS {copy}"


def put(account, caller, name, text):
    data = zstandard.compress(text.encode()) if name.endswith(".zst") else text.encode()
    account._s3.client().put_object(Bucket=BUCKET, Key=f"{caller.prefix}/{name}", Body=data)
    return name


def rows(account):
    told = account.control("rows", {"sql": f'SELECT A, N FROM "{TABLE}" ORDER BY N, A'})["rows"]
    return [tuple(row) for row in told]


def loaded(account, count):
    return wait_until(lambda: len(rows(account)) == count, f"{count} rows", 20)


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


# --- "DESCRIBE FILE FORMAT", "DESCRIBE STAGE", "DESCRIBE TABLE", "DESCRIBE INTEGRATION", "SHOW WAREHOUSES" --------------


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
