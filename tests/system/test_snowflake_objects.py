"""Objects in the account that were there before, with other settings than Firn needs: both commands that look at them
name the object, the setting, and the statement that mends it; and nothing is changed by itself."""

import re

import pytest
from forms import FormMaker, encode
from snowflake_account import DATABASE, FULL_TABLE, SCHEMA, live

pytestmark = pytest.mark.server("versitygw")

FORMAT, STAGE = f"{DATABASE}.{SCHEMA}.FIRN_CSV", f"{DATABASE}.{SCHEMA}.FIRN_BUCKET"
LENGTH = "ALTER COLUMN DOMAIN SET DATA TYPE VARCHAR(16777216)"


def table_statement(firn, change):
    """The statement that makes the table, changed."""
    statements = [each["sql"] for each in firn.ask("setup", "snowflake")["statements"]]
    made = next(sql for sql in statements if sql.startswith(f"CREATE TABLE IF NOT EXISTS {FULL_TABLE} "))
    return change(made)


def changed_table(account, firn, change):
    account.sql(f"DROP TABLE {FULL_TABLE}")
    account.sql(table_statement(firn, change))
    account.sql(f"GRANT SELECT, INSERT ON TABLE {FULL_TABLE} TO ROLE FIRN_LOADER")
    account.control("rows", {"sql": f"UPDATE objects SET owner = 'FIRN_OWNER' WHERE name = '{FULL_TABLE}'"})


# What an administrator did before: (the statement, what names it, its words, whether rows are at stake, what mends it).
DIFFERENCES = {
    "an escape": (
        f"ALTER FILE FORMAT {FORMAT} SET ESCAPE = '\\\\' ESCAPE_UNENCLOSED_FIELD = '\\\\'",
        "file format settings",
        r"ESCAPE is \\, not NONE; ESCAPE_UNENCLOSED_FIELD is \\, not NONE",
        True,
    ),
    "no quotes": (
        f"ALTER FILE FORMAT {FORMAT} SET FIELD_OPTIONALLY_ENCLOSED_BY = NONE",
        "file format settings",
        "FIELD_OPTIONALLY_ENCLOSED_BY is NONE, not '\"'",
        True,
    ),
    "words for NULL": (
        f"ALTER FILE FORMAT {FORMAT} SET NULL_IF = ('NULL', '') EMPTY_FIELD_AS_NULL = FALSE",
        "file format settings",
        "NULL_IF is [NULL, ], not (); EMPTY_FIELD_AS_NULL is false, not TRUE",
        True,
    ),
    "a header": (
        f"ALTER FILE FORMAT {FORMAT} SET SKIP_HEADER = 1 COMPRESSION = GZIP",
        "file format settings",
        "COMPRESSION is GZIP, not ZSTD; SKIP_HEADER is 1, not 0",
        True,
    ),
    "another place": (
        f"ALTER STAGE {STAGE} SET URL = '{{url}}elsewhere/'",
        "stage settings",
        "URL is {url}elsewhere/, not {url}",
        True,
    ),
    "another format": (
        f"ALTER STAGE {STAGE} SET FILE_FORMAT = (FORMAT_NAME = '{DATABASE}.{SCHEMA}.OTHER')",
        "stage settings",
        f"FILE_FORMAT is {DATABASE}.{SCHEMA}.OTHER, not {FORMAT}",
        False,
    ),
    "a dear warehouse": (
        "ALTER WAREHOUSE FIRN_WH SET AUTO_SUSPEND = 600 WAREHOUSE_SIZE = LARGE",
        "warehouse settings",
        "AUTO_SUSPEND is 600, not 60: it is paid for until then; WAREHOUSE_SIZE is Large, not X-Small",
        False,
    ),
    "a warehouse that nobody starts": (
        "ALTER WAREHOUSE FIRN_WH SET AUTO_RESUME = FALSE",
        "warehouse settings",
        "AUTO_RESUME is FALSE, not TRUE",
        True,
    ),
}


def url_of(firn):
    """Of the stage, as `firn setup snowflake` has it."""
    return re.search(r"URL = '([^']+)'", firn.run("setup", "snowflake").stdout).group(1)


def apply_again(account, firn):
    """`firn setup snowflake --apply` once more: (exit code, what it prints)."""
    done = account.apply_set_up(firn)
    return done.returncode, done.stdout


@pytest.mark.parametrize("name", DIFFERENCES)
def test_another_setting_is_named_and_mended_by_the_statement_that_is_shown(account, on_snowflake, name):
    statement, what, words, harms = DIFFERENCES[name]
    firn = on_snowflake("snowpipe")
    url = url_of(firn)
    account.sql(statement.format(url=url))
    finding = live(firn, 1 if harms else 0)[what]
    assert words.format(url=url) in finding["found"], finding
    assert finding["result"] == ("WRONG" if harms else "WARNING")
    code, printed = apply_again(account, firn)
    assert code == (1 if harms else 0) and words.format(url=url) in printed and finding["hint"] in printed
    assert words.format(url=url) in live(firn, 1 if harms else 0)[what]["found"], "nothing was changed by itself"
    account.sql(finding["hint"].split(";")[0])
    assert {each["result"] for each in live(firn, 0).values()} == {"ok"}
    assert apply_again(account, firn)[0] == 0


