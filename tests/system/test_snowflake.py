"""From a posted form to a row in Snowflake: a real S3 server, and the strict stand-in of an account."""

import json

import duckdb
import pytest

from firn import FAILED, Settings, toml_text
from forms import FormMaker, encode
from s3_servers import BUCKET
from snowflake_account import FULL_TABLE, live, make_key, prefix_of, snowflake_settings

pytestmark = pytest.mark.server("versitygw")


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


def blocked_reason(firn, step="load"):
    """What a blocked step says, once it does."""
    found = []

    def is_blocked(status):
        found[:] = [each["reason"] for each in status["blocked"] if each["name"] == step]
        return bool(found)

    firn.wait_for_status(is_blocked, f"{step} is blocked")
    return found[0]


def trigger(firn):
    firn.ask("ingest", "forms")


@pytest.mark.parametrize("call", ["copy/submit", "copy/poll", "snowpipe/insertFiles", "snowpipe/insertReport"])
@pytest.mark.parametrize("kind", ["lose_answer", "refuse", "503", "429", "html"])
def test_a_lost_or_failed_call_loses_and_doubles_nothing(account, on_snowflake, call, kind):
    method, call = call.split("/")
    firn = on_snowflake(method).start()
    forms = post_forms(firn, 20)
    if kind in ("lose_answer", "refuse"):
        account.fault(call, kind, times=3)
    else:
        status = 502 if kind == "html" else int(kind)
        account.fault(call, "status", status=status, html=kind == "html", times=3)
    firn.ingest()
    assert_rows(account, forms)


@pytest.mark.parametrize("style", ["no_row", "load_skipped"])
def test_a_copy_that_ran_twice_is_understood(account, on_snowflake, style):
    """Its answer was lost and Snowflake ran it again: the second run says nothing, or that it skipped the file."""
    firn = on_snowflake().start()
    forms = post_forms(firn, 20)
    account.control("settings", {"repeated_copy": style, "forgets_requests": True})
    account.fault("submit", "lose_answer", times=2, match="COPY*")
    firn.ingest()
    assert_rows(account, forms)
    assert len([each for each in account.calls("submit") if each.get("statement", "").startswith("COPY")]) > 1


def test_a_restart_goes_on_with_the_same_statement(account, on_snowflake):
    firn = on_snowflake().start()
    forms = post_forms(firn, 20)
    account.fault("statement", "slow", seconds=3, match="COPY*")
    trigger(firn)
    firn.wait_for_status(lambda status: account.calls("poll") and status["chunks"].get("submitted"), "submitted")
    firn.kill()
    firn.restart()
    firn.wait_for_status(lambda status: status["rows_loaded"] == 20, "loaded")
    assert_rows(account, forms)
    copies = [each for each in account.calls("submit") if each.get("statement", "").startswith("COPY")]
    assert len({each["query"]["requestId"] for each in copies}) == 1


@pytest.mark.parametrize("method", ["copy", "snowpipe"])
@pytest.mark.parametrize("kind, words", [("partial_file", "partially_loaded"), ("wrong_count", "with 21 rows")])
def test_a_file_that_is_not_proven_goes_to_quarantine(account, on_snowflake, method, kind, words):
    firn = on_snowflake(method).start()
    post_forms(firn, 20)
    account.fault("load_file", kind)
    firn.ask("ingest", "forms", "--wait", code=5)
    assert firn.status()["chunks"] == {"quarantined": 1}
    chunk = firn.ask("quarantine", "list")["chunks"][0]
    assert words in chunk["reason"] and "its manifest has 20" in chunk["reason"]


@pytest.mark.parametrize("method", ["copy", "snowpipe"])
def test_a_missing_grant_is_named_and_blocks_until_it_is_back(account, on_snowflake, method):
    firn = on_snowflake(method).start()
    forms = post_forms(firn, 10)
    account.sql(f"REVOKE INSERT ON TABLE {FULL_TABLE} FROM ROLE FIRN_LOADER")
    trigger(firn)
    reason = blocked_reason(firn)
    assert "firn setup snowflake" in reason, reason
    account.sql(f"GRANT INSERT ON TABLE {FULL_TABLE} TO ROLE FIRN_LOADER")
    firn.restart()
    firn.wait_for_status(lambda status: status["rows_loaded"] == 10, "loaded")
    assert_rows(account, forms)


