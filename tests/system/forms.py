"""Forms in the shape in which CommCare HQ forwards them, made from a seed; and damaged ones of each kind."""

import datetime
import json
import random
import uuid

DOMAIN = "demo-health"
_NAMES = ("Asha", "Ravi", "Zoë", "महिमा", 'Anne "Nan"', "O'Neil", "line\nbreak", "comma, dot", "سلام", "😀 Joy")
_EPOCH = datetime.datetime(2026, 3, 2, 9, 41, 7, 118204)


def stamp(moment):
    """A time as HQ writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def encode(document):
    """The bytes that HQ's requests would carry."""
    return json.dumps(document).encode()


class FormMaker:
    """Makes forms. The same seed makes the same ones."""

    def __init__(self, seed=1, domain=DOMAIN):
        self._random = random.Random(seed)
        self.domain = domain
        self._made = 0

    def _id(self):
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def _plain_id(self):
        return self._id().replace("-", "")

    def _questions(self, form_id, received, user):
        rnd = self._random
        members = [{"name": rnd.choice(_NAMES), "age": str(rnd.randrange(90))} for _ in range(rnd.randrange(4))]
        return {
            "#type": "data",
            "@name": "Home visit",
            "@uiVersion": "1",
            "@version": "41",
            "@xmlns": "http://openrosa.org/formdesigner/5F1B0C62-7A0D-4E0B-9E58-2E7D90C1A9AA",
            "visit_date": received.strftime("%Y-%m-%d"),
            "note": " ".join(rnd.choices(_NAMES, k=rnd.randrange(30))),
            "empty": "",
            "gps": f"{rnd.uniform(-90, 90):.6f} {rnd.uniform(-180, 180):.6f} 0.0 10.0",
            # A repeat with one entry is an object, with several an array.
            "members": members[0] if len(members) == 1 else members,
            "case": {
                "@case_id": self._id(),
                "@date_modified": stamp(received),
                "@user_id": user,
                "@xmlns": "http://commcarehq.org/case/transaction/v2",
                "update": {"visits": str(self._made)},
            },
            "meta": {
                "instanceID": form_id,
                "deviceID": "commcare_7d1f",
                "timeStart": stamp(received),
                "timeEnd": stamp(received),
                "username": "chw_017",
                "userID": user,
                "appVersion": {"@xmlns": "http://commcarehq.org/xforms", "#text": 'CommCare, version "2.55.1"'},
                "app_build_version": 41,
                "geo_point": None,
            },
        }

    def form(self, **changes):
        """A new form; `changes` replace members at the top."""
        self._made += 1
        form_id, user = self._id(), self._plain_id()
        received = _EPOCH + datetime.timedelta(seconds=self._made, microseconds=self._random.randrange(1000))
        metadata = {
            "doc_type": "Metadata",
            "instanceID": form_id,
            "userID": user,
            "username": "chw_017",
            "timeStart": received.isoformat(),
            "timeEnd": received.isoformat(),
            "deprecatedID": None,
            "location": None,
            "app_build_version": 41,
        }
        attachment = {
            "content_type": "text/xml",
            "length": self._random.randrange(9000),
            "url": f"https://www.commcarehq.org/a/{self.domain}/{form_id}/form.xml",
        }
        document = {
            "id": form_id,
            "domain": self.domain,
            "app_id": self._plain_id(),
            "build_id": self._plain_id(),
            "type": "data",
            "version": str(self._random.randrange(90)),
            "uiversion": "1",
            "submit_ip": "203.0.113.7",
            "received_on": stamp(received),
            "server_modified_on": stamp(received + datetime.timedelta(milliseconds=300)),
            "indexed_on": stamp(received + datetime.timedelta(seconds=4)),
            "edited_on": None,
            "edited_by_user_id": None,
            "archived": False,
            "problem": None,
            "initial_processing_complete": True,
            "is_phone_submission": True,
            "resource_uri": "",
            "form": self._questions(form_id, received, user),
            "metadata": metadata,
            "attachments": {"form.xml": attachment},
        }
        document.update(changes)
        return document

    def forms(self, count):
        return [self.form() for _ in range(count)]

    def draw(self):
        """A number from 0 to 1, from the same seed."""
        return self._random.random()

    def pick(self, below):
        return self._random.randrange(below)


def moved(document, minutes, **changes):
    """Another version of a form, modified so many minutes later (or earlier); `changes` go into its questions."""
    copy = json.loads(json.dumps(document))
    modified = datetime.datetime.strptime(copy["server_modified_on"], "%Y-%m-%dT%H:%M:%S.%fZ")
    modified += datetime.timedelta(minutes=minutes)
    copy["server_modified_on"] = stamp(modified)
    copy["edited_on"] = stamp(modified)
    copy["form"].update(changes)
    return copy


def edited(document, minutes=60):
    """The form after an edit in HQ: same id, newer modification time, other content."""
    return moved(document, minutes, note=f"edited after {minutes} minutes")


def sent_again(document):
    """The same version as HQ sends it a second time: `indexed_on` and the attachments' links differ."""
    copy = json.loads(json.dumps(document))
    copy["indexed_on"] = "2026-03-09T00:00:00.000001Z"
    for name, attachment in copy.get("attachments", {}).items():
        attachment["url"] = f"https://cdn.example.org/{name}?signed=again"
    return copy


def damaged_bodies(maker):
    """(reason, body) for each way in which a body can be damaged."""

    def text(**changes):
        return encode(maker.form(**changes))

    def without(key):
        return encode({k: v for k, v in maker.form().items() if k != key})

    deep = maker.form()
    nested = "[" * 300 + "]" * 300
    return [
        ("not_json", text()[:-20]),
        ("not_json", b""),
        ("not_json", b'{"id": "caf\xe9"}'),
        ("missing_id", b"<data/>"),
        ("not_xml", b"<data>"),
        ("has_doctype", b"<!DOCTYPE data [<!ENTITY a 'a'>]><data>&a;</data>"),
        ("not_json", text() + b"x"),
        ("too_deep", encode(deep)[:-1] + b', "deep": ' + nested.encode() + b"}"),
        ("duplicate_key", text()[:-1] + b', "form": {}}'),
        ("number_range", text()[:-1] + b', "huge": 1e999}'),
        ("wrong_kind", encode([1, 2])),
        ("wrong_kind", encode({"case_id": "1f0c", "domain": DOMAIN, "properties": {}, "server_date_modified": None})),
        ("missing_id", without("id")),
        ("invalid_id", text(id="")),
        ("invalid_id", text(id="x" * 256)),
        ("invalid_id", text(id="a\u0001b")),
        ("domain_mismatch", text(domain="another-project")),
        ("invalid_timestamp", text(received_on="yesterday")),
        ("invalid_timestamp", text(server_modified_on="2026-13-01T00:00:00Z")),
    ]
