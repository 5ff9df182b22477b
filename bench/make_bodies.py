"""Writes the bodies of forms, one a line, with @ID@ for their ids: what post_forms.lua sends. Seeded.

    make_bodies.py json|xml COUNT SEED
"""

import json
import random
import sys
from xml.sax.saxutils import escape, quoteattr

WORDS = (
    "visit mother child weight village referred antenatal vaccine water fever cough follow clinic household danger "
    "sign counselled breastfeeding iron tablets given next appointment family planning discussed nutrition malaria net "
    "sleeping under doctor nurse month old years héllo ज्वर टीका paluku maji mtoto afya nyumba mama baba daktari"
).split()


def text(rng, low, high):
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(low, high)))


def form_of(rng):
    user = f"{rng.getrandbits(128):032x}"
    return {
        "#type": "data",
        "@name": "Home visit",
        "@uiVersion": "1",
        "@version": "41",
        "@xmlns": "http://openrosa.org/formdesigner/5F1B0C62-7A0D-4E0B-9E58-2E7D90C1A9AA",
        "visit_date": f"2026-03-{rng.randint(1, 28):02d}",
        "notes": text(rng, 60, 120),
        "members": [
            {"name": text(rng, 2, 2), "age": str(rng.randint(0, 90)), "remark": text(rng, 5, 30)}
            for _ in range(rng.randint(2, 6))
        ],
        "answers": {f"question_{i}": text(rng, 1, 4) for i in range(rng.randint(20, 40))},
        "case": {
            "@case_id": f"{rng.getrandbits(128):032x}",
            "@date_modified": "2026-03-02T09:40:55.201000Z",
            "@user_id": user,
            "@xmlns": "http://commcarehq.org/case/transaction/v2",
            "update": {"last_visit": "2026-03-02", "status": rng.choice(WORDS)},
        },
        "meta": {
            "deviceID": f"commcare_{rng.getrandbits(40):010x}",
            "timeStart": "2026-03-02T09:32:10.000000Z",
            "timeEnd": "2026-03-02T09:40:55.201000Z",
            "username": f"chw_{rng.randint(1, 999):03d}",
            "userID": user,
            "instanceID": "@ID@",
            "appVersion": 'CommCare Android, version "2.55.1"(470123). App v41.',
        },
    }


def json_body(form):
    document = {
        "id": "@ID@",
        "domain": "demo-health",
        "app_id": "02bf50ab803a89ea4963799362874f0c",
        "build_id": "c0a81d2e9b3f4c0e8f1d2a3b4c5d6e7f",
        "type": "data",
        "version": "41",
        "received_on": "2026-03-02T09:41:07.118204Z",
        "server_modified_on": "2026-03-02T09:41:07.300113Z",
        "archived": False,
        "form": {**form, "meta": {name: value for name, value in form["meta"].items() if name != "instanceID"}},
        "metadata": {"userID": form["meta"]["userID"], "timeEnd": "2026-03-02T09:40:55.201000", "location": None},
        "attachments": {},
    }
    return json.dumps(document, ensure_ascii=False)


def xml_body(form):
    return '<?xml version="1.0" ?>' + "".join(elements("data", form))


def elements(name, value):
    if isinstance(value, list):
        for each in value:
            yield from elements(name, each)
        return
    if not isinstance(value, dict):
        yield f"<{name}>{escape(value)}</{name}>"
        return
    yield f"<{name}" + "".join(f" {key[1:]}={quoteattr(text)}" for key, text in value.items() if key[0] == "@") + ">"
    for key, child in value.items():
        if key[0] not in "@#":
            yield from elements(key, child)
    yield f"</{name}>"


BODIES = {"json": json_body, "xml": xml_body}


def sized_body(make, rng):
    """4.3 KB on average: made longer with words until the size that was drawn is reached."""
    size = rng.randint(3600, 4900)
    form = form_of(rng)
    body = make(form)
    while len(body.encode()) < size:
        form[f"extra_{rng.getrandbits(24):x}"] = text(rng, 8, 16)
        body = make(form)
    return body


def main():
    make, count, seed = BODIES[sys.argv[1]], int(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(seed)
    for _ in range(count):
        print(sized_body(make, rng))


if __name__ == "__main__":
    main()
