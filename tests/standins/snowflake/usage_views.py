"""PIPE_USAGE_HISTORY and WAREHOUSE_METERING_HISTORY of SNOWFLAKE.ACCOUNT_USAGE ("Account Usage"): by the hour, late."""

import datetime
import re

from errors import SqlError, not_found

USAGE_VIEWER = "SNOWFLAKE.USAGE_VIEWER"  # "SNOWFLAKE database roles"
HOUR, LATENCY, DAYS = 3600, 3 * 3600, 365  # "Latency for the view may be up to 180 minutes", "within the last 365 days"

_QUESTION = re.compile(
    r"SELECT (?P<what>[A-Z_, ()]+) FROM SNOWFLAKE\.ACCOUNT_USAGE\.(?P<view>\w+) WHERE (?P<column>\w+) "
    r"(?:= (?P<name>'[^']+')|IN \((?P<names>'[^()]+')\)) AND START_TIME >= '(?P<begin>[^']+)'::TIMESTAMP_LTZ AND "
    r"START_TIME < '(?P<end>[^']+)'::TIMESTAMP_LTZ GROUP BY (?P<id>\w+)"
)
_VIEWS = {
    "PIPE_USAGE_HISTORY": (
        "PIPE_NAME",
        "SELECT hash(name) AS PIPE_ID, split_part(name, '.', 3) AS PIPE_NAME, to_timestamp(hour) AS START_TIME, "
        "credits AS CREDITS_USED, bytes AS BYTES_BILLED FROM usage WHERE kind = 'PIPE'",
    ),
    "WAREHOUSE_METERING_HISTORY": (
        "WAREHOUSE_NAME",
        "SELECT hash(name) AS WAREHOUSE_ID, name AS WAREHOUSE_NAME, to_timestamp(hour) AS START_TIME, "
        "credits AS CREDITS_USED_COMPUTE FROM usage WHERE kind = 'WAREHOUSE'",
    ),
}


class UsageViews:
    def __init__(self, store, objects):
        self._store, self._objects = store, objects

    def count(self, kind, name, moment, amount, size=0):
        hour = moment - moment % HOUR
        self._store.run("INSERT INTO usage VALUES (?, ?, ?, ?, ?)", kind, name, hour, amount, size)

    def count_run(self, warehouse, begin, seconds, credits_per_hour):
        """A run of a warehouse, in the hours that it lay in."""
        end = begin + seconds
        while begin < end:
            until = min(end, begin - begin % HOUR + HOUR)
            self.count("WAREHOUSE", warehouse, begin, (until - begin) / 3600 * credits_per_hour)
            begin = until

    def ask(self, role, sql):
        """(columns, rows); None when the statement asks for no such view."""
        if "ACCOUNT_USAGE." not in sql:
            return None
        if not {USAGE_VIEWER, "ACCOUNTADMIN"} & self._objects.roles_of(role):
            raise not_found("DATABASE", "SNOWFLAKE")
        found = _QUESTION.fullmatch(sql.strip().rstrip(";"))
        column, view = _VIEWS.get(found["view"], (None, None)) if found else (None, None)
        if view is None or found["column"] != column:
            raise SqlError("001003", "42000", "SQL compilation error:\nsyntax error")
        now = self._store.now()
        begin, end = (datetime.datetime.strptime(found[t], "%Y-%m-%d %H:%M:%S.%f %z") for t in ("begin", "end"))
        return self._store.table(
            f"SELECT {found['what']} FROM ({view} AND hour BETWEEN ? AND ?) WHERE {column} IN "
            f"({found['name'] or found['names']}) AND START_TIME >= ? AND START_TIME < ? GROUP BY {found['id']}",
            *(now - DAYS * 86400, now - LATENCY, begin, end),
        )
