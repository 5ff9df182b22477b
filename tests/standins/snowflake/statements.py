"""The SQL that the stand-in understands: what Firn and its administrators write, and nothing else."""

import base64
import re
import secrets

from altering import Altering
from copying import Copy
from errors import compilation, exists_already, not_allowed, not_found, syntax_error, unsupported
from expressions import Parser
from looking import Looking
from usage_views import USAGE_VIEWER

_TYPES = {"VARCHAR": "VARCHAR", "VARIANT": "VARCHAR", "NUMBER": "BIGINT"}
_TIMES = {"TIMESTAMP_NTZ": "TIMESTAMP", "TIMESTAMP_LTZ": "TIMESTAMP"}
_OPTIONS_OF_FORMATS = frozenset(
    "TYPE COMPRESSION FIELD_DELIMITER RECORD_DELIMITER SKIP_HEADER FIELD_OPTIONALLY_ENCLOSED_BY ESCAPE "
    "ESCAPE_UNENCLOSED_FIELD NULL_IF EMPTY_FIELD_AS_NULL MULTI_LINE TRIM_SPACE ENCODING REPLACE_INVALID_CHARACTERS "
    "SKIP_BLANK_LINES ERROR_ON_COLUMN_COUNT_MISMATCH PARSE_HEADER SKIP_BYTE_ORDER_MARK".split()
)
_OPTIONS = {
    "USER": "TYPE LOGIN_NAME DEFAULT_ROLE DEFAULT_WAREHOUSE RSA_PUBLIC_KEY RSA_PUBLIC_KEY_2 COMMENT".split(),
    "WAREHOUSE": "WAREHOUSE_SIZE AUTO_SUSPEND AUTO_RESUME INITIALLY_SUSPENDED COMMENT".split(),
    "INTEGRATION": (
        "TYPE STORAGE_PROVIDER ENABLED STORAGE_AWS_ROLE_ARN STORAGE_AWS_EXTERNAL_ID STORAGE_ALLOWED_LOCATIONS".split()
    ),
    "STAGE": "URL STORAGE_INTEGRATION FILE_FORMAT COMMENT".split(),
    "FILE FORMAT": _OPTIONS_OF_FORMATS,
    "ROLE": ["COMMENT"],
    "DATABASE": ["COMMENT"],
    "SCHEMA": ["COMMENT"],
}
# Rows out of nothing; a number that no earlier result stands for ("GENERATOR", "Using persisted query results").
_MADE_ROW = r"SELECT RANDOM\(\) AS R FROM TABLE\(GENERATOR\(ROWCOUNT => 1\)\)"
_KINDS = "ROLE USER WAREHOUSE DATABASE SCHEMA STAGE TABLE VIEW PIPE INTEGRATION".split()
_PRIVILEGES = frozenset("USAGE OPERATE MONITOR SELECT INSERT".split())