def test_a_warehouse_at_its_limit_is_named(account, on_snowflake):
    firn = on_snowflake().start()
    post_forms(firn, 10)
    account.fault("warehouse", "limit", times=1000)
    trigger(firn)
    assert "resource monitor" in blocked_reason(firn)
    assert firn.status()["chunks"] in ({"staged": 1}, {"submitted": 1}), "the data stays"


def test_a_clock_that_is_wrong_is_learnt(account, on_snowflake):
    firn = on_snowflake().start()
    account.advance(-1800)
    forms = post_forms(firn, 10)
    firn.ingest()
    assert_rows(account, forms)


def test_the_second_key_is_used_when_the_first_is_gone(account, on_snowflake, tmp_path):
    first = on_snowflake()
    key, made = make_key(tmp_path, "next.p8", "FIRN")
    section = f'next_private_key_file = {toml_text(key)}\nnext_private_key_passphrase_file = "{key}.passphrase"\n'
    first.settings.connections += section
    first.write_config()
    account.sql(f"ALTER USER FIRN SET RSA_PUBLIC_KEY_2 = '{made['public_key']}'")
    account.sql("ALTER USER FIRN UNSET RSA_PUBLIC_KEY")
    first.start()
    forms = post_forms(first, 10)
    first.ingest()
    assert_rows(account, forms)


def test_an_unknown_key_is_named_and_the_user_never_locked(account, on_snowflake):
    firn = on_snowflake().start()
    post_forms(firn, 10)
    account.sql("ALTER USER FIRN UNSET RSA_PUBLIC_KEY")
    trigger(firn)
    reason = blocked_reason(firn)
    assert "none of the configured keys is registered" in reason and "ALTER USER" in reason
    assert account.control("rows", {"sql": "SELECT failures FROM logins"})["rows"][0][0] in ("1", "2", "3")


@pytest.mark.parametrize("method", ["copy", "snowpipe"])
def test_forms_that_a_person_removes_stop_nothing(account, on_snowflake, method):
    """As an administrator does who has tried it out."""
    firn = on_snowflake(method).start()
    post_forms(firn, 3)
    firn.ingest()
    account.sql(f"DELETE FROM {FULL_TABLE}")
    forms = post_forms(firn, 10, seed=2)
    firn.ingest()
    assert_rows(account, forms)


def other_rows(account, count):
    """Rows that somebody else has put there."""
    values = ", ".join(f"('d', 'other {number}', 'x', {number})" for number in range(count))
    into = f'INSERT INTO "{FULL_TABLE}" ("DOMAIN", "FORM_ID", "_FILE", "_POSITION") VALUES {values}'
    account.control("rows", {"sql": into})


@pytest.mark.parametrize("others", [0, 50])
def test_a_table_that_was_emptied_is_seen_before_a_repetition(account, on_snowflake, others):
    """With others it has as many rows as before: only their files tell that they are others."""
    firn = on_snowflake().start()
    post_forms(firn, 10)
    firn.ingest()
    more = post_forms(firn, 10, seed=2)
    account.fault("submit", "lose_answer", match="COPY*", times=50)
    trigger(firn)
    firn.wait_for_status(lambda status: account.rows() and len(account.rows()) == 20, "the answer is lost")
    firn.kill()
    account.clear_faults()
    account.sql(f"TRUNCATE TABLE {FULL_TABLE}")
    if others:
        other_rows(account, others)
    firn.restart()
    assert "newest 1 files, whose rows were proven to be in it, no row is there now" in blocked_reason(firn)
    assert not {row["FORM_ID"] for row in account.rows()} & {form["id"] for form in more}, "nothing was loaded again"


def test_single_rows_that_a_person_removes_stop_nothing(account, on_snowflake):
    firn = on_snowflake().start()
    for seed in (1, 2, 3):
        post_forms(firn, 4, seed=seed)
        firn.ingest()
    gone = account.rows()[0]["_FILE"]
    account.sql(f"DELETE FROM {FULL_TABLE} WHERE _FILE = '{gone}'")
    more = post_forms(firn, 10, seed=9)
    account.fault("submit", "lose_answer", match="COPY*", times=3)
    firn.ingest()
    assert {row["FORM_ID"] for row in account.rows()} >= {form["id"] for form in more}


