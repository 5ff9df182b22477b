"""What privacy rules remove is nowhere: not in a chunk, a row, the log, the status, nor in a retired journal."""

import hashlib
import hmac
import json
import random

import zstandard
from firn import MONITOR, Client
from forms import FormMaker, encode
from waiting import wait_until

KEY = "0123456789abcdef0123456789abcdef"
RULES = [
    ("$.form.patient", "drop", ""),
    ("$.form.members.name", "drop", ""),
    ("$.form.**.phone", "hash", ""),
    ("$.form.village", "truncate", "characters = 2"),
    ("$.form.born", "year", ""),
    ("$.form.location", "round_geopoint", "decimals = 0"),
]
# Each stands at one place that a rule names.
NAMES = ["Qzpatient", "Qzmember1", "Qzmember2", "Qzmember3"]
MARKERS = [*NAMES, "Qzphone1", "Qzphone2", "Qzvillage", "07-19T11:22:33", "4567891"]


def section(deidentified="false"):
    head = "[[repeater.forms.privacy.rule]]"
    rules = "".join(f'{head}\npath = "{path}"\naction = "{action}"\n{more}\n' for path, action, more in RULES)
    return f'[repeater.forms.privacy]\nkey_file = "privacy.key"\ndeidentified = {deidentified}\n{rules}'


def private_firn(make_firn, **options):
    firn = make_firn(keep_staged="0s", extra=section(**options) + MONITOR)
    key = firn.folder / "privacy.key"
    key.write_text(KEY + "\n")
    key.chmod(0o600)
    return firn.start()


def marked(form):
    form["form"].update(
        patient={"name": MARKERS[0], "deep": [{"again": MARKERS[0]}]},
        members=[{"name": MARKERS[1], "age": "3"}, {"name": MARKERS[2], "phone": MARKERS[4]}],
        household={"head": {"phone": MARKERS[5]}},
        village=MARKERS[6],
        born="1990-" + MARKERS[7],
        location="12." + MARKERS[8] + " 76." + MARKERS[8] + " 900 4",
    )
    return form


def marked_xml():
    return f"""<data xmlns="http://openrosa.org/formdesigner/A" name="Visit">
<members><name>{MARKERS[3]}</name></members><a><phone>{MARKERS[4]}</phone></a><village>{MARKERS[6]}</village>
<n:meta xmlns:n="http://openrosa.org/jr/xforms"><n:instanceID>xml-1</n:instanceID></n:meta></data>""".encode()


def readings(content):
    """The bytes as they are, and what every zstd frame in them unpacks to."""
    yield content
    at = content.find(b"\x28\xb5\x2f\xfd")
    while at >= 0:
        try:
            yield zstandard.ZstdDecompressor().decompressobj().decompress(content[at:])
        except zstandard.ZstdError:
            pass  # the four bytes stand there by chance
        at = content.find(b"\x28\xb5\x2f\xfd", at + 4)


def found(folder):
    """Which markers stand in which files below the folder."""
    hits = {}
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in ("privacy.key", "firn.toml"):
            for content in readings(path.read_bytes()):
                for marker in MARKERS:
                    if marker.encode() in content:
                        hits.setdefault(marker, set()).add(str(path.relative_to(folder)))
    return hits


def test_what_rules_remove_is_nowhere_once_the_journal_is_retired(make_firn):
    firn = private_firn(make_firn)
    maker = FormMaker(701)
    firn.post_all([encode(marked(maker.form()))])
    assert firn.client().post(marked_xml(), headers={"Content-Type": "text/xml"}).status == 200
    assert {place.split("/")[1] for places in found(firn.folder).values() for place in places} == {"journal"}
    firn.post_all([encode(maker.form())])
    firn.ingest()
    rows = [json.loads(row["form_json"]) for row in firn.rows()]
    (row,) = [row for row in rows if "household" in row["form"]]
    assert "patient" not in row["form"] and row["form"]["members"][0] == {"age": "3"}
    phone = hmac.new(KEY.encode(), MARKERS[5].encode(), hashlib.sha256).hexdigest()
    assert row["form"]["household"]["head"]["phone"] == phone
    assert (row["form"]["village"], row["form"]["born"], row["form"]["location"]) == ("Qz", "1990", "12 76")
    # A start begins a new segment; then the one with the documents lies behind everything that is loaded.
    firn.restart()
    firn.post_all([encode(maker.form())])
    firn.ingest()
    wait_until(lambda: not found(firn.folder), "the journal's retirement", 30)
    shown = [json.dumps(firn.whole_status()), json.dumps(firn.ask("trace", row["id"])), firn.monitor("/metrics").text]
    assert not any(marker in text for marker in MARKERS for text in shown)


def test_a_deidentified_document_with_an_untreatable_value_is_quarantined(make_firn):
    firn = private_firn(make_firn, deidentified="true")
    maker = FormMaker(702)
    good, bad = maker.form(), maker.form()
    good["form"]["born"], bad["form"]["born"] = "1990-05-17", "in the year of the flood"
    firn.post_all([encode(good), encode(bad)])
    firn.ingest()
    assert [row["form_id"] for row in firn.rows()] == [good["id"]]
    (record,) = firn.quarantined()
    assert (record["reason"], record["detail"]) == ("privacy_rule", "$.form.born")


def random_json(rng, depth):
    kind = rng.randrange(7 if depth else 5)
    if kind == 5:
        return [random_json(rng, depth - 1) for _ in range(rng.randrange(4))]
    if kind == 6:
        names = [rng.choice("abcdé\"\\\n") * rng.randint(1, 3) for _ in range(rng.randrange(5))]
        return {name: random_json(rng, depth - 1) for name in names}
    text = "".join(rng.choice("aZ9 \"\\\n\t,'ह😀\u2028") for _ in range(rng.randrange(12)))
    return (text, rng.randint(-(2**63), 2**63 - 1), rng.uniform(-1e6, 1e6), rng.choice((True, False)), None)[kind]


def test_every_document_comes_out_as_it_went_in(firn):
    rng = random.Random(703)
    maker = FormMaker(703)
    sent = {}
    for _ in range(300):
        form = maker.form()
        form["form"]["anything"] = random_json(rng, 6)
        sent[form["id"]] = form
    # Escaped and unescaped, with and without spaces: other bytes, the same documents.
    bodies = [
        json.dumps(form, ensure_ascii=rng.random() < 0.5, indent=rng.choice((None, 1))).encode()
        for form in sent.values()
    ]
    client = Client(firn.port)
    assert {client.post(body).status for body in bodies} == {200}
    firn.ingest()
    assert firn.quarantined() == []
    assert {row["form_id"]: json.loads(row["form_json"]) for row in firn.rows()} == sent
