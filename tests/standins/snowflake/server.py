"""The two HTTP interfaces ("Snowflake SQL API", "Snowpipe REST API"), and the control of tests below /_standin/."""

import asyncio
import datetime
import email.utils
import gzip
import json
import re
import uuid

from aiohttp import web

from errors import HttpError, SqlError

_BODY = {"statement", "timeout", "database", "schema", "warehouse", "role", "parameters"}
_PARAMETERS = {"query_tag", "timezone", "rows_per_resultset", "multi_statement_count", "use_cached_result"}
_LARGEST_STATEMENT, _PARTITION_ROWS, _MOST_FILES = 1_000_000, 1000, 5000
_SCAN_PAUSE = 60
_MOST_RUNNING = 100  # statements of a user at a time; the true number is not documented
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def _json(status, body, **headers):
    return web.json_response(body, status=status, headers=headers)


def _uuid(text):
    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        raise HttpError(400, "390142", "requestId is no UUID") from error


class Server:
    def __init__(self, engine, logins):
        self._engine, self._logins, self._store = engine, logins, engine.store
        self.requests = []
        self._tasks = set()
        self._next_scan = {}
        with self._store.transaction():  # what ran when the last process ended
            failed = json.dumps({"code": "000603", "sqlState": "XX000", "message": "SQL execution internal error"})
            self._store.run("UPDATE statements SET state = 'failed', answer = ? WHERE state = 'running'", failed)

    def app(self):
        app = web.Application(client_max_size=64 << 20, middlewares=[self._middleware])
        app.router.add_post("/api/v2/statements", self._submit)
        app.router.add_get("/api/v2/statements/{handle}", self._poll)
        app.router.add_post("/api/v2/statements/{handle}/cancel", self._cancel)
        app.router.add_post("/v1/data/pipes/{pipe}/insertFiles", self._insert_files)
        app.router.add_get("/v1/data/pipes/{pipe}/insertReport", self._insert_report)
        app.router.add_get("/v1/data/pipes/{pipe}/loadHistoryScan", self._load_history)
        app.router.add_route("*", "/_standin/{what}", self._control)
        return app

    @web.middleware
    async def _middleware(self, request, handler):
        if request.path.startswith("/_standin/"):
            return await handler(request)
        call = self._call_of(request)
        self.requests.append({"call": call, "query": dict(request.query), "agent": request.headers.get("User-Agent")})
        fault = self._engine.faults.take(call, await self._about(request, call))
        if fault and fault["kind"] == "refuse":
            request.transport.abort()
            return web.Response()
        answer = self._planned(fault) if fault and fault["kind"] == "status" else await self._answer(request, handler)
        if fault and fault["kind"] == "lose_answer":
            request.transport.abort()
        answer.headers["Date"] = email.utils.formatdate(self._store.now(), usegmt=True)
        return answer

    @staticmethod
    async def _about(request, call):
        """What a fault is matched with: the statement."""
        try:
            return (await request.json()).get("statement", "") if call == "submit" else ""
        except ValueError:
            return ""

    @staticmethod
    def _call_of(request):
        if request.path.startswith("/api/v2/statements"):
            last = request.path.rsplit("/", 1)[1]
            return "submit" if last == "statements" else "cancel" if last == "cancel" else "poll"
        return request.path.rsplit("/", 1)[1]

    @staticmethod
    def _planned(fault):
        if fault.get("html"):
            return web.Response(status=fault["status"], text="<html>gateway</html>", content_type="text/html")
        return _json(fault["status"], {"code": fault.get("code", ""), "message": fault.get("message", "planned")})

    async def _answer(self, request, handler):
        try:
            if "/" not in request.headers.get("User-Agent", ""):
                raise HttpError(400, "390142", "User-Agent is missing")
            self._need_open_account()
            request["user"] = self._logins.user_of(request.headers)
            return await handler(request)
        except HttpError as error:
            return _json(error.status, {"code": error.code, "message": error.message})
        except SqlError as error:
            known = {"002003": 404, "003001": 403}
            return _json(known.get(error.code, 400), {"code": error.code, "message": error.message})

    def _need_open_account(self):
        """Who is kept out whatever he shows: a network policy's strangers, everybody of a suspended account."""
        closed = self._store.setting("closed")
        if closed == "network_policy":
            text = "Incoming request with IP/Token 192.0.2.7 is not allowed to access Snowflake."
            raise HttpError(403, "390422", text)
        if closed == "suspended":
            raise HttpError(403, "390913", "Your account is suspended.")

    # SQL API.

    async def _submit(self, request):
        body = await request.json()
        if "bindings" in body:
            raise HttpError(400, "390142", "bindings are not understood here: Firn sends none")
        if set(body) - _BODY or set(body.get("parameters", {})) - _PARAMETERS or "statement" not in body:
            raise HttpError(400, "390142", "unknown field or parameter")
        if len(body["statement"].encode()) > _LARGEST_STATEMENT:
            raise HttpError(400, "390142", "the statement is too long")
        session = self._session(request["user"], body)
        request_id = _uuid(request.query["requestId"]) if "requestId" in request.query else str(uuid.uuid4())
        self.requests[-1].update(statement=body["statement"][:60], tag=body.get("parameters", {}).get("query_tag"))
        if request.query.get("retry") == "true" and not self._store.setting("forgets_requests"):
            sql = "SELECT handle FROM statements WHERE request = ? AND body = ? AND state <> 'failed'"
            if found := self._store.rows(sql, request_id, json.dumps(body, sort_keys=True)):
                return self._statement(found[0][0], request["user"])
        self._need_room(request["user"])
        handle = str(uuid.uuid4())
        sql = "INSERT INTO statements VALUES (?, ?, ?, ?, 'running', NULL, ?)"
        stored = json.dumps(body, sort_keys=True)
        self._store.run(sql, handle, request_id, request["user"], stored, self._store.now())
        session["timeout"] = body.get("timeout", 0)
        task = asyncio.create_task(self._execute(handle, body["statement"], session))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if request.query.get("async") != "true":
            await asyncio.wait([task], timeout=45)
        return self._statement(handle, request["user"])

    def _need_room(self, user):
        """Too many statements at a time are refused ("Snowflake SQL API reference", 429)."""
        running = "SELECT COUNT(*) FROM statements WHERE user_name = ? AND state = 'running'"
        if self._store.rows(running, user)[0][0] >= self._store.setting("most_running", _MOST_RUNNING):
            raise HttpError(429, "390505", "Too many requests")

    def _session(self, user, body):
        objects = self._engine.objects
        spec = objects.find("USER", user)
        role = body.get("role") or spec.get("DEFAULT_ROLE") or "PUBLIC"
        if role != "PUBLIC" and not objects.may_use_role(user, role):
            text = f"Role '{role}' specified in the connect string does not exist or not authorized."
            raise HttpError(403, "390189", text)
        warehouse = body.get("warehouse") or spec.get("DEFAULT_WAREHOUSE")
        return {
            "user": user,
            "role": role,
            "warehouse": warehouse,
            "database": body.get("database"),
            "schema": body.get("schema"),
        }

    async def _execute(self, handle, sql, session):
        slow = self._engine.faults.take("statement", sql)
        limit = session["timeout"]
        if slow and 0 < limit < slow["seconds"]:
            await asyncio.sleep(limit)
            text = f"Statement reached its statement or warehouse timeout of {limit} second(s) and was canceled."
            answer = {"code": "000630", "sqlState": "57014", "message": text, "status": 408}
            self._finish(handle, "failed", answer)
            return
        if slow:
            await asyncio.sleep(slow["seconds"])
        await asyncio.to_thread(self._execute_now, handle, sql, session)

    def _execute_now(self, handle, sql, session):
        try:
            with self._store.transaction():
                columns, rows = self._engine.run(sql, session)
                answer = {"columns": columns, "rows": [[_text(value) for value in row] for row in rows]}
                self._finish(handle, "done", answer)
        except SqlError as error:
            answer = {"code": error.code, "sqlState": error.sql_state, "message": error.message}
            self._finish(handle, "failed", answer)
        except Exception as error:  # a fault of the stand-in must be seen by the test
            self._finish(handle, "failed", {"code": "000603", "sqlState": "XX000", "message": f"stand-in: {error!r}"})

    def _finish(self, handle, state, answer):
        sql = "UPDATE statements SET state = ?, answer = ? WHERE handle = ? AND state = 'running'"
        self._store.run(sql, state, json.dumps(answer), handle)

    def _statement(self, handle, user, partition=0):
        sql = "SELECT state, answer FROM statements WHERE handle = ? AND user_name = ?"
        found = self._store.rows(sql, handle, user)
        url = f"/api/v2/statements/{handle}"
        if not found:
            raise HttpError(404, "000709", "Statement handle is unknown")
        state, answer = found[0][0], json.loads(found[0][1] or "{}")
        common = {"statementHandle": handle, "statementStatusUrl": url}
        if state == "running":
            return _json(202, {"code": "333334", "message": "Asynchronous execution in progress.", **common})
        if state == "failed":
            return _json(answer.pop("status", 422), {**answer, **common})
        return self._result(answer, common, partition)

    @staticmethod
    def _result(answer, common, partition):
        rows = answer["rows"]
        pieces = [rows[i : i + _PARTITION_ROWS] for i in range(0, len(rows), _PARTITION_ROWS)] or [[]]
        if partition:
            body = gzip.compress(json.dumps({"data": pieces[partition]}).encode())
            headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
            return web.Response(body=body, headers=headers)
        metadata = {
            "numRows": len(answer["rows"]),
            "format": "jsonv2",
            "rowType": [{"name": name, "type": "text", "nullable": True} for name in answer["columns"]],
            "partitionInfo": [{"rowCount": len(piece), "uncompressedSize": 1} for piece in pieces],
        }
        done = {"code": "090001", "sqlState": "00000", "message": "Statement executed successfully."}
        return _json(200, {**done, **common, "resultSetMetaData": metadata, "data": pieces[0]})

    async def _poll(self, request):
        return self._statement(request.match_info["handle"], request["user"], int(request.query.get("partition", 0)))

    async def _cancel(self, request):
        handle = request.match_info["handle"]
        self._statement(handle, request["user"])
        answer = {"code": "000604", "sqlState": "57014", "message": "SQL execution canceled"}
        self._finish(handle, "failed", answer)
        return _json(200, answer)

    # Snowpipe.

    def _pipe(self, request, privilege):
        parts = re.findall(r'"([^"]+)"|([^".]+)', request.match_info["pipe"])
        name = ".".join(quoted or plain for quoted, plain in parts)
        role = self._engine.objects.find("USER", request["user"]).get("DEFAULT_ROLE") or "PUBLIC"
        try:
            return name, self._engine.need_pipe(role, privilege, name)
        except SqlError as error:
            raise HttpError(404, "390404", f"Specified object does not exist: {error.message}") from error

    async def _insert_files(self, request):
        name, _ = self._pipe(request, "OPERATE")
        files = (await request.json())["files"]
        if len(files) > _MOST_FILES or any(len(each["path"].encode()) > 1024 for each in files):
            raise HttpError(400, "390403", "too many files, or a path is too long")
        request_id = _uuid(request.query.get("requestId", ""))
        self._engine.pipes.insert(name, [each["path"] for each in files])
        return _json(200, {"requestId": request_id, "status": "success"})

    async def _insert_report(self, request):
        name, _ = self._pipe(request, "MONITOR")
        return _json(200, self._engine.pipes.report(name, request.query.get("beginMark")))

    async def _load_history(self, request):
        name, _ = self._pipe(request, "MONITOR")
        now = self._store.now()
        if self._next_scan.get(name, 0) > now:
            raise HttpError(429, "390505", "Too many requests")
        self._next_scan[name] = now + _SCAN_PAUSE
        times = [request.query.get("startTimeInclusive", ""), request.query.get("endTimeExclusive", "")]
        begin, end = (datetime.datetime.fromisoformat(t).timestamp() if t else now for t in times)
        return _json(200, self._engine.pipes.history(name, begin, end))

    # Control.

    async def _control(self, request):
        what = request.match_info["what"]
        body = await request.json() if request.can_read_body else {}
        if what == "clock" and body:
            self._store.set("clock_offset", self._store.setting("clock_offset", 0) + body["advance_seconds"])
        elif what == "settings":
            for name, value in body.items():
                self._store.set(name, value)
        elif what == "faults":
            self._engine.faults.plan(body) if request.method == "POST" else self._engine.faults.clear()
        elif what == "meter":
            self._engine.warehouses.suspend_all()
            return _json(200, self._engine.meter())
        elif what == "requests":
            return _json(200, self.requests)
        elif what == "sql":
            return await asyncio.to_thread(self._run_as_administrator, body["sql"])
        elif what == "rows":
            columns, rows = self._store.table(body["sql"])
            return _json(200, {"columns": columns, "rows": [[_text(value) for value in row] for row in rows]})
        self._engine.pipes.wake()
        return _json(200, {"now": self._store.now()})

    def _run_as_administrator(self, sql):
        try:
            columns, rows = self._engine.run(sql, {"user": "ADMIN", "role": "ACCOUNTADMIN", "warehouse": None})
        except SqlError as error:
            return _json(422, {"code": error.code, "message": error.message})
        return _json(200, {"columns": columns, "rows": [[_text(value) for value in row] for row in rows]})


def _text(value):
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        zone = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
        micros = (zone - _EPOCH) // datetime.timedelta(microseconds=1)
        return f"{micros // 1_000_000}.{micros % 1_000_000:06}000"
    return str(value)
