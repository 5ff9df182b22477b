"""Expressions of SQL as trees of tuples: the first item says what it is.

("text", s) ("number", s) ("null",) ("bool", b) ("column", (names...)) ("positional", n) ("star", qualifier or None)
("call", NAME, args, distinct) ("named", NAME, e) ("cast", e, type, tries) ("binary", op, a, b) ("not", e) ("minus", e)
("is_null", e, negated) ("in", e, [..], negated) ("like", e, pattern, negated, any_case)
("between", e, low, high, negated) ("query", select)
("case", operand, [(when, then)..], otherwise) ("path", e, [keys]) ("window", call, [partition], [order])
A type is (NAME, (parameters...)); an order is (e, descending, nulls) with nulls in None, "FIRST", "LAST".
"""

from errors import syntax_error
from lexer import tokens_of

_COMPARISONS = ("=", "<>", "!=", "<", ">", "<=", ">=")
# Words that end an expression when they come where a name could.
RESERVED = frozenset(
    "FROM WHERE GROUP HAVING QUALIFY ORDER LIMIT OFFSET UNION AS ON AND OR NOT IS IN LIKE ILIKE BETWEEN THEN WHEN ELSE "
    "END ASC DESC NULLS SELECT CASE JOIN INNER LEFT RIGHT FULL CROSS USING WITH VALUES SET INTO BY FILES FILE_FORMAT "
    "ON_ERROR PATTERN".split()
)


