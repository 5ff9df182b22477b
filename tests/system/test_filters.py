"""What a repeater's filter drops: answered 200, counted, and nowhere else."""

import json

from forms import FormMaker, encode

DEVICE_LOGS = "http://code.javarosa.org/devicereport"


def filtered(firn):
    (repeater,) = firn.whole_status()["repeaters"]
    return {rule["rule"]: rule["documents"] for rule in repeater["filtered"]}


def device_log(form):
    form["form"]["@xmlns"] = DEVICE_LOGS
    return form


def as_xml(xmlns, user, note):
    return (
        f"<?xml version='1.0'?><data xmlns='{xmlns}'><note>{note}</note>"
        "<n:meta xmlns:n='http://openrosa.org/jr/xforms'>"
        f"<n:userID>{user}</n:userID><n:instanceID>xml-{user}</n:instanceID></n:meta></data>"
    ).encode()


def test_device_logs_are_dropped_by_default(firn):
    maker = FormMaker(601)
    kept = maker.form()
    answers = firn.post_all([encode(device_log(maker.form())), encode(kept)])
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].json["status"] == "filtered" and answers[0].json["rule"] == "device_logs"
    assert answers[1].json["status"] == "stored"
    logs = f"<device_report xmlns='{DEVICE_LOGS}'><log_subreport/></device_report>".encode()
    assert firn.client().post(logs).json == {"status": "filtered", "id": None, "rule": "device_logs"}
    assert firn.status()["received"] == 1
    assert filtered(firn) == {"device_logs": 2}


def test_device_logs_can_be_kept(make_firn):
    firn = make_firn(extra='[repeater.forms.filter]\ndevice_logs = "keep"').start()
    assert firn.client().post(encode(device_log(FormMaker(602).form()))).json["status"] == "stored"
    assert firn.status()["received"] == 1


def test_what_is_filtered_is_counted_and_nowhere_else(make_firn):
    lists = '[repeater.forms.filter]\nonly_xmlns = ["http://wanted"]\nnot_users = ["tester"]'
    firn = make_firn(extra=lists).start()
    secret = "nobody stores this"
    maker = FormMaker(603)
    unwanted, of_tester, wanted = maker.form(), maker.form(), maker.form()
    unwanted["form"]["note"] = of_tester["form"]["note"] = secret
    of_tester["form"]["@xmlns"] = wanted["form"]["@xmlns"] = "http://wanted"
    of_tester["form"].setdefault("meta", {})["userID"] = "tester"
    answers = firn.post_all([encode(unwanted), encode(of_tester), encode(wanted)])
    assert [answer.json.get("rule") for answer in answers] == ["only_xmlns", "not_users", None]
    client = firn.client()
    assert client.post(as_xml("http://unwanted", "someone", secret)).json["rule"] == "only_xmlns"
    assert client.post(as_xml("http://wanted", "tester", secret)).json["rule"] == "not_users"
    assert all(secret not in answer.text for answer in answers)
    assert filtered(firn) == {"device_logs": 0, "only_xmlns": 2, "not_users": 2}
    assert "filter dropped 4 since" in firn.run("status").stdout
    assert firn.status()["received"] == 1, "the journal holds nothing else"
    firn.ingest()
    assert [row["form_id"] for row in firn.rows()] == [wanted["id"]]
    assert secret not in firn.log_tail(10000)


def test_counts_begin_anew_with_the_daemon_and_say_so(firn):
    firn.client().post(encode(device_log(FormMaker(606).form())))
    before = firn.whole_status()["started_at"]
    assert filtered(firn) == {"device_logs": 1}
    firn.stop()
    firn.start()
    assert filtered(firn) == {"device_logs": 0}
    assert firn.whole_status()["started_at"] > before


def test_what_is_not_understood_goes_to_pack(make_firn):
    firn = make_firn(extra='[repeater.forms.filter]\nonly_xmlns = ["http://wanted"]').start()
    without_xmlns, contradicting = FormMaker(604).form(), FormMaker(605).form()
    del without_xmlns["form"]["@xmlns"]
    cut_short = json.dumps(contradicting)[:-2].encode()
    for body in (encode(without_xmlns), cut_short, b"<data xmlns='http://other'><b></data>"):
        assert firn.client().post(body).json["status"] == "stored", body
    assert firn.status()["received"] == 3
    assert filtered(firn) == {"device_logs": 0, "only_xmlns": 0}


def test_check_refuses_a_filter_that_cannot_apply(make_firn):
    firn = make_firn(extra='[repeater.forms.filter]\nonly_case_types = ["person"]')
    result = firn.run("check")
    assert result.returncode == 3 and "only_case_types" in result.stderr + result.stdout