def test_a_new_table_is_not_taken_for_one_that_was_emptied(account, on_snowflake):
    """The way on that the alarm names: after a drain the repeater's rows go to another table."""
    firn = on_snowflake().start()
    post_forms(firn, 10)
    firn.ingest()
    assert firn.ask("drain", "forms")["drained"]
    firn.stop()
    firn.config.write_text(firn.config.read_text().replace('table = "forms"', 'table = "forms_2"'))
    account.set_up(firn)
    firn.start()
    more = post_forms(firn, 10, seed=2)
    firn.ingest()
    rows = account.rows("COMMCARE.RAW.FORMS_2")
    assert sorted(row["FORM_ID"] for row in rows) == sorted(form["id"] for form in more)


def test_two_data_directories_never_fill_one_table(account, on_snowflake, make_firn):
    on_snowflake()
    second = make_firn()
    second.settings = snowflake_settings(account, account._s3, second.folder, "second/firn")
    second.write_config()
    told = account.set_up(second, code=FAILED)
    assert "WRONG: stage settings" in told, "the first one's stage is another place"
    shown = second.run("keygen", second.folder / "firn.p8", "--show", "--json").stdout
    account.sql(f"ALTER USER FIRN SET RSA_PUBLIC_KEY = '{json.loads(shown)['public_key']}'")
    second.start()
    post_forms(second, 10)
    trigger(second)
    assert "belongs to another data directory" in blocked_reason(second)


def test_another_repeater_goes_on_when_one_is_blocked(account, on_snowflake):
    firn = on_snowflake()
    more = firn.settings.extra + EXTRA_REPEATER.replace("STAGE", firn.settings.stage)
    firn.settings.extra = more
    firn.write_config()
    account.set_up(firn)
    account.sql(f"REVOKE INSERT ON TABLE {FULL_TABLE} FROM ROLE FIRN_LOADER")
    firn.start()
    post_forms(firn, 5)
    trigger(firn)
    blocked_reason(firn)
    firn.post(encode(FormMaker(7).forms(1)[0]), repeater="others")
    firn.ask("ingest", "others", "--wait")
    assert len(account.rows("COMMCARE.RAW.OTHERS")) == 1


EXTRA_REPEATER = """
[repeater.others]
kind = "form"
table = "others"
stage = "STAGE"
destination = "snow"
method = "copy"
"""


@pytest.mark.parametrize("method", ["copy", "snowpipe"])
def test_the_live_check_is_green_after_the_set_up(account, on_snowflake, method):
    findings = live(on_snowflake(method), 0)
    assert {each["result"] for each in findings.values()} == {"ok"}, findings
    assert len(account.rows("COMMCARE.RAW._FIRN_PROBE")) == 1


@pytest.mark.parametrize(
    "method, taken, what",
    [
        ("copy", "USAGE ON WAREHOUSE FIRN_WH", "warehouse"),
        ("copy", "USAGE ON STAGE COMMCARE.RAW.FIRN_BUCKET", "stage"),
        ("copy", "USAGE ON SCHEMA COMMCARE.RAW", "stage"),
        ("copy", "INSERT ON TABLE COMMCARE.RAW._FIRN_PROBE", "load by COPY"),
        ("copy", "USAGE ON FILE FORMAT COMMCARE.RAW.FIRN_CSV", "load by COPY"),
        ("snowpipe", "OPERATE ON PIPE COMMCARE.RAW._FIRN_PROBE_FIRN_BUCKET", "load by Snowpipe"),
        ("snowpipe", "OPERATE, MONITOR ON PIPE COMMCARE.RAW.FORMS_PIPE", "repeater forms"),
        ("copy", "SELECT, INSERT ON TABLE COMMCARE.RAW.FORMS", "repeater forms"),
    ],
)
def test_the_live_check_names_the_grant_that_is_missing(account, on_snowflake, method, taken, what):
    firn = on_snowflake(method)
    account.sql(f"REVOKE {taken} FROM ROLE FIRN_LOADER")
    findings = live(firn, 1)
    assert [name for name, each in findings.items() if each["result"] == "WRONG"][0] == what, findings


