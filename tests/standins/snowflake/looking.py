"""DESCRIBE, SHOW and LIST: what exists, in the columns that each command's own page has."""

import re

from csv_reader import DEFAULTS
from errors import SqlError
from expressions import Parser

# The order and types of "DESCRIBE FILE FORMAT".
_FORMAT_PROPERTIES = {
    "TYPE": "String",
    "RECORD_DELIMITER": "String",
    "FIELD_DELIMITER": "String",
    "SKIP_HEADER": "Integer",
    "PARSE_HEADER": "Boolean",
    "ESCAPE": "String",
    "ESCAPE_UNENCLOSED_FIELD": "String",
    "TRIM_SPACE": "Boolean",
    "FIELD_OPTIONALLY_ENCLOSED_BY": "String",
    "NULL_IF": "List",
    "COMPRESSION": "String",
    "ERROR_ON_COLUMN_COUNT_MISMATCH": "Boolean",
    "SKIP_BLANK_LINES": "Boolean",
    "REPLACE_INVALID_CHARACTERS": "Boolean",
    "EMPTY_FIELD_AS_NULL": "Boolean",
    "SKIP_BYTE_ORDER_MARK": "Boolean",
    "ENCODING": "String",
    "MULTI_LINE": "Boolean",
}
_PROPERTIES = ["property", "property_type", "property_value", "property_default"]
_SIZES = {"XSMALL": "X-Small", "SMALL": "Small", "MEDIUM": "Medium", "LARGE": "Large", "XLARGE": "X-Large"}
_FULL_TYPES = {"VARCHAR": (16777216,), "NUMBER": (38, 0), "TIMESTAMP_NTZ": (9,), "TIMESTAMP_LTZ": (9,)}


def _shown(value):
    """As DESCRIBE shows a value: what is special in a text literal has a backslash."""
    if value is None:
        return "NONE"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return str(value).replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _format_rows(options):
    standard = {"TYPE": "CSV", **DEFAULTS}
    rows = []
    for name, kind in _FORMAT_PROPERTIES.items():
        rows.append([name, kind, _shown(options.get(name, standard[name])), _shown(standard[name])])
    return rows


class Looking(Parser):
    def _describe(self):
        if self.accept("FILE", "FORMAT"):
            kind = "FILE FORMAT"
        else:
            kind = self.one_of("INTEGRATION", "TABLE", "STAGE")
        name = self._object_name(kind)
        self.end()
        privilege = "SELECT" if kind == "TABLE" else "USAGE"
        found = self.objects.need(self.role, privilege, kind, name)
        if kind == "TABLE":
            return self._describe_table(found)
        if kind == "FILE FORMAT":
            return _PROPERTIES, _format_rows(found["options"])
        return self._describe_stage(found) if kind == "STAGE" else self._describe_integration(found)

    @staticmethod
    def _describe_table(found):
        rows = []
        for name, (kind, not_null, limits) in found["columns"].items():
            parameters = ",".join(map(str, limits or _FULL_TYPES.get(kind, ())))
            shown = f"{kind}({parameters})" if parameters else kind
            rows.append([name, shown, "COLUMN", "N" if not_null else "Y", None, "N", "N"])
        return ["name", "type", "kind", "null?", "default", "primary key", "unique key"], rows

    @staticmethod
    def _describe_stage(found):
        if found.get("FILE_FORMAT"):
            rows = [["STAGE_FILE_FORMAT", "FORMAT_NAME", "String", found["FILE_FORMAT"], ""]]
        else:
            rows = [["STAGE_FILE_FORMAT", *row] for row in _format_rows({})]
        rows.append(["STAGE_LOCATION", "URL", "String", f'["{found["url"]}"]', ""])
        rows.append(["STAGE_INTEGRATION", "STORAGE_INTEGRATION", "String", found["STORAGE_INTEGRATION"], ""])
        return ["parent_property", *_PROPERTIES], rows

    @staticmethod
    def _describe_integration(found):
        rows = [
            ["ENABLED", "Boolean", _shown(found["ENABLED"]), "false"],
            ["STORAGE_PROVIDER", "String", found["STORAGE_PROVIDER"], ""],
            ["STORAGE_ALLOWED_LOCATIONS", "List", ",".join(found["STORAGE_ALLOWED_LOCATIONS"]), "[]"],
            ["STORAGE_BLOCKED_LOCATIONS", "List", "", "[]"],
            ["STORAGE_AWS_IAM_USER_ARN", "String", "arn:aws:iam::999999999999:user/snowflake-standin", ""],
            ["STORAGE_AWS_ROLE_ARN", "String", found["STORAGE_AWS_ROLE_ARN"], ""],
            ["STORAGE_AWS_EXTERNAL_ID", "String", found["STORAGE_AWS_EXTERNAL_ID"], ""],
        ]
        return _PROPERTIES, rows

    def _show(self):
        kind = self.one_of("TABLES", "PIPES", "STAGES", "WAREHOUSES")[:-1]
        pattern = self.text() if self.accept("LIKE") else "%"
        schema = self.dotted(2) if self.accept("IN", "SCHEMA") else ""
        self.end()
        seen = []
        for found in self.objects.all(kind):
            fits = found["name"].startswith(schema) and like(pattern, found["name"].split(".")[-1])
            if fits and self._sees(kind, found["name"]):
                seen.append(found)
        return self._warehouses(seen) if kind == "WAREHOUSE" else self._in_schemas(kind, seen)

    def _in_schemas(self, kind, seen):
        rows = []
        for found in seen:
            count = self.store.rows(f'SELECT COUNT(*) FROM "{found["name"]}"')[0][0] if kind == "TABLE" else None
            name = found["name"].split(".")[-1]
            shown = [f"{found['created']:.9f} 1440", name, found.get("comment", ""), found["owner"], count]
            rows.append([*shown, found.get("definition")])
        return ["created_on", "name", "comment", "owner", "rows", "definition"], rows

    def _warehouses(self, seen):
        rows = []
        for found in seen:
            state = "STARTED" if self.engine.warehouses.is_running(found["name"]) else "SUSPENDED"
            size = str(found.get("WAREHOUSE_SIZE", "XSMALL")).replace("-", "").upper()
            suspend, resume = found.get("AUTO_SUSPEND", 600), _shown(found.get("AUTO_RESUME", True))
            rows.append([found["name"], state, "STANDARD", _SIZES[size], suspend or None, resume, found["owner"]])
        return ["name", "state", "type", "size", "auto_suspend", "auto_resume", "owner"], rows

    def _sees(self, kind, name):
        try:
            self.objects.need(self.role, None, kind, name)
        except SqlError:
            return False
        return True

    def _list(self):
        stage = self.take()
        name, _, path = stage.value.removeprefix("@").partition("/")
        self.end()
        found = self.objects.need(self.role, "USAGE", "STAGE", name)
        bucket, key = self.engine.copier.object_key(found, path)
        rows = [[f"s3://{bucket}/{k}", size, etag, ""] for k, size, etag in self.engine.bucket.list(bucket, key)]
        return ["name", "size", "md5", "last_modified"], rows


def like(pattern, text):
    """LIKE of SHOW: any letters' case, backslash escapes."""
    out, i = [], 0
    while i < len(pattern):
        if pattern[i] == "\\" and i + 1 < len(pattern):
            i += 1
            out.append(re.escape(pattern[i]))
        else:
            out.append({"%": ".*", "_": "."}.get(pattern[i]) or re.escape(pattern[i]))
        i += 1
    return re.fullmatch("".join(out), text, re.IGNORECASE | re.DOTALL) is not None