@pytest.mark.parametrize(
    "change, words, mend",
    [
        (("  DOMAIN VARCHAR,", "  DOMAIN VARCHAR(20),"), "DOMAIN is VARCHAR(20), not VARCHAR", LENGTH),
        (("  DOMAIN VARCHAR,", "  DOMAIN VARCHAR NOT NULL,"), "DOMAIN is NOT NULL", "ALTER COLUMN DOMAIN DROP NOT"),
        (("  DOMAIN VARCHAR,", "  DOMAIN VARCHAR, OURS VARCHAR NOT NULL,"), "OURS is NOT NULL", "COLUMN OURS DROP NOT"),
        (("FORM_JSON VARIANT", "FORM_JSON VARCHAR"), "FORM_JSON is VARCHAR(16777216), not VARIANT", "a new table"),
        (("  DOMAIN VARCHAR,\n", ""), "it lacks columns of this version of Firn: DOMAIN VARCHAR", "ADD COLUMN DOMAIN"),
    ],
)
def test_a_table_of_another_shape_is_named(account, on_snowflake, change, words, mend):
    firn = on_snowflake("copy")
    changed_table(account, firn, lambda sql: sql.replace(*change))
    finding = live(firn, 1)["repeater forms"]
    assert words in finding["found"] and mend in finding["hint"], finding
    code, printed = apply_again(account, firn)
    assert code == 1 and words in printed
    for statement in re.findall(r"ALTER TABLE [^;]+", finding["hint"]):
        account.sql(statement)
    if "a new table" not in mend:
        assert live(firn, 0)["repeater forms"]["result"] == "ok"


@pytest.mark.parametrize(
    "change, words",
    [
        ("STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::1:role/other'", "STORAGE_AWS_ROLE_ARN is arn:aws:iam::1:role/other"),
        ("STORAGE_ALLOWED_LOCATIONS = ('s3://other/')", "STORAGE_ALLOWED_LOCATIONS is s3://other/, not with s3://"),
        ("ENABLED = FALSE", "ENABLED is false, not true"),
        ("STORAGE_AWS_EXTERNAL_ID = 'theirs'", "STORAGE_AWS_EXTERNAL_ID is theirs, not firn_"),
    ],
)
def test_the_set_up_names_what_is_different_in_an_integration(account, on_snowflake, change, words):
    """Only an administrator sees it: Firn's own role has no right on it."""
    firn = on_snowflake("snowpipe")
    account.sql(f"ALTER STORAGE INTEGRATION FIRN_BUCKET SET {change}")
    code, printed = apply_again(account, firn)
    assert words in printed and code == (0 if "EXTERNAL_ID" in change else 1)
    account.sql(re.search(r"ALTER STORAGE INTEGRATION [^;]+", printed).group(0))
    code, printed = apply_again(account, firn)
    assert code == 0 and "settings" not in printed


def test_the_live_check_wakes_the_warehouse_and_says_what_that_costs(account, on_snowflake):
    firn = on_snowflake("snowpipe")
    assert account.control("meter").get("warehouse_resumes", 0) == 0
    assert "0.0167 credits" in live(firn, 0)["warehouse"]["found"]
    assert account.control("meter")["warehouse_resumes"] == 1


def test_a_format_of_another_type_is_moved_aside(account, on_snowflake):
    firn = on_snowflake()
    account.sql(f"DROP FILE FORMAT {FORMAT}")
    account.sql(f"CREATE FILE FORMAT {FORMAT} TYPE = JSON")
    account.sql(f"GRANT USAGE ON FILE FORMAT {FORMAT} TO ROLE FIRN_LOADER")
    finding = live(firn, 1)["file format settings"]
    assert "TYPE is JSON, not CSV" in finding["found"] and f"RENAME TO {FORMAT}_OLD" in finding["hint"]


TWO_BUCKETS = """
[connection.archive]
type = "s3"
{archive}
[repeater.others]
kind = "form"
table = "others"
stage = "archive"
destination = "snow"
method = "{method}"
"""


@pytest.mark.parametrize("method", ["copy", "snowpipe"])
def test_two_buckets_go_through_one_account(account, on_snowflake, method):
    """Each has an integration and a stage of its own; the one role in AWS trusts the ids of both."""
    firn = on_snowflake(method)
    section = r'\[connection\.bucket\]\ntype = "s3"\n(.*?)(?=\n\[|\Z)'
    bucket = re.search(section, firn.config.read_text(), re.DOTALL).group(1)
    archive = re.sub(r'prefix = "([^"]+)"', r'prefix = "\1-archive"', bucket)
    firn.settings.extra += TWO_BUCKETS.format(archive=archive, method=method)
    firn.write_config()
    assert account.set_up(firn).count("CREATE STAGE IF") == 2
    ids = re.findall(r"STORAGE_AWS_EXTERNAL_ID = '([^']+)'", firn.run("setup", "snowflake").stdout)
    policy = firn.run("setup", "snowflake").stdout
    assert len(set(ids)) == 2 and all(policy.count(f'"{each}"') == 2 for each in ids), "each trust policy has both"
    findings = live(firn, 0)
    assert {each["result"] for each in findings.values()} == {"ok"}, findings
    firn.start()
    for repeater, seed in (("forms", 1), ("others", 2)):
        firn.post(encode(FormMaker(seed).form()), repeater=repeater)
        firn.ask("ingest", repeater, "--wait")
    assert len(account.rows()) == 1 and len(account.rows(f"{DATABASE}.{SCHEMA}.OTHERS")) == 1


def test_values_of_another_file_are_shown_with_it(account, on_snowflake):
    firn = on_snowflake("copy")
    connections = account.connections_file()
    text = re.sub(r'(\[connection\.snow\]\n.*?)user = "FIRN"\n', r"\1", firn.config.read_text(), flags=re.DOTALL)
    named = f'type = "snowflake"\nconnections_file = "{connections}"\nconnection = "admin"\n'
    firn.config.write_text(text.replace('type = "snowflake"\n', named))
    shown = firn.run("check").stdout
    assert re.search(rf"connection\.snow\.user +ADMIN +\[admin\] in {re.escape(str(connections))}", shown), shown
    assert re.search(r"connection\.snow\.account .* line \d+", shown)