def test_the_live_check_says_why_it_cannot_log_in(account, on_snowflake):
    firn = on_snowflake()
    account.sql("REVOKE ROLE FIRN_LOADER FROM USER FIRN")
    assert "GRANT ROLE" in live(firn, 1)["login"]["hint"]
    account.sql("ALTER USER FIRN UNSET RSA_PUBLIC_KEY")
    assert "none of the configured keys" in live(firn, 1)["login"]["found"]


def test_the_set_up_can_be_repeated_and_its_worksheet_is_what_it_runs(account, on_snowflake):
    firn = on_snowflake("snowpipe").start()
    forms = post_forms(firn, 10)
    firn.ingest()
    account.set_up(firn)
    assert_rows(account, forms)
    worksheet = firn.run("setup", "snowflake").stdout
    for statement in firn.ask("setup", "snowflake")["statements"]:
        assert statement["sql"] + ";" in worksheet
        assert "OR REPLACE" not in statement["sql"]


def test_the_audit_names_every_difference(account, on_snowflake):
    firn = on_snowflake().start()
    post_forms(firn, 10)
    firn.ingest()
    assert firn.ask("audit", "forms")["differences"] == []
    row = account.rows()[0]
    account.sql(f"DELETE FROM {FULL_TABLE} WHERE FORM_ID = '{row['FORM_ID']}'")
    found = firn.ask("audit", "forms", "--period", row["_FILE"].split("/")[1], code=5)["differences"]
    assert found == [{"file": row["_FILE"], "state": "loaded", "manifest_rows": 10, "table_rows": 9}]
    assert "1 files differ" in firn.run("audit", "forms").stdout


@pytest.mark.parametrize("method", ["copy", "snowpipe"])
def test_a_refused_row_goes_to_quarantine_and_the_rest_is_loaded(account, on_snowflake, method):
    firn = on_snowflake(method).start()
    forms = post_forms(firn, 20)
    account.fault("load_file", "fail_file", line=3, message="Numeric value 'secret' is not recognized")
    account.fault("load_file", "fail_file", line=7, message="planned")
    firn.ingest()
    refused = firn.quarantined()
    assert len(refused) == 2 and {each["reason"] for each in refused} == {"refused"}
    assert not any("secret" in each["detail"] for each in refused), "no payload in a message"
    ids = {each["document_id"] for each in refused}
    assert_rows(account, [form for form in forms if form["id"] not in ids])
    for each in refused:
        firn.ask("quarantine", "retry", "forms", str(each["position"]))
    firn.ingest()
    assert_rows(account, forms)
    assert firn.ask("audit", "forms")["differences"] == []


def test_a_file_of_which_ten_rows_are_refused_is_held(account, on_snowflake):
    firn = on_snowflake().start()
    post_forms(firn, 30)
    account.fault("load_file", "fail_file", line=1, times=10, message="planned")
    firn.ask("ingest", "forms", "--wait", code=5)
    assert len(firn.quarantined()) == 9
    chunk = firn.ask("quarantine", "list")["chunks"][0]
    assert chunk["rows"] == 21 and "10 of its rows were refused" in chunk["reason"]


def test_the_method_changes_only_when_nothing_is_on_its_way(account, on_snowflake):
    def restart_with(method):
        firn.stop()
        firn.settings.extra = f'method = "{method}"\n'
        firn.write_config()
        firn.start()

    firn = on_snowflake("copy").start()
    post_forms(firn, 10)
    account.fault("warehouse", "limit", times=1000)
    trigger(firn)
    blocked_reason(firn)
    restart_with("snowpipe")
    alarm = firn.whole_status()["alarms"][0]
    assert alarm["name"] == "repeater.target_changed" and "a row could come twice" in alarm["text"]
    account.clear_faults()
    restart_with("copy")
    firn.wait_for_status(lambda status: status["rows_loaded"] == 10, "loaded")
    restart_with("snowpipe")
    account.set_up(firn)
    more = post_forms(firn, 10, seed=2)
    firn.ingest()
    assert len(account.rows()) == 20 and {row["FORM_ID"] for row in account.rows()} >= {form["id"] for form in more}


