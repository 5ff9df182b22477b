"""A client of the stand-in that shares no line with Firn, and an account for it."""

import base64
import gzip
import hashlib
import http.client
import json
import time
import uuid

import zstandard
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from s3_servers import BUCKET
from snowflake_account import ACCOUNT
from waiting import wait_until

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


def make_pipe(verb):
    copy = COPY.replace("FILES = ({files}) ", "").replace(" ON_ERROR = {on_error}", "")
    return f"{verb} PIPE {PIPE} AS {copy}"


def make_caller(account):
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


def put(account, caller, name, text):
    data = zstandard.compress(text.encode()) if name.endswith(".zst") else text.encode()
    account._s3.client().put_object(Bucket=BUCKET, Key=f"{caller.prefix}/{name}", Body=data)
    return name


def rows(account):
    told = account.control("rows", {"sql": f'SELECT A, N FROM "{TABLE}" ORDER BY N, A'})["rows"]
    return [tuple(row) for row in told]


def loaded(account, count):
    return wait_until(lambda: len(rows(account)) == count, f"{count} rows", 20)
