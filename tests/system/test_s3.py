"""Amazon S3 as the stage, on a real server; boto3 reads independently what was written."""

import base64
import csv
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import zstandard

from firn import ATTENTION, CONFIGURATION, FAILED, Settings, program, toml_text
from forms import FormMaker, encode
from s3_servers import BUCKET, S3Server, connection_text, s3_settings
from waiting import wait_until


@pytest.fixture(params=["versitygw", "radosgw"])
def server(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def on_s3(tmp_path, request, make_firn):
    """Makes daemons whose stage is a prefix of the server's bucket that this test alone uses."""
    prefix = hashlib.sha256(request.node.name.encode()).hexdigest()[:16] + "/firn"

    def make(server, settings=None, **more):
        made = make_firn()
        made.settings = s3_settings(server, tmp_path, prefix, settings, **more)
        made.write_config()
        made.prefix = prefix
        return made

    return make


def chunks_of(firn, server):
    """Keys of chunks: everything under the repeater's name."""
    return server.keys(f"{firn.prefix}/forms/")


def get(server, key):
    return server.client().get_object(Bucket=BUCKET, Key=key, ChecksumMode="ENABLED")


def post_forms(firn, count, seed=1):
    forms = FormMaker(seed).forms(count)
    firn.post_all(map(encode, forms))
    return forms


def test_forms_go_through_the_bucket_into_the_table(on_s3, server):
    firn = on_s3(server, Settings(keep_staged="0s")).start()
    forms = post_forms(firn, 100)
    firn.ingest()
    assert [row["form_id"] for row in firn.rows()] == [form["id"] for form in forms]
    wait_until(lambda: not chunks_of(firn, server), "the chunks were not purged")
    assert server.keys(firn.prefix) == [f"{firn.prefix}/_firn/forms/0000000001", f"{firn.prefix}/_firn/owner"]
    assert not list((firn.data / "fetched").rglob("*.csv.zst"))


def test_boto3_reads_what_was_written(on_s3, server):
    firn = on_s3(server).start()
    forms = post_forms(firn, 50)
    firn.ingest()
    (key,) = chunks_of(firn, server)
    answer = get(server, key)
    content = answer["Body"].read()
    metadata = json.loads(answer["Metadata"]["firn"])
    assert hashlib.sha256(content).hexdigest() == metadata["file_sha256"] and len(content) == metadata["bytes"]
    if server.kind == "versitygw":  # the other one keeps none
        assert base64.b64decode(answer["ChecksumSHA256"]).hex() == metadata["file_sha256"]
    text = zstandard.ZstdDecompressor().decompressobj().decompress(content)
    assert hashlib.sha256(text).hexdigest() == metadata["content_sha256"]
    rows = list(csv.reader(io.StringIO(text.decode(), newline="")))
    assert metadata["rows"] == len(rows) == len(forms)
    assert {form["id"] for form in forms} <= {cell for row in rows for cell in row}
    positions = [int(row[-1]) for row in rows]
    assert (min(positions), max(positions)) == (metadata["first"], metadata["last"])
    assert key.startswith(f"{firn.prefix}/forms/") and key.endswith(f"-a1-{metadata['content_sha256'][:32]}.csv.zst")


def test_several_chunks_are_put_side_by_side(on_s3, versitygw):
    firn = on_s3(versitygw, Settings(chunk_size="64 kB")).start()
    maker = FormMaker(1)
    # Pack takes 4 MB out of the journal at a time, and a chunk that has its size is sealed after each of them.
    forms = [maker.form(note=base64.b64encode(os.urandom(15_000)).decode()) for _ in range(700)]
    firn.post_all(map(encode, forms))
    firn.ingest()
    assert len(chunks_of(firn, versitygw)) >= 3
    assert len(firn.rows()) == len(forms)


def test_a_server_that_is_away_fills_the_quota_only_and_nothing_is_lost(on_s3, tmp_path):
    server = S3Server("versitygw", tmp_path / "server").start()
    server.stop()
    firn = on_s3(server, Settings(journal_quota="1 MB", chunk_size="64 kB")).start()
    client, maker, accepted = firn.client(), FormMaker(7), []
    while True:
        form = maker.form(note="x" * 20_000)
        reply = client.post(encode(form))
        if reply.status != 200:
            break
        accepted.append(form["id"])
        assert len(accepted) < 1000
    assert reply.status == 503 and "retry-after" in reply.headers
    client.close()
    alarms = firn.whole_status()["alarms"]
    assert any("forms" in alarm["object"] for alarm in alarms), alarms
    server.start()
    firn.wait_for_status(lambda s: not s["chunks"].get("packed"), "the chunks are not staged", 120)
    firn.ingest()
    assert [row["form_id"] for row in firn.rows()] == accepted
    wait_until(lambda: firn.post(encode(maker.form())).status == 200, lambda: firn.run("status", "--json").stdout, 20)
    firn.stop()
    server.stop()


def test_a_bucket_that_is_away_holds_no_other_repeater(on_s3, tmp_path):
    server = S3Server("versitygw", tmp_path / "server").start()
    server.stop()
    other = f"""[connection.folder]
type = "directory"
path = {toml_text(tmp_path / "folder")}
[repeater.other]
kind = "form"
table = "other"
stage = "folder"
destination = "warehouse"
"""
    firn = on_s3(server, Settings(extra=other)).start()
    forms = FormMaker(9).forms(20)
    firn.post_all(map(encode, forms))
    firn.post_all(map(encode, forms), repeater="other")
    firn.ask("ingest", "other", "--wait")
    assert firn.query("SELECT count(*) FROM other") == [(20,)]
    assert firn.status()["rows_loaded"] == 0 and firn.status()["retrying"]
    firn.kill()


def test_a_lost_data_directory_does_not_begin_anew_on_the_same_place(on_s3, versitygw):
    firn = on_s3(versitygw).start()
    post_forms(firn, 5)
    firn.ingest()
    firn.kill()
    shutil.rmtree(firn.data)
    firn.launch()
    wait_until(firn.ended, "it started")
    assert firn.process.returncode == 1
    assert "this place on the stage belongs to another data directory of Firn" in firn.log_tail()


def test_a_data_directory_older_than_the_stage_refuses_to_start(on_s3, versitygw, tmp_path):
    firn = on_s3(versitygw).start()
    post_forms(firn, 5)
    firn.ingest()
    firn.stop()
    shutil.copytree(firn.data, tmp_path / "backup")
    firn.start()
    post_forms(firn, 5, seed=2)
    firn.ingest()
    firn.stop()
    shutil.rmtree(firn.data)
    shutil.copytree(tmp_path / "backup", firn.data)
    firn.launch()
    wait_until(firn.ended, "it started")
    assert "a batch was closed of which the catalog does not know" in firn.log_tail()
    assert "bring back the newest copy of data_dir" in firn.log_tail()


def test_two_daemons_never_share_a_place(on_s3, versitygw):
    first = on_s3(versitygw).start()
    second = on_s3(versitygw)
    checked = second.run("check", "--live")
    assert checked.returncode == FAILED
    assert "belongs to another data directory of Firn" in checked.stdout
    second.launch()
    wait_until(second.ended, "it started")
    assert first.run("check", "--live").returncode == 0


def test_check_live_tries_everything_and_leaves_nothing(on_s3, server):
    firn = on_s3(server)
    checked = firn.run("check", "--live")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    for word in ("credentials", "owner", "write", "write once", "look at", "list", "read", "remove"):
        assert f"\n  {word} " in checked.stdout, checked.stdout
    assert server.keys(firn.prefix) == []
    report = firn.ask("check", "--live")["connections"][0]
    assert report["place"] == f"s3://{BUCKET}/{firn.prefix}"
    assert {finding["result"] for finding in report["findings"]} <= {"ok", "WARNING"}


@pytest.mark.parametrize(
    "settings, said",
    [
        ({"access_key_id": "nobody"}, "access key id"),
        ({"bucket": "no-such-bucket"}, "make the bucket no-such-bucket"),
        ({"endpoint": "http://127.0.0.1:1"}, "check that the service runs"),
    ],
)
def test_check_live_says_what_is_wrong(on_s3, radosgw, settings, said):
    checked = on_s3(radosgw, **settings).run("check", "--live")
    assert checked.returncode == FAILED
    assert "WRONG" in checked.stdout and said in checked.stdout, checked.stdout


def test_a_wrong_secret_is_named_and_not_shown(on_s3, versitygw, tmp_path):
    firn = on_s3(versitygw)
    (tmp_path / "s3-secret").write_text("opensesame\n")
    checked = firn.run("check", "--live")
    assert checked.returncode == FAILED and "the secret" in checked.stdout
    firn.start()
    wait_until(lambda: firn.whole_status()["alarms"], "no alarm")
    post_forms(firn, 1)  # it still takes forms
    everything = checked.stdout + checked.stderr + firn.log_tail(500) + firn.run("status").stdout
    assert "opensesame" not in everything
    firn.kill()


def test_check_names_the_source_of_the_credentials(on_s3, versitygw):
    firn = on_s3(versitygw)
    assert "firn.toml; they do not expire" in firn.run("check").stdout


def test_stage_list_shows_what_lies_there(on_s3, versitygw):
    firn = on_s3(versitygw).start()
    post_forms(firn, 20)
    firn.ingest()
    (key,) = chunks_of(firn, versitygw)
    listed = firn.run("stage", "list")
    assert listed.returncode == 0, listed.stderr
    assert key.removeprefix(firn.prefix + "/") in listed.stdout and " loaded " in listed.stdout
    versitygw.client().put_object(Bucket=BUCKET, Key=f"{firn.prefix}/forms/2026-01/000001/stray.csv", Body=b"x")
    (forms,) = firn.ask("stage", "list", code=ATTENTION)["repeaters"]
    by_state = {entry["state"]: entry for entry in forms["objects"]}
    assert by_state[None]["key"] == "forms/2026-01/000001/stray.csv" and by_state[None]["rows"] is None
    assert by_state["loaded"]["rows"] == 20
    assert "UNKNOWN" in firn.run("stage", "list", "--repeater", "forms").stdout


def test_setup_s3_prints_documents_for_the_bucket(on_s3, versitygw):
    firn = on_s3(versitygw, tags="[]")
    firn.config.write_text(firn.config.read_text().replace('tags = "[]"', 'tags = ["team=health"]'))
    documents = firn.ask("setup", "s3")
    writer = documents["writer-policy"]["Statement"]
    assert writer[0]["Resource"] == f"arn:aws:s3:::{BUCKET}/{firn.prefix}/*"
    assert "s3:PutObjectTagging" in writer[0]["Action"]
    assert all("*" not in action for statement in writer for action in statement["Action"])
    (rule,) = documents["lifecycle"]["Rules"]
    assert "Expiration" not in rule and "NoncurrentVersionExpiration" in rule
    part = firn.run("setup", "s3", "bucket", "--part", "bucket-policy")
    assert json.loads(part.stdout) == documents["bucket-policy"]
    shown = firn.run("setup", "s3").stdout
    for name, document in documents.items():
        assert f"{name}.json:" in shown and json.dumps(document, indent=2) in shown


def test_two_connections_may_not_have_one_place(on_s3, versitygw, tmp_path):
    firn = on_s3(versitygw)
    section = connection_text(versitygw, firn.prefix, tmp_path / "s3-secret").replace(".bucket]", ".other]")
    firn.config.write_text(firn.config.read_text() + section)
    checked = firn.run("check")
    assert checked.returncode == CONFIGURATION
    assert f"have the same place s3://{BUCKET}/{firn.prefix}" in checked.stderr
    firn.config.write_text(firn.config.read_text().replace(f'{firn.prefix}"', f'{firn.prefix}/forms"', 1))
    assert "lie within each other" in firn.run("check").stderr


def test_the_contract_of_stages_holds_on_the_server(server):
    suite = Path(program()).parents[1] / "tests/contract/stage_contract_test"
    done = subprocess.run(
        [suite, "--gtest_filter=*real_s3"],
        env={**os.environ, "FIRN_TEST_S3": server.endpoint},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    passed = re.search(r"\[  PASSED  \] (\d+) tests?\.", done.stdout)
    assert passed and int(passed[1]) >= 20, done.stdout[-1000:]
