"""COPY INTO a table, for the statement and for pipes ("COPY INTO <table>", "Transform data during a load")."""

import datetime
import gzip
import json
import re
from dataclasses import dataclass, field

import zstandard

from csv_reader import DEFAULTS, CsvError, CsvReader
from errors import compilation, invalid_identifier, unsupported

MEMORY_OF_COPY = 64 * 86400
LARGEST_VALUE = 128 * 1024 * 1024
_TIME_FORMAT = "YYYY-MM-DD HH24:MI:SS.FF6"


class RowError(Exception):
    def __init__(self, code, message, column):
        super().__init__(message)
        self.code, self.message, self.column = code, message, column


@dataclass
class Copy:
    """What a COPY statement says; `sources` are trees of expressions.py, one for each column."""

    table: str
    columns: list
    sources: list
    stage: str
    file_format: str
    files: list = None
    on_error: str = None
    force: bool = False


@dataclass
class Outcome:
    path: str
    status: str
    parsed: int = 0
    rows: list = field(default_factory=list)
    error: str = None
    line: int = None
    character: int = None
    column: str = None
    size: int = 0
    bytes: int = 0  # before compression
    loaded: int = 0


def _pairs(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate object attribute")
    return found


def _parse_json(text, column):
    if text is None:
        return None
    try:
        json.loads(text, object_pairs_hook=_pairs, parse_constant=lambda name: (_ for _ in ()).throw(ValueError(name)))
    except (ValueError, RecursionError) as error:
        raise RowError("100069", f"Error parsing JSON: {text[:20]}", column) from error
    return text


def _parse_time(text, column):
    try:
        return None if text is None else datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f")
    except ValueError as error:
        raise RowError("100096", f"Can't parse '{text}' as timestamp with format '{_TIME_FORMAT}'", column) from error


def _evaluate(tree, fields, facts, column):
    """The value of a source; only what the documentation lists for transformations is known."""
    if tree[0] == "positional":
        return fields[tree[1] - 1] if tree[1] <= len(fields) else None
    if tree[0] == "column" and tree[1][-1] in facts:
        return facts[tree[1][-1]]
    if tree[0] == "call":
        name, arguments = tree[1], tree[2]
        value = _evaluate(arguments[0], fields, facts, column)
        if name == "PARSE_JSON" and len(arguments) == 1:
            return _parse_json(value, column)
        if name == "TO_TIMESTAMP_NTZ" and arguments[1:] == [("text", _TIME_FORMAT)]:
            return _parse_time(value, column)
        if name == "REGEXP_SUBSTR" and len(arguments) == 2:
            found = re.search(arguments[1][1], value or "")
            return found.group(0) if found else None
        raise unsupported(f"COPY transformation with {name}")
    raise invalid_identifier(str(tree[1]))


def _convert(value, kind, column):
    """What the column holds."""
    name, not_null, limits = kind
    if value is None:
        if not_null:
            raise RowError("100072", "NULL result in a non-nullable column", column)
        return None
    if isinstance(value, str) and len(value.encode()) > LARGEST_VALUE:
        raise RowError("100082", "Max LOB size (134217728) exceeded", column)
    if name == "VARCHAR" and limits and len(value) > limits[0]:
        raise RowError("100078", f"String '{value}' is too long and would be truncated", column)
    if name == "NUMBER":
        if not re.fullmatch(r"\s*[+-]?\d{1,19}\s*", str(value)):
            raise RowError("100038", f"Numeric value '{value}' is not recognized", column)
        return int(value)
    return value


class Copier:
    def __init__(self, store, objects, bucket, faults):
        self._store, self._objects, self._bucket, self._faults = store, objects, bucket, faults

    def check(self, role, copy):
        """The objects, when the role may use all of them for this."""
        table = self._objects.need(role, "INSERT", "TABLE", copy.table)
        self._objects.need(role, "SELECT", "TABLE", copy.table)
        stage = self._objects.need(role, "USAGE", "STAGE", copy.stage)
        file_format = self._objects.need(role, "USAGE", "FILE FORMAT", copy.file_format)
        unknown = [name for name in copy.columns if name not in table["columns"]]
        if unknown:
            raise invalid_identifier(unknown[0])
        if len(copy.columns) != len(copy.sources):
            raise compilation("002020", "21S01", "Insert value list does not match column list")
        for tree in copy.sources:
            self._dry_run(tree)
        options = {**DEFAULTS, **file_format["options"]}
        if options["PARSE_HEADER"] or options.get("TYPE", "CSV") != "CSV":
            raise unsupported("this file format with a transformation by position")
        return table, stage, options

    @staticmethod
    def _dry_run(tree):
        _evaluate(tree, [None] * 100, {"METADATA$FILENAME": "", "METADATA$START_SCAN_TIME": None}, "")

    def object_key(self, stage, name):
        bucket, _, prefix = stage["url"].removeprefix("s3://").partition("/")
        return bucket, prefix + name  # no slash is put between

    def read(self, copy, name, table, stage, options):
        """What becomes of one file, before anything is stored; None when there is no such file."""
        bucket, key = self.object_key(stage, name)
        found = self._bucket.get(bucket, key)
        if found is None:
            return None, None
        content, etag = found
        outcome = Outcome(name, "LOADED", size=len(content))
        planned = self._faults.take("load_file", name)
        try:
            if planned and planned["kind"] == "fail_file":
                raise CsvError(planned.get("message", "Planned failure"), planned.get("line", 1))
            unpacked = self._unpacked(name, content, options)
            outcome.bytes = len(unpacked)
            self._parse(copy, unpacked, table, options, key, outcome)
            outcome.loaded = outcome.parsed
            if planned and planned["kind"] == "partial_file":
                outcome.status, outcome.loaded = "PARTIALLY_LOADED", outcome.parsed - 1
                outcome.rows.pop()
                outcome.error, outcome.line = "Planned failure of the last row", outcome.parsed
            if planned and planned["kind"] == "wrong_count":
                outcome.loaded += 1
        except CsvError as error:
            outcome.error, outcome.line, outcome.character = error.message, error.line, error.character
        except RowError as error:
            outcome.error, outcome.column = error.message, f'"{table["short_name"]}"["{error.column}"]'
        if outcome.error and outcome.status == "LOADED":
            outcome.status, outcome.rows, outcome.loaded = "LOAD_FAILED", [], 0
        return outcome, etag

    @staticmethod
    def _unpacked(name, content, options):
        how = options["COMPRESSION"]
        if how == "AUTO":
            how = {"zst": "ZSTD", "gz": "GZIP"}.get(name.rpartition(".")[2])
        try:
            if how == "ZSTD":
                return zstandard.ZstdDecompressor().decompressobj().decompress(content)
            return gzip.decompress(content) if how == "GZIP" else content
        except (OSError, EOFError, zstandard.ZstdError) as error:
            raise CsvError(f"Invalid data encountered during decompression for file: '{name}', {how}", None) from error

    def _parse(self, copy, content, table, options, key, outcome):
        now = datetime.datetime.fromtimestamp(self._store.now(), datetime.timezone.utc).replace(tzinfo=None)
        facts = {"METADATA$FILENAME": key, "METADATA$START_SCAN_TIME": now}
        poison = self._store.setting("refuses_rows_with")
        for line, fields in CsvReader(content, options):
            outcome.parsed += 1
            outcome.line = line
            if poison and any(poison in (field or "") for field in fields):
                raise CsvError("Error parsing JSON: refused as planned", line)
            row = []
            for column, tree in zip(copy.columns, copy.sources):
                value = _evaluate(tree, fields, facts, column)
                row.append(_convert(value, table["columns"][column], column))
            outcome.rows.append(row)
        outcome.line = None

    def keep(self, copy, outcome, pipe=None):
        """Stores the rows and the history of one file; the caller's transaction makes them one."""
        store, now = self._store, self._store.now()
        names = ", ".join(f'"{name}"' for name in copy.columns)
        marks = ", ".join("?" * len(copy.columns))
        store.run_many(f'INSERT INTO "{copy.table}" ({names}) VALUES ({marks})', outcome.rows)
        store.run(
            "INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            copy.table,
            pipe,
            outcome.path,
            outcome.status,
            outcome.loaded,
            outcome.parsed,
            outcome.error,
            outcome.line,
            outcome.character,
            outcome.column,
            outcome.size,
            now,
        )

    def copy(self, role, copy):
        """Runs the statement: columns and rows of its answer."""
        table, stage, options = self.check(role, copy)
        told = []
        for name in copy.files or []:
            outcome, etag = self.read(copy, name, table, stage, options)
            if outcome is None:
                if copy.on_error == "ABORT_STATEMENT":
                    raise compilation("091016", "22000", f"Remote file '{stage['url']}{name}' was not found.")
                continue
            if not copy.force and self._is_known(copy.table, name, etag):
                if self._store.setting("repeated_copy") == "load_skipped":
                    skipped = Outcome(name, "LOAD_SKIPPED", error="File was loaded before.")
                    told.append(skipped)
                continue
            if outcome.status == "LOAD_FAILED" and copy.on_error == "ABORT_STATEMENT":
                raise compilation("100038", "22018", outcome.error)
            self.keep(copy, outcome)
            if outcome.status != "LOAD_FAILED":
                sql = "INSERT INTO copy_memory VALUES (?, ?, ?, ?)"
                self._store.run(sql, copy.table, name, etag, self._store.now())
            told.append(outcome)
        return self._answer(stage, told)

    def _is_known(self, table, name, etag):
        since = self._store.now() - MEMORY_OF_COPY
        sql = "SELECT 1 FROM copy_memory WHERE tbl = ? AND path = ? AND etag = ? AND moment > ?"
        return bool(self._store.rows(sql, table, name, etag, since))

    @staticmethod
    def _answer(stage, told):
        if not told:
            return ["status"], [["Copy executed with 0 files processed."]]
        columns = "file status rows_parsed rows_loaded error_limit errors_seen first_error first_error_line".split()
        columns += ["first_error_character", "first_error_column_name"]
        rows = []
        for o in told:
            found = [o.error, o.line, o.character, o.column]
            rows.append([stage["url"] + o.path, o.status, o.parsed, o.loaded, 1, int(bool(o.error)), *found])
        return columns, rows