class Parser:
    """What all parsers share, and expressions."""

    def __init__(self, sql):
        self.sql, self.tokens, self.at = sql, tokens_of(sql), 0

    # What is next.

    @property
    def next(self):
        return self.tokens[self.at]

    def peek(self, ahead=1):
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def fail(self, token=None):
        token = token or self.next
        end = self.tokens[self.at + 1].start if self.at + 1 < len(self.tokens) else len(self.sql)
        near = self.sql[token.start : end].strip() if token is self.next else token.value
        return syntax_error(token.line, token.column, near or "<EOF>")

    def take(self):
        token = self.next
        self.at += 1
        return token

    def accept(self, *words):
        """Takes these names one after the other, or nothing."""
        for i, word in enumerate(words):
            if not self.peek(i).is_name(word):
                return False
        self.at += len(words)
        return True

    def expect(self, *words):
        for word in words:
            if not self.accept(word):
                raise self.fail()

    def accept_op(self, operator):
        if self.next.is_op(operator):
            self.at += 1
            return True
        return False

    def expect_op(self, operator):
        if not self.accept_op(operator):
            raise self.fail()

    def one_of(self, *words):
        if self.next.kind == "name" and self.next.value in words:
            return self.take().value
        raise self.fail()

    def text(self):
        if self.next.kind != "text":
            raise self.fail()
        return self.take().value

    def integer(self):
        if self.next.kind != "number" or not self.next.value.isdigit():
            raise self.fail()
        return int(self.take().value)

    def identifier(self):
        if self.next.kind == "quoted" or (self.next.kind == "name" and self.next.value not in RESERVED):
            return self.take().value
        raise self.fail()

    def name(self):
        """A name with up to three parts."""
        parts = [self.identifier()]
        while self.next.is_op(".") and self.peek().kind in ("name", "quoted"):
            self.take()
            parts.append(self.take().value)
        return tuple(parts)

    def many(self, item):
        """One or more, with commas between."""
        found = [item()]
        while self.accept_op(","):
            found.append(item())
        return found

    def in_parentheses(self, item):
        self.expect_op("(")
        found = [] if self.next.is_op(")") else self.many(item)
        self.expect_op(")")
        return found

    def end(self):
        self.accept_op(";")
        if self.next.kind != "end":
            raise self.fail()

    # Expressions, from the loosest binding to the closest.

    def expression(self):
        left = self._and()
        while self.accept("OR"):
            left = ("binary", "OR", left, self._and())
        return left

    def _and(self):
        left = self._not()
        while self.accept("AND"):
            left = ("binary", "AND", left, self._not())
        return left

    def _not(self):
        return ("not", self._not()) if self.accept("NOT") else self._comparison()

    def _comparison(self):
        left = self._sum()
        while True:
            if self.next.is_op(*_COMPARISONS):
                operator = self.take().value
                left = ("binary", "<>" if operator == "!=" else operator, left, self._sum())
            elif self.accept("IS"):
                negated = self.accept("NOT")
                if self.accept("DISTINCT", "FROM"):
                    left = ("binary", "IS DISTINCT FROM" if not negated else "IS NOT DISTINCT FROM", left, self._sum())
                else:
                    self.expect("NULL")
                    left = ("is_null", left, negated)
            else:
                predicate = self._predicate(left)
                if predicate is None:
                    return left
                left = predicate

    def _predicate(self, left):
        start = self.at
        negated = self.accept("NOT")
        if self.accept("IN"):
            if self.next.is_op("(") and self.peek().is_name("SELECT"):
                self.expect_op("(")
                query = self.select()
                self.expect_op(")")
                return ("in", left, [("query", query)], negated)
            return ("in", left, self.in_parentheses(self.expression), negated)
        if self.next.is_name("LIKE", "ILIKE"):
            return ("like", left, *reversed((self.take().value == "ILIKE", negated, self._sum())))
        if self.accept("BETWEEN"):
            low = self._sum()
            self.expect("AND")
            return ("between", left, low, self._sum(), negated)
        self.at = start
        return None

    def _sum(self):
        left = self._product()
        while self.next.is_op("+", "-", "||"):
            left = ("binary", self.take().value, left, self._product())
        return left

    def _product(self):
        left = self._unary()
        while self.next.is_op("*", "/", "%"):
            left = ("binary", self.take().value, left, self._unary())
        return left

    def _unary(self):
        if self.accept_op("-"):
            return ("minus", self._unary())
        if self.accept_op("+"):
            return self._unary()
        return self._postfix(self._primary())

    def _postfix(self, tree):
        while True:
            if self.accept_op("::"):
                tree = ("cast", tree, self.type(), False)
            elif self.next.is_op(":") and self.peek().kind in ("name", "quoted"):
                self.take()
                tree = ("path", tree, self._path_keys())
            elif self.accept_op("["):
                key = self.take()
                if key.kind not in ("text", "number"):
                    raise self.fail(key)
                self.expect_op("]")
                tree = ("path", tree, [key.value if key.kind == "text" else int(key.value)])
            else:
                return tree

    def _path_keys(self):
        """Keys of a path are case-sensitive: as they are written."""
        keys = []
        while True:
            token = self.take()
            written = self.sql[token.start : token.start + len(token.value)]
            keys.append(token.value if token.kind == "quoted" else written)
            if not (self.next.is_op(".") and self.peek().kind in ("name", "quoted")):
                return keys
            self.take()

    def _primary(self):
        token = self.next
        if token.kind in ("text", "number", "positional"):
            self.take()
            return (token.kind, int(token.value) if token.kind == "positional" else token.value)
        if self.accept_op("("):
            query = self.next.is_name("SELECT")
            tree = ("query", self.select()) if query else self.expression()
            self.expect_op(")")
            return tree
        if self.accept_op("*"):
            return ("star", None)
        if token.kind not in ("name", "quoted"):
            raise self.fail()
        return self._keyword() or self._named()

    def _keyword(self):
        if self.accept("NULL"):
            return ("null",)
        if self.next.is_name("TRUE", "FALSE") and not self.peek().is_op("."):
            return ("bool", self.take().value == "TRUE")
        if self.accept("CASE"):
            return self._case()
        if self.next.is_name("CAST", "TRY_CAST") and self.peek().is_op("("):
            tries = self.take().value == "TRY_CAST"
            self.expect_op("(")
            inner = self.expression()
            self.expect("AS")
            kind = self.type()
            self.expect_op(")")
            return ("cast", inner, kind, tries)
        return None

    def _case(self):
        operand = None if self.next.is_name("WHEN") else self.expression()
        branches = []
        while self.accept("WHEN"):
            condition = self.expression()
            self.expect("THEN")
            branches.append((condition, self.expression()))
        if not branches:
            raise self.fail()
        otherwise = self.expression() if self.accept("ELSE") else ("null",)
        self.expect("END")
        return ("case", operand, branches, otherwise)

    def _named(self):
        """A column, a position of an alias, a star of an alias, or a call."""
        first = self.next
        callable_name = first.kind == "name" and self.peek().is_op("(")
        if not callable_name and first.kind == "name" and first.value in RESERVED:
            raise self.fail()
        self.take()
        if callable_name:
            return self._call(first.value)
        parts = [first.value]
        while self.next.is_op("."):
            after = self.peek()
            if after.is_op("*"):
                self.at += 2
                return ("star", tuple(parts))
            self.take()
            if after.kind == "positional":
                return ("positional", int(self.take().value))
            if after.kind not in ("name", "quoted"):
                raise self.fail()
            parts.append(self.take().value)
            if after.kind == "name" and self.next.is_op("(") and len(parts) >= 2:
                return self._call(".".join(parts))
        return ("column", tuple(parts))

    def _argument(self):
        if self.next.kind == "name" and self.peek().is_op("=>"):
            name = self.take().value
            self.take()
            return ("named", name, self.expression())
        return self.expression()

    def _call(self, name):
        self.expect_op("(")
        distinct = self.accept("DISTINCT")
        arguments = [] if self.next.is_op(")") else self.many(self._argument)
        self.expect_op(")")
        call = ("call", name, arguments, distinct)
        if self.accept("OVER"):
            self.expect_op("(")
            partition, order = [], []
            if self.accept("PARTITION"):
                self.expect("BY")
                partition = self.many(self.expression)
            if self.next.is_name("ORDER"):
                order = self.order_by()
            self.expect_op(")")
            return ("window", call, partition, order)
        return call

    def order_by(self):
        self.expect("ORDER", "BY")
        return self.many(self._order_item)

    def _order_item(self):
        tree = self.expression()
        descending = self.accept("DESC")
        if not descending:
            self.accept("ASC")
        nulls = self.one_of("FIRST", "LAST") if self.accept("NULLS") else None
        return (tree, descending, nulls)

    def type(self):
        """The name of a type and its parameters."""
        name = self.identifier()
        if name == "DOUBLE" and self.accept("PRECISION"):
            name = "DOUBLE"
        parameters = tuple(self.in_parentheses(self.integer)) if self.next.is_op("(") else ()
        return (name, parameters)

    def select(self):
        raise self.fail()
