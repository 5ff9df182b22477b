"""What goes wrong, with the codes that Snowflake has for it."""


class SqlError(Exception):
    """A statement failed: HTTP 422 with a code, an SQL state and a message."""

    def __init__(self, code, sql_state, message):
        super().__init__(f"{code}: {message}")
        self.code, self.sql_state, self.message = code, sql_state, message


class HttpError(Exception):
    """A request failed before any statement ran."""

    def __init__(self, status, code, message):
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message


def syntax_error(line, position, near):
    text = f"SQL compilation error:\nsyntax error line {line} at position {position} unexpected '{near}'."
    return SqlError("001003", "42000", text)


def compilation(code, sql_state, message):
    return SqlError(code, sql_state, f"SQL compilation error:\n{message}")


def unsupported(what):
    return compilation("000002", "0A000", f"Unsupported feature '{what}'.")


def not_found(kind, name):
    text = f"{kind.title()} '{name}' does not exist or not authorized."
    return compilation("002003", "02000" if kind not in ("TABLE", "VIEW") else "42S02", text)


def not_allowed(kind, name):
    text = f"SQL access control error:\nInsufficient privileges to operate on {kind.lower()} '{name}'"
    return SqlError("003001", "42501", text)


def exists_already(name):
    return compilation("002002", "42710", f"Object '{name}' already exists.")


def invalid_identifier(name, line=0, position=0):
    return compilation("000904", "42000", f"error line {line} at position {position}\ninvalid identifier '{name}'")
