"""The account behind both interfaces: sessions, warehouses, the bucket, histories."""

import datetime
import re

import boto3
import botocore.config
import botocore.exceptions

from copying import Copier
from errors import SqlError, compilation, not_allowed
from objects import Objects
from pipes import Pipes
from statements import Statement
from usage_views import UsageViews

HISTORY_DAYS = 14
CREDITS_PER_HOUR, SHORTEST_RUN = 1.0, 60  # XS; "Understanding compute cost"
SNOWPIPE_CREDITS_PER_GB = 0.0037  # "Snowpipe costs"


class Bucket:
    """Reads staged files with the stand-in's own S3 credentials."""

    def __init__(self, endpoint, key, secret):
        config = botocore.config.Config(s3={"addressing_style": "path"}, retries={"max_attempts": 3})
        self._s3 = boto3.client(
            "s3",
            endpoint_url=endpoint,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            region_name="us-east-1",
            config=config,
        )

    def get(self, bucket, key):
        """(content, ETag); None when there is no such object."""
        try:
            found = self._s3.get_object(Bucket=bucket, Key=key)
            return found["Body"].read(), found["ETag"]
        except self._s3.exceptions.NoSuchKey:
            return None
        except (botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError) as error:
            raise SqlError("091003", "22000", f"Failure using stage area. Cause: [{type(error).__name__}]") from error

    def list(self, bucket, prefix):
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [(o["Key"], o["Size"], o["ETag"]) for page in pages for o in page.get("Contents", [])]


class Warehouses:
    """Who runs, and what it costs: per second, a minute at least for each resume."""

    def __init__(self, store, objects, usage):
        self._store, self._objects, self._usage = store, objects, usage

    def is_running(self, name):
        found = self._store.rows("SELECT running_until FROM warehouses WHERE name = ?", name)
        return bool(found) and found[0][0] >= self._store.now()

    def use(self, name):
        auto_suspend = self._objects.find("WAREHOUSE", name).get("AUTO_SUSPEND", 600) or 10**9
        now = self._store.now()
        if self.is_running(name):
            self._store.run("UPDATE warehouses SET running_until = ? WHERE name = ?", now + auto_suspend, name)
            return
        self.suspend(name)
        self._store.run("INSERT INTO warehouses VALUES (?, ?, ?, 0)", name, now + auto_suspend, now)

    def suspend(self, name):
        for until, resumed in self._store.rows("SELECT running_until, resumed FROM warehouses WHERE name = ?", name):
            seconds = max(SHORTEST_RUN, min(until, self._store.now()) - resumed)
            self._store.count("warehouse_seconds", seconds)
            self._store.count("warehouse_resumes")
            self._usage.count_run(name, resumed, seconds, CREDITS_PER_HOUR)
        self._store.run("DELETE FROM warehouses WHERE name = ?", name)

    def suspend_all(self):
        for (name,) in self._store.rows("SELECT name FROM warehouses"):
            self.suspend(name)


class Engine:
    def __init__(self, store, faults, bucket, region):
        self.store, self.faults, self.bucket, self.region = store, faults, bucket, region
        self.objects = Objects(store)
        self.usage = UsageViews(store, self.objects)
        self.warehouses = Warehouses(store, self.objects, self.usage)
        self.copier = Copier(store, self.objects, bucket, faults)
        self.pipes = Pipes(self)

    def run(self, sql, session):
        """(columns, rows), in one transaction."""
        with self.store.transaction():
            return Statement(sql, self, session).run()

    def need_warehouse(self, session):
        name = session.get("warehouse")
        if not name:
            raise SqlError("000606", "57P03", "No active warehouse selected in the current session.")
        if self.faults.take("warehouse"):
            text = f"Warehouse '{name}' cannot be resumed because resource monitor has exceeded its quota."
            raise SqlError("090073", "22000", text)
        try:
            found = self.objects.need(session["role"], "USAGE", "WAREHOUSE", name)
        except SqlError as error:
            raise SqlError("000606", "57P03", "No active warehouse selected in the current session.") from error
        if not found.get("AUTO_RESUME", True) and not self.warehouses.is_running(name):
            raise SqlError("000606", "57P03", f"Warehouse '{name}' is suspended, and AUTO_RESUME is off.")
        self.warehouses.use(name)

    def copy_history(self, role, what, table, since, rest):
        self.objects.need(role, None, "TABLE", table)
        begin = datetime.datetime.strptime(since, "%Y-%m-%d %H:%M:%S.%f %z").timestamp()
        begin = max(begin, self.store.now() - HISTORY_DAYS * 86400)
        if not re.fullmatch(r"[\w\s'%./=()-]*", rest):
            raise compilation("001003", "42000", "syntax error")
        inner = (
            "SELECT path AS FILE_NAME, CASE status WHEN 'LOADED' THEN 'Loaded' WHEN 'LOAD_FAILED' THEN 'Load failed' "
            "ELSE 'Partially loaded' END AS STATUS, loaded AS ROW_COUNT, parsed AS ROW_PARSED, error AS "
            "FIRST_ERROR_MESSAGE, line AS FIRST_ERROR_LINE_NUMBER, moment AS LAST_LOAD_TIME, pipe AS PIPE_NAME, "
            "bytes AS FILE_SIZE FROM history WHERE tbl = ? AND moment >= ?"
        )
        return self.store.table(f"SELECT {what} FROM ({inner}) {rest}", table, begin)

    def count_pipe(self, name, size):
        self.store.count("snowpipe_bytes", size)
        self.store.count("snowpipe_files")
        self.usage.count("PIPE", name, self.store.now(), size / 1e9 * SNOWPIPE_CREDITS_PER_GB, size)

    def meter(self):
        amounts = dict(self.store.rows("SELECT what, amount FROM meter"))
        amounts["warehouse_credits"] = amounts.get("warehouse_seconds", 0) / 3600 * CREDITS_PER_HOUR
        amounts["snowpipe_credits"] = amounts.get("snowpipe_bytes", 0) / 1e9 * SNOWPIPE_CREDITS_PER_GB
        return amounts

    def need_pipe(self, role, privilege, name):
        found = self.objects.need(role, privilege, "PIPE", name)
        for needed, kind, other in (
            ("USAGE", "STAGE", found["copy"]["stage"]),
            ("USAGE", "FILE FORMAT", found["copy"]["file_format"]),
            ("INSERT", "TABLE", found["copy"]["table"]),
        ):
            self.objects.need(role, needed, kind, other)
        if "SELECT" not in [p for p, in self._privileges(role, found["copy"]["table"])]:
            raise not_allowed("TABLE", found["copy"]["table"])
        return found

    def _privileges(self, role, table):
        roles = list(self.objects.roles_of(role))
        sql = "SELECT privilege FROM grants WHERE kind = 'TABLE' AND name = ? AND role IN (SELECT unnest(?))"
        return self.store.rows(sql, table, roles)