class Statement(Looking, Altering):
    """One statement, run by `engine` for a role; gives (columns, rows)."""

    def __init__(self, sql, engine, session):
        super().__init__(sql)
        self.engine, self.session = engine, session
        self.objects, self.store = engine.objects, engine.store

    @property
    def role(self):
        return self.session["role"]

    def dotted(self, parts=3):
        """A name with its database and schema, from the session when they are left out."""
        found = list(self.name())
        defaults = [self.session.get("database"), self.session.get("schema")][: parts - len(found)]
        if None in defaults or len(found) > parts:
            raise compilation("090105", "22000", "This session does not have a current database.")
        return ".".join(defaults + found)

    def run(self):
        first = self.next.value if self.next.kind == "name" else ""
        known = {
            "CREATE": self._create,
            "GRANT": self._grant,
            "REVOKE": self._grant,
            "ALTER": self._alter,
            "DROP": self._drop,
            "TRUNCATE": self._truncate,
            "DESC": self._describe,
            "DESCRIBE": self._describe,
            "SHOW": self._show,
            "COPY": self._copy_statement,
            "SELECT": self._select,
            "DELETE": self._delete,
            "LIST": self._list,
        }
        if first not in known:
            raise self.fail()
        self.take()
        return known[first]()

    @staticmethod
    def done(text):
        return ["status"], [[text]]

    # CREATE.

    def _create(self):
        replaces = self.accept("OR", "REPLACE")
        kind = self._kind()
        unless = self.accept("IF", "NOT", "EXISTS")
        if replaces and (unless or kind not in ("TABLE", "PIPE")):
            raise self.fail()
        name = self._object_name(kind)
        self.objects.need_to_make(self.role, kind, name)
        if self.objects.find(kind, name) and not replaces:
            if unless:
                return self.done(f"{name} already exists, statement succeeded.")
            raise exists_already(name)
        if replaces:
            self._forget(kind, name)
        make = {"TABLE": self._table, "VIEW": self._view, "PIPE": self._pipe}.get(kind)
        spec = make(name) if make else self._with_options(kind)
        self.end()
        self.objects.put(kind, name, self.role, spec)
        return self.done(f"{kind.title()} {name} successfully created.")

    def _kind(self):
        if self.accept("STORAGE", "INTEGRATION"):
            return "INTEGRATION"
        if self.accept("FILE", "FORMAT"):
            return "FILE FORMAT"
        return self.one_of(*_KINDS)

    def _object_name(self, kind):
        parts = {"SCHEMA": 2, "STAGE": 3, "TABLE": 3, "VIEW": 3, "PIPE": 3, "FILE FORMAT": 3}.get(kind, 1)
        return self.dotted(parts) if parts > 1 else self.identifier()

    def _value(self):
        if self.accept_op("("):
            if self.accept("FORMAT_NAME"):
                self.expect_op("=")
                found = self._format_name()
                self.expect_op(")")
                return found
            found = [] if self.next.is_op(")") else self.many(self.text)
            self.expect_op(")")
            return found
        if self.next.kind == "text":
            return self.text()
        if self.next.kind == "number":
            return self.integer()
        word = self.name()[0]
        return {"TRUE": True, "FALSE": False, "NONE": None}.get(word, word)

    def _format_name(self):
        return ".".join(Parser(self.text()).name()) if self.next.kind == "text" else self.dotted()

    def _with_options(self, kind, before=None):
        options = dict(before or {})
        while self.next.kind == "name":
            name = self.take().value
            if name not in _OPTIONS[kind]:
                self.at -= 1
                raise self.fail()
            self.expect_op("=")
            options[name] = self._value()
        if kind == "FILE FORMAT":
            return {"options": options}
        if kind == "STAGE":
            return self._stage(options)
        if kind == "USER":
            self._check_keys(options)
        return options

    @staticmethod
    def _check_keys(options):
        for name in ("RSA_PUBLIC_KEY", "RSA_PUBLIC_KEY_2"):
            try:
                base64.b64decode(options.get(name) or "", validate=True)
            except ValueError as error:
                raise compilation("002157", "22023", f"New public key rejected. Reason: '{name}'") from error

    def _stage(self, options):
        url = options["URL"]
        integration = self.objects.need(self.role, "USAGE", "INTEGRATION", options["STORAGE_INTEGRATION"])
        if not any(url.startswith(place) for place in integration["STORAGE_ALLOWED_LOCATIONS"]):
            raise compilation("003166", "42501", f"Location '{url}' is not allowed by integration.")
        return {"url": url, **options}

    def _table(self, name):
        columns = dict(self.in_parentheses(self._column))
        spec = {"columns": columns, "short_name": name.split(".")[2], "comment": self._comment()}
        types = ", ".join(f'"{c}" {self.stored_type(t)}' for c, t in columns.items())
        self.store.run(f'DROP TABLE IF EXISTS "{name}"')
        self.store.run(f'CREATE TABLE "{name}" ({types})')
        return spec

    @staticmethod
    def stored_type(kind):
        """DuckDB's type of a column."""
        return _TYPES.get(kind[0]) or _TIMES[kind[0]]

    def _column(self):
        name, kind = self.identifier(), self.type()
        if kind[0] not in _TYPES and kind[0] not in _TIMES:
            raise unsupported(f"type {kind[0]}")
        return name, (kind[0], self.accept("NOT", "NULL"), kind[1])

    def _comment(self):
        if not self.accept("COMMENT"):
            return ""
        self.expect_op("=")
        return self.text()

    def _view(self, name):
        self.expect("AS")
        text = self.sql[self.next.start :].strip().rstrip(";")
        table = re.search(r"FROM\s+([A-Z0-9_$.\"]+)", text)
        self.objects.need(self.role, "SELECT", "TABLE", table.group(1).replace('"', ""))
        self.at = len(self.tokens) - 1
        body = text.replace(table.group(1), '"' + table.group(1).replace('"', "") + '"', 1)
        self.store.run(f'CREATE OR REPLACE VIEW "{name}" AS {body}')
        return {"comment": ""}

    def _pipe(self, name):
        comment = self._comment()
        self.expect("AS")
        definition = self.sql[self.next.start :].strip().rstrip(";")
        self.expect("COPY")
        copy = self._copy()
        if copy.files is not None or copy.force or copy.on_error == "ABORT_STATEMENT":
            raise unsupported("this option in the COPY of a pipe")
        self.engine.copier.check(self.role, copy)
        return {"comment": comment, "copy": copy.__dict__, "paused": False, "definition": definition}

    # Rights.

    def _grant(self):
        gives = self.tokens[self.at - 1].value == "GRANT"
        if self.accept("ROLE"):
            return self._grant_role(gives)
        if self.accept("DATABASE", "ROLE"):
            return self._grant_database_role(gives)
        privileges = self.many(self._privilege)
        self.expect("ON")
        kind = self._kind()
        name = self._object_name(kind)
        found = self.objects.find(kind, name)
        if found is None:
            raise not_found(kind, name)
        if not {found["owner"], "ACCOUNTADMIN"} & self.objects.roles_of(self.role):
            raise not_allowed(kind, name)
        self.expect("TO" if gives else "FROM", "ROLE")
        role = self.identifier()
        if not self.objects.role_exists(role):
            raise not_found("ROLE", role)
        self.end()
        (self.objects.grant if gives else self.objects.revoke)(role, privileges, kind, name)
        return self.done("Statement executed successfully.")

    def _privilege(self):
        if self.accept("CREATE"):
            return "CREATE " + self._kind()
        word = self.take().value
        if word not in _PRIVILEGES:
            self.at -= 1
            raise self.fail()
        return word

    def _grant_role(self, gives):
        role = self.identifier()
        self.expect("TO" if gives else "FROM")
        kind = self.one_of("ROLE", "USER")
        name = self.identifier()
        self.end()
        if "USERADMIN" not in self.objects.roles_of(self.role):
            raise not_allowed("ROLE", role)
        if not self.objects.role_exists(role):
            raise not_found("ROLE", role)
        if not (self.objects.role_exists(name) if kind == "ROLE" else self.objects.find(kind, name)):
            raise not_found(kind, name)
        self.store.run("DELETE FROM role_grants WHERE role = ? AND kind = ? AND name = ?", role, kind, name)
        if gives:
            self.store.run("INSERT INTO role_grants VALUES (?, ?, ?)", role, kind, name)
        return self.done("Statement executed successfully.")

    def _grant_database_role(self, gives):
        """Of the database SNOWFLAKE, whose roles only ACCOUNTADMIN hands on ("SNOWFLAKE database roles")."""
        role = ".".join(self.name())
        self.expect("TO" if gives else "FROM", "ROLE")
        name = self.identifier()
        self.end()
        if role != USAGE_VIEWER or not self.objects.role_exists(name):
            raise not_found("DATABASE ROLE", role)
        if "ACCOUNTADMIN" not in self.objects.roles_of(self.role):
            raise not_allowed("DATABASE ROLE", role)
        self.store.run("DELETE FROM role_grants WHERE role = ? AND kind = 'ROLE' AND name = ?", role, name)
        if gives:
            self.store.run("INSERT INTO role_grants VALUES (?, 'ROLE', ?)", role, name)
        return self.done("Statement executed successfully.")

    # DROP, TRUNCATE, DELETE.

    def _forget(self, kind, name):
        """What is known of loaded files ends with the object."""
        if kind == "PIPE":
            self.store.run("DELETE FROM pipe_memory WHERE pipe = ?", name)
            self.store.run("DELETE FROM queue WHERE pipe = ?", name)
        else:
            self.store.run("DELETE FROM copy_memory WHERE tbl = ?", name)

    def _owned(self, kind, name):
        found = self.objects.find(kind, name)
        if found is None:
            raise not_found(kind, name)
        if not {found["owner"], "ACCOUNTADMIN"} & self.objects.roles_of(self.role):
            raise not_allowed(kind, name)

    def _drop(self):
        kind = "FILE FORMAT" if self.accept("FILE", "FORMAT") else self.one_of("TABLE", "PIPE", "WAREHOUSE", "STAGE")
        name = self._object_name(kind)
        self.end()
        self._owned(kind, name)
        self._forget(kind, name)
        self.objects.drop(kind, name)
        return self.done(f"{name} successfully dropped.")

    def _truncate(self):
        self.expect("TABLE")
        name = self.dotted()
        self.end()
        self._owned("TABLE", name)
        self._forget("TABLE", name)
        self.store.run(f'DELETE FROM "{name}"')
        return self.done("Statement executed successfully.")

    def _delete(self):
        self.expect("FROM")
        name = self.dotted()
        self._owned("TABLE", name)
        self.store.run(f'DELETE FROM "{name}" {self.sql[self.next.start:]}')
        return self.done("Statement executed successfully.")

    # SELECT.

    def _select(self):
        if not re.search(r"\bFROM\b", self.sql, re.IGNORECASE):
            return self._select_facts()
        self.engine.need_warehouse(self.session)
        if re.fullmatch(_MADE_ROW, self.sql.strip()):
            return ["R"], [[secrets.randbits(63)]]
        history = re.fullmatch(
            r"SELECT (?P<what>[A-Z_, ]+) FROM TABLE\(INFORMATION_SCHEMA\.COPY_HISTORY\("
            r"TABLE_NAME => '(?P<table>[^']+)', START_TIME => '(?P<since>[^']+)'::TIMESTAMP_LTZ\)\)(?P<rest>.*)",
            self.sql.strip().rstrip(";"),
            re.DOTALL,
        )
        if history:
            return self.engine.copy_history(self.role, **history.groupdict())
        return self.engine.usage.ask(self.role, self.sql) or self._select_rows()

    def _select_facts(self):
        facts = {"CURRENT_ROLE": self.role, "CURRENT_REGION": self.engine.region, "CURRENT_USER": self.session["user"]}
        columns, row = [], []
        for tree in self.many(self.expression):
            if tree[0] != "call" or (tree[1] not in facts and tree[1] != "SYSTEM$PIPE_STATUS"):
                raise self.fail()
            columns.append(tree[1] + "()")
            row.append(facts.get(tree[1]) or self.engine.pipes.status(self.role, tree[2][0][1]))
        self.end()
        return columns, [row]

    def _select_rows(self):
        part = r"(?:[A-Z0-9_$]+|\"[^\"]+\")"
        found = re.search(rf"\bFROM\s+({part}(?:\.{part})*)", self.sql, re.IGNORECASE)
        if not found:
            raise self.fail()
        name = ".".join(Parser(found.group(1)).name())
        kind = "TABLE" if self.objects.find("TABLE", name) else "VIEW"
        self.objects.need(self.role, "SELECT", kind, name)
        try:
            return self.store.table(self.sql[: found.start(1)] + f'"{name}"' + self.sql[found.end(1) :])
        except Exception as error:
            raise syntax_error(1, 0, str(error)[:100]) from error

    # COPY.

    def _copy_statement(self):
        copy = self._copy()
        self.end()
        self.engine.need_warehouse(self.session)
        return self.engine.copier.copy(self.role, copy)

    def _copy(self):
        self.expect("INTO")
        table = self.dotted()
        columns = self.in_parentheses(self.identifier)
        self.expect("FROM")
        self.expect_op("(")
        self.expect("SELECT")
        sources = self.many(self.expression)
        self.expect("FROM")
        stage = ".".join(Parser(self.take().value.removeprefix("@")).name())
        self.expect_op(")")
        copy = Copy(table, columns, sources, stage, None)
        while self.next.kind == "name" and not self.next.is_name("COMMENT"):
            self._copy_option(copy)
        if copy.file_format is None:
            copy.file_format = self.objects.need(self.role, "USAGE", "STAGE", stage)["FILE_FORMAT"]
        copy.on_error = copy.on_error or ("SKIP_FILE" if copy.files is None else "ABORT_STATEMENT")
        return copy

    def _copy_option(self, copy):
        name = self.one_of("FILES", "FILE_FORMAT", "ON_ERROR", "FORCE")
        self.expect_op("=")
        value = self._value()
        if name == "FILES":
            if len(value) > 1000:
                raise compilation("001008", "22023", "the maximum number of files that can be specified is 1000")
            copy.files = value
        elif name == "FILE_FORMAT":
            copy.file_format = value
        elif name == "ON_ERROR":
            if value not in ("SKIP_FILE", "ABORT_STATEMENT"):
                raise unsupported(f"ON_ERROR = {value}")
            copy.on_error = value
        else:
            copy.force = value
