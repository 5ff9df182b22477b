"""Firn's own chunk files, read by three that share no code: fakesnow behind Snowflake's connector, DuckDB and the
stand-in.

fakesnow takes COPY without a transformation and a CSV format without most options, so that its table has a VARCHAR for
each field of a line, in the order of docs/formats/csv.md."""

import json

import duckdb
import duckdb_extension_httpfs
import fakesnow
import pytest
import snowflake.connector
from firn import Settings
from forms import FormMaker, encode
from s3_servers import BUCKET, KEY, REGION, SECRET
from snowflake_account import prefix_of

pytestmark = pytest.mark.server("versitygw")

FIELDS = ["DOMAIN", "FORM_ID", "RECEIVED_ON", "SERVER_MODIFIED_ON", "XMLNS", "APP_ID", "FORM_JSON", "_POSITION"]
TIMES = ("RECEIVED_ON", "SERVER_MODIFIED_ON")
NOTES = [
    "comma, \"quote\" and 'apostrophe'",
    '""', '","', '"\n"',
    "back\\slash\\", "\\N", "\\", '\\"', "a\\tb", "tab\tend",
    "line\nend", "carriage\r\nreturn", "\n\n", "lonely\rreturn",
    "\u00e9\u4e2d\U0001f642 \u0645\u0631\u062d\u0628\u0627 \u2028 \ufeff", "e\u0301",
    "", " ", "NULL", "null", "None", "#", "$1", "@stage",
    "x" * 300_000 + '",\n"' * 1000,
]


def awkward_forms():
    forms = FormMaker(5).forms(len(NOTES) + 3)
    for form, note in zip(forms, NOTES):
        form["form"]["note"] = form["app_id"] = note
    no_application, empty_application, big = forms[len(NOTES) :]
    no_application.pop("app_id")
    empty_application["app_id"] = ""
    big["form"]["members"] = [{"name": note[:40], "deep": [[[{'\u00fc "': note[:40]}]]]} for note in NOTES * 400]
    return forms


@pytest.fixture
def staged(account, on_snowflake):
    """The forms that were sent, and a daemon that has loaded them in several chunks, all still on the stage."""
    firn = on_snowflake(settings=Settings(keep_staged="30d")).start()
    forms = awkward_forms()
    for part in (forms[:20], forms[20:]):
        firn.post_all(map(encode, part))
        firn.ingest()
    return firn, forms


def tell_duckdb_of(server, connection):
    """The server's address and key; DuckDB keeps them in the folder of HOME, for every later connection."""
    folder = duckdb_extension_httpfs.__path__[0]
    connection.execute(f"INSTALL '{folder}/extensions/v{duckdb.__version__}/httpfs.duckdb_extension'; LOAD httpfs")
    endpoint = server.endpoint.removeprefix("http://")
    connection.execute(
        f"CREATE PERSISTENT SECRET bucket (TYPE s3, KEY_ID '{KEY}', SECRET '{SECRET}', ENDPOINT '{endpoint}', "
        f"URL_STYLE 'path', USE_SSL false, REGION '{REGION}')"
    )


def by_duckdb(connection, url):
    """NULL is a field without quotes, as docs/formats/csv.md has it."""
    columns = dict.fromkeys(FIELDS, "VARCHAR")
    rows = connection.execute(
        "SELECT * FROM read_csv(?, header = false, delim = ',', quote = '\"', escape = '\"', auto_detect = false, "
        f"allow_quoted_nulls = false, columns = {columns}, max_line_size = 100000000)",
        [f"{url}*/*/*.csv.zst"],
    ).fetchall()
    return [dict(zip(FIELDS, row)) for row in rows]


def by_fakesnow(url, files):
    """Loaded and read through Snowflake's own connector."""
    wanted = {"database": "COMMCARE", "schema": "RAW", "network_timeout": 60}
    with fakesnow.server() as address, snowflake.connector.connect(**{**address, **wanted}) as connection:
        cursor = connection.cursor()
        cursor.execute(f"CREATE TABLE FORMS ({', '.join(f'{field} VARCHAR' for field in FIELDS)})")
        cursor.execute(f"CREATE STAGE BUCKET URL = '{url}'")
        names = ", ".join(f"'{name}'" for name in files)
        cursor.execute(
            f"COPY INTO FORMS FROM @BUCKET FILES = ({names}) FILE_FORMAT = (TYPE = CSV FIELD_DELIMITER = ',' "
            "FIELD_OPTIONALLY_ENCLOSED_BY = '\"')"
        )
        outcomes = {file: (status, loaded) for file, status, _, loaded, *_ in cursor.fetchall()}
        cursor.execute("SELECT * FROM FORMS")
        return outcomes, [dict(zip(FIELDS, row)) for row in cursor.fetchall()]


def in_order(rows):
    return sorted(rows, key=lambda row: int(row["_POSITION"]))


def count_of(rows, file):
    """The rows whose positions the file's name says: ...-<first>-<last>-a..."""
    first, last = map(int, file.rsplit("/", 1)[1].split("-")[2:4])
    return sum(first <= int(row["_POSITION"]) % 2**40 <= last for row in rows)


def test_all_read_the_same_rows_out_of_the_chunks(staged, account, versitygw, tmp_path, monkeypatch):
    firn, forms = staged
    prefix = prefix_of(firn)
    monkeypatch.setenv("HOME", str(tmp_path))
    url = f"s3://{BUCKET}/{prefix}/"
    files = sorted({row["_FILE"] for row in account.rows()})
    with duckdb.connect() as connection:
        tell_duckdb_of(versitygw, connection)
        independent = in_order(by_duckdb(connection, f"{url}forms/"))
    outcomes, copied = by_fakesnow(url, files)
    copied = in_order(copied)
    assert outcomes == {f"{url}{name}": ("LOADED", count_of(independent, name)) for name in files}
    assert [row["FORM_ID"] for row in independent] == [form["id"] for form in forms]
    assert [json.loads(row["FORM_JSON"]) for row in independent] == forms
    # fakesnow knows no EMPTY_FIELD_AS_NULL, and takes "" for NULL too; the stand-in and DuckDB tell them apart.
    assert [row["APP_ID"] for row in independent] == [form.get("app_id") for form in forms]
    assert copied == [{name: text or None for name, text in row.items()} for row in independent]
    # The stand-in has Firn's own table, with times and a document; the texts are the same.
    in_account = [{name: row[name] for name in FIELDS if name not in TIMES} for row in account.rows()]
    assert in_account == [{name: row[name] for name in FIELDS if name not in TIMES} for row in independent]