def test_the_live_check_names_columns_that_a_newer_firn_needs(account, on_snowflake):
    firn = on_snowflake()
    account.sql(f"DROP TABLE {FULL_TABLE}")
    columns = "DOMAIN VARCHAR, FORM_ID VARCHAR, _FILE VARCHAR, _POSITION NUMBER NOT NULL"
    account.sql(f"CREATE TABLE {FULL_TABLE} ({columns})")
    account.sql(f"GRANT SELECT, INSERT ON TABLE {FULL_TABLE} TO ROLE FIRN_LOADER")
    finding = live(firn, 1)["repeater forms"]
    assert "ADD COLUMN RECEIVED_ON TIMESTAMP_NTZ(6)" in finding["hint"] and "FORM_JSON VARIANT" in finding["hint"]


def test_duckdb_reads_the_same_rows_out_of_the_same_files(account, on_snowflake, versitygw, tmp_path):
    """What the stand-in's own reader makes of a chunk, by a reader that is nobody's here."""
    firn = on_snowflake(settings=Settings(keep_staged="30d")).start()
    texts = ["comma, \"quote\" and 'apostrophe'", "back\\slash\\", "line\nend", "\u00e9\u4e2d\U0001f642", "", "NULL"]
    forms = FormMaker(5).forms(len(texts))
    for form, text in zip(forms, texts):
        form["form"]["note"] = text
    firn.post_all(map(encode, forms))
    firn.ingest()
    key = account.rows()[0]["_FILE"]
    chunk = tmp_path / "chunk.csv.zst"
    body = versitygw.client().get_object(Bucket=BUCKET, Key=f"{prefix_of(firn)}/{key}")["Body"].read()
    chunk.write_bytes(body)
    columns = {name: "VARCHAR" for name in ("a", "b", "c", "d", "e", "f", "document", "position")}
    read = duckdb.execute(
        "SELECT b, document, position FROM read_csv(?, header = false, delim = ',', quote = '\"', escape = '\"', "
        f"allow_quoted_nulls = false, compression = 'zstd', auto_detect = false, columns = {columns})",
        [str(chunk)],
    ).fetchall()
    assert read == [(row["FORM_ID"], row["FORM_JSON"], row["_POSITION"]) for row in account.rows()]
    assert_rows(account, forms)


def test_the_live_check_names_what_a_pipe_does_otherwise(account, on_snowflake):
    firn = on_snowflake("snowpipe")
    statements = [each["sql"] for each in firn.ask("setup", "snowflake")["statements"]]
    made = next(sql for sql in statements if sql.startswith("CREATE PIPE IF NOT EXISTS COMMCARE.RAW.FORMS_PIPE"))
    account.sql("DROP PIPE COMMCARE.RAW.FORMS_PIPE")
    account.sql(made.replace("TO_TIMESTAMP_NTZ($3", "TO_TIMESTAMP_NTZ($4"))
    account.sql("GRANT OPERATE, MONITOR ON PIPE COMMCARE.RAW.FORMS_PIPE TO ROLE FIRN_LOADER")
    finding = live(firn, 1)["repeater forms"]
    assert "it has `$4 , 'YYYY-MM-DD" in finding["found"] and 'pipe = "FORMS_PIPE_2"' in finding["hint"], finding
    account.sql("DROP PIPE COMMCARE.RAW.FORMS_PIPE")
    account.sql(" ".join(made.replace("COPY INTO", "copy  into").split()))
    account.sql("GRANT OPERATE, MONITOR ON PIPE COMMCARE.RAW.FORMS_PIPE TO ROLE FIRN_LOADER")
    assert live(firn, 0)["repeater forms"]["result"] == "ok"


@pytest.mark.parametrize("method", ["copy", "snowpipe"])
@pytest.mark.parametrize("kind", ["partial_file", "wrong_count"])
def test_a_chunk_in_quarantine_is_sent_again_without_the_rows_that_arrived(account, on_snowflake, method, kind):
    firn = on_snowflake(method).start()
    forms = post_forms(firn, 20)
    account.fault("load_file", kind)
    firn.ask("ingest", "forms", "--wait", code=5)
    chunk = firn.ask("quarantine", "list")["chunks"][0]
    firn.ask("quarantine", "retry", "forms", "--chunk", str(chunk["id"]))
    firn.ingest()
    assert_rows(account, forms)
    assert firn.ask("quarantine", "list")["chunks"] == []
