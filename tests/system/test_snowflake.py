"""From a posted form to a row in Snowflake: a real S3 server, and the strict stand-in of an account."""

import hashlib
import json

import pytest

from forms import FormMaker, encode
from snowflake_account import FULL_TABLE, SnowflakeAccount, snowflake_settings

pytestmark = pytest.mark.server("versitygw")


@pytest.fixture
def account(tmp_path, versitygw):
    made = SnowflakeAccount(tmp_path / "account", versitygw).start()
    yield made
    made.kill()
    print(f"--- log of the account\n{(made.folder / 'log').read_text()[-3000:]}")


@pytest.fixture
def on_snowflake(account, versitygw, tmp_path, request, make_firn):
    """Makes a daemon, set up but not started, that loads into the account."""

    def make(method="copy", settings=None, **more):
        made = make_firn()
        prefix = hashlib.sha256(request.node.name.encode()).hexdigest()[:16] + "/firn"
        made.settings = snowflake_settings(account, versitygw, tmp_path, prefix, method, settings, **more)
        made.write_config()
        account.set_up(made)
        return made

    return make


def post_forms(firn, count, seed=1):
    forms = FormMaker(seed).forms(count)
    firn.post_all(map(encode, forms))
    return forms


def assert_rows(account, forms):
    """Each form is one row, and its document is what was sent."""
    rows = account.rows()
    assert sorted(row["FORM_ID"] for row in rows) == sorted(form["id"] for form in forms)
    documents = {row["FORM_ID"]: json.loads(row["FORM_JSON"]) for row in rows}
    assert all(documents[form["id"]]["form"] == form["form"] for form in forms)


@pytest.mark.parametrize("method", ["copy", "snowpipe"])
def test_forms_become_rows(account, on_snowflake, method):
    firn = on_snowflake(method).start()
    forms = post_forms(firn, 100)
    firn.ingest()
    assert firn.status()["chunks"] == {"loaded": 1}
    assert_rows(account, forms)
    row = account.rows()[0]
    assert row["_FILE"].startswith("forms/") and row["_FILE"].count("/") == 3
