"""CSV by the options of a file format, with Snowflake's defaults ("CREATE FILE FORMAT", type CSV)."""

DEFAULTS = {
    "COMPRESSION": "AUTO",
    "FIELD_DELIMITER": ",",
    "RECORD_DELIMITER": "\n",
    "SKIP_HEADER": 0,
    "PARSE_HEADER": False,
    "FIELD_OPTIONALLY_ENCLOSED_BY": None,
    "ESCAPE": None,
    "ESCAPE_UNENCLOSED_FIELD": "\\",
    "NULL_IF": ["\\N"],
    "EMPTY_FIELD_AS_NULL": True,
    "MULTI_LINE": True,
    "TRIM_SPACE": False,
    "ENCODING": "UTF8",
    "REPLACE_INVALID_CHARACTERS": False,
    "SKIP_BLANK_LINES": False,
    "ERROR_ON_COLUMN_COUNT_MISMATCH": True,
    "SKIP_BYTE_ORDER_MARK": True,
}


class CsvError(Exception):
    def __init__(self, message, line, character=0):
        super().__init__(message)
        self.message, self.line, self.character = message, line, character


class CsvReader:
    """Gives (line at which it begins, fields) of each record; a field is a text or None."""

    def __init__(self, content, options):
        try:
            self._text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise CsvError("Invalid UTF8 detected in string", line, error.start) from error
        if self._text.startswith("\ufeff") and options["SKIP_BYTE_ORDER_MARK"]:
            self._text = self._text[1:]
        self._options = options
        self._quote = options["FIELD_OPTIONALLY_ENCLOSED_BY"]
        self._at, self._line = 0, 1

    def __iter__(self):
        skip = self._options["SKIP_HEADER"]
        while self._at < len(self._text):
            line = self._line
            fields = self._record()
            if skip:
                skip -= 1
            elif fields != [None] or not self._options["SKIP_BLANK_LINES"]:
                yield line, fields

    def _record(self):
        fields = []
        while True:
            is_quoted = self._quote and self._text.startswith(self._quote, self._at)
            fields.append(self._quoted() if is_quoted else self._plain())
            if self._at >= len(self._text):
                return fields
            c = self._text[self._at]
            self._at += 1
            if c == "\n":
                self._line += 1
                return fields
            if c != self._options["FIELD_DELIMITER"]:
                raise CsvError(f"Found character '{c}' instead of field delimiter ','", self._line, self._at)

    def _quoted(self):
        out, begin = [], self._line
        self._at += 1
        while True:
            end = self._text.find(self._quote, self._at)
            if end < 0:
                raise CsvError("End of record reached while expected to parse column", begin, self._at)
            piece = self._text[self._at : end]
            self._line += piece.count("\n")
            out.append(self._escaped(piece, self._options["ESCAPE"]))
            self._at = end + 1
            if not self._text.startswith(self._quote, self._at):
                return self._null("".join(out))
            out.append(self._quote)
            self._at += 1

    def _plain(self):
        begin = self._at
        while self._at < len(self._text) and self._text[self._at] not in (self._options["FIELD_DELIMITER"], "\n"):
            escape = self._options["ESCAPE_UNENCLOSED_FIELD"]
            self._at += 2 if escape and self._text[self._at] == escape else 1
        text = self._escaped(self._text[begin : self._at], self._options["ESCAPE_UNENCLOSED_FIELD"], keep="N")
        if text == "" and self._options["EMPTY_FIELD_AS_NULL"]:
            return None
        return self._null(text)

    def _null(self, text):
        return None if text in self._options["NULL_IF"] else text

    @staticmethod
    def _escaped(text, escape, keep=""):
        if not escape or escape not in text:
            return text
        out, i = [], 0
        special = {"n": "\n", "t": "\t", "r": "\r"}
        while i < len(text):
            if text[i] == escape and i + 1 < len(text) and text[i + 1] not in keep:
                out.append(special.get(text[i + 1], text[i + 1]))
                i += 2
            else:
                out.append(text[i])
                i += 1
        return "".join(out)
