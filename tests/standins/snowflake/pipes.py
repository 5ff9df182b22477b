"""Pipes: a queue of names, and what became of them ("Snowpipe REST API", "Introduction to Snowpipe")."""

import json
import threading

from copying import Copy, Outcome
from errors import SqlError

MEMORY, REPORT_WINDOW, MOST_EVENTS = 14 * 86400, 600, 10_000


class Pipes:
    def __init__(self, engine):
        self._engine, self._store = engine, engine.store
        self._work = threading.Event()
        self._work.set()
        threading.Thread(target=self._run, daemon=True).start()

    def insert(self, pipe, paths):
        """Queues the names that are new; gives those that are not."""
        store, now, skipped = self._store, self._store.now(), []
        with store.transaction():
            for path in paths:
                sql = "SELECT 1 FROM pipe_memory WHERE pipe = ? AND path = ? AND moment > ?"
                if store.rows(sql, pipe, path, now - MEMORY):
                    skipped.append(path)
                    continue
                store.run("DELETE FROM pipe_memory WHERE pipe = ? AND path = ?", pipe, path)
                store.run("INSERT INTO pipe_memory VALUES (?, ?, ?)", pipe, path, now)
                store.run("INSERT INTO queue VALUES (nextval('numbers'), ?, ?, ?)", pipe, path, now)
        self._work.set()
        return skipped

    def _run(self):
        while True:
            self._work.wait(timeout=0.3)  # what could not be read is tried again
            self._work.clear()
            while self._load_one():
                pass

    def _load_one(self):
        for number, pipe, path in self._store.rows("SELECT number, pipe, path FROM queue ORDER BY number"):
            found = self._engine.objects.find("PIPE", pipe)
            if found and not found["paused"] and self._load(number, pipe, found, path):
                return True
        return False

    def _load(self, number, pipe, found, path):
        """False when the bucket cannot be read now: the file stays in the queue."""
        engine, store = self._engine, self._store
        copy = Copy(**{**found["copy"], "sources": [_tupled(tree) for tree in found["copy"]["sources"]]})
        slow = engine.faults.take("pipe_load", path)
        if slow and slow["kind"] == "slow":
            threading.Event().wait(slow["seconds"])
        with store.transaction():
            try:
                table, stage, options = engine.copier.check(found["owner"], copy)
                outcome, _ = engine.copier.read(copy, path, table, stage, options)
            except SqlError:
                return False
            if outcome is None:
                outcome = Outcome(path, "LOAD_FAILED", error=f"Remote file '{path}' was not found.")
            engine.copier.keep(copy, outcome, pipe)
            engine.count_pipe(pipe, outcome.bytes if outcome.status != "LOAD_FAILED" else 0)
            store.run("DELETE FROM queue WHERE number = ?", number)
            return True

    def wake(self):
        self._work.set()

    def report(self, pipe, mark):
        """insertReport: what happened within ten minutes, after the mark."""
        since = max(self._store.now() - REPORT_WINDOW, float(mark or 0))
        files = self._events(pipe, "moment > ?", since)
        running = self._store.rows("SELECT path, moment FROM queue WHERE pipe = ?", pipe)
        files += [_in_progress(path) for path, _ in running]
        newest = self._store.rows("SELECT max(moment) FROM history WHERE pipe = ?", pipe)[0][0]
        return {
            "pipe": pipe,
            "completeResult": len(files) <= MOST_EVENTS,
            "nextBeginMark": repr(newest or 0.0),
            "files": files[:MOST_EVENTS],
            "statistics": {"activeFilesCount": len(running)},
        }

    def history(self, pipe, begin, end):
        files = self._events(pipe, "moment >= ? AND moment < ?", begin, end)
        return {"pipe": pipe, "completeResult": len(files) <= MOST_EVENTS, "files": files[:MOST_EVENTS]}

    def _events(self, pipe, condition, *parameters):
        what = "path, status, loaded, parsed, error, line, column_name, bytes"
        sql = f"SELECT {what} FROM history WHERE pipe = ? AND {condition} ORDER BY moment"
        return [_event(*row) for row in self._store.rows(sql, pipe, *parameters)]

    def status(self, role, pipe):
        found = self._engine.objects.need(role, "MONITOR", "PIPE", pipe)
        pending = self._store.rows("SELECT COUNT(*) FROM queue WHERE pipe = ?", pipe)[0][0]
        return json.dumps({"executionState": "PAUSED" if found["paused"] else "RUNNING", "pendingFileCount": pending})


def _tupled(tree):
    """A tree that went through JSON has lists for tuples."""
    if isinstance(tree, list):
        inner = [_tupled(each) for each in tree]
        return inner if tree and isinstance(tree[0], list) else tuple(inner)
    return tree


def _in_progress(path):
    return {"path": path, "status": "LOAD_IN_PROGRESS", "complete": False, "rowsInserted": 0, "rowsParsed": 0}


def _event(path, status, loaded, parsed, error, line, column, size):
    return {
        "path": path,
        "stageLocation": "s3://",
        "fileSize": size,
        "rowsInserted": loaded,
        "rowsParsed": parsed,
        "errorsSeen": int(bool(error)),
        "errorLimit": 1,
        "firstError": error,
        "firstErrorLineNum": line or 0,
        "firstErrorColumnName": column,
        "complete": True,
        "status": status,
    }
