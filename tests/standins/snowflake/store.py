"""All that the stand-in knows, in one DuckDB file: rows, load memory and history of a statement are one transaction."""

import json
import threading
import time
from contextlib import contextmanager

import duckdb

_TABLES = """
CREATE TABLE IF NOT EXISTS settings (name VARCHAR PRIMARY KEY, value VARCHAR);
CREATE TABLE IF NOT EXISTS objects (kind VARCHAR, name VARCHAR, created DOUBLE, owner VARCHAR, spec VARCHAR);
CREATE TABLE IF NOT EXISTS grants (role VARCHAR, privilege VARCHAR, kind VARCHAR, name VARCHAR);
CREATE TABLE IF NOT EXISTS role_grants (role VARCHAR, kind VARCHAR, name VARCHAR);
CREATE TABLE IF NOT EXISTS copy_memory (tbl VARCHAR, path VARCHAR, etag VARCHAR, moment DOUBLE);
CREATE TABLE IF NOT EXISTS pipe_memory (pipe VARCHAR, path VARCHAR, moment DOUBLE);
CREATE TABLE IF NOT EXISTS history (tbl VARCHAR, pipe VARCHAR, path VARCHAR, status VARCHAR, loaded BIGINT,
  parsed BIGINT, error VARCHAR, line BIGINT, character BIGINT, column_name VARCHAR, bytes BIGINT, moment DOUBLE);
CREATE SEQUENCE IF NOT EXISTS numbers;
CREATE TABLE IF NOT EXISTS queue (number BIGINT, pipe VARCHAR, path VARCHAR, moment DOUBLE);
CREATE TABLE IF NOT EXISTS statements (handle VARCHAR, request VARCHAR, user_name VARCHAR, body VARCHAR, state VARCHAR,
  answer VARCHAR, moment DOUBLE);
CREATE TABLE IF NOT EXISTS logins (user_name VARCHAR, failures BIGINT, locked_until DOUBLE);
CREATE TABLE IF NOT EXISTS warehouses (name VARCHAR, running_until DOUBLE, resumed DOUBLE, seconds DOUBLE);
CREATE TABLE IF NOT EXISTS usage (kind VARCHAR, name VARCHAR, hour DOUBLE, credits DOUBLE, bytes BIGINT);
CREATE TABLE IF NOT EXISTS meter (what VARCHAR PRIMARY KEY, amount DOUBLE);
"""


class Store:
    """Threads: any; transactions follow each other."""

    def __init__(self, folder):
        self._db = duckdb.connect(str(folder / "state.duckdb"))
        self._db.execute("SET TimeZone = 'UTC'")
        self._db.execute(_TABLES)
        self._lock = threading.RLock()
        self._depth = 0

    @contextmanager
    def transaction(self):
        with self._lock:
            self._depth += 1
            if self._depth == 1:
                self._db.execute("BEGIN")
            try:
                yield
            except BaseException:
                if self._depth == 1:
                    self._db.execute("ROLLBACK")
                raise
            else:
                if self._depth == 1:
                    self._db.execute("COMMIT")
            finally:
                self._depth -= 1

    def rows(self, sql, *parameters):
        with self._lock:
            return self._db.execute(sql, parameters).fetchall()

    def table(self, sql, *parameters):
        """Names of columns, and rows."""
        with self._lock:
            found = self._db.execute(sql, parameters)
            return [each[0] for each in found.description], found.fetchall()

    def run(self, sql, *parameters):
        with self._lock:
            self._db.execute(sql, parameters)

    def run_many(self, sql, rows):
        with self._lock:
            if rows:
                self._db.executemany(sql, rows)

    def setting(self, name, default=None):
        found = self.rows("SELECT value FROM settings WHERE name = ?", name)
        return json.loads(found[0][0]) if found else default

    def set(self, name, value):
        self.run("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, json.dumps(value))

    def now(self):
        """Seconds since 1970 by the stand-in's own clock, which a test may move."""
        return time.time() + self.setting("clock_offset", 0)

    def count(self, what, amount=1):
        sql = "INSERT INTO meter VALUES (?, ?) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount"
        self.run(sql, what, amount)
