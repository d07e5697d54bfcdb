"""The parser's errors as plain phrases, with the characters they are about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from itertools import pairwise

from sqlglot import Token, TokenType, exp
from sqlglot.errors import ParseError, TokenError

from assetc.compiler.sql.reading import SqlProblem

_KEYWORDS = (
    "select", "from", "where", "group", "order", "having", "join", "left", "right", "inner", "outer", "union",
    "limit", "with", "distinct", "between", "insert", "update", "delete", "create", "table", "view", "values",
    "partition", "qualify", "window", "using",
)  # fmt: skip
_MISSING = re.compile(r"Required (?:argument|keyword)")
_EXPECTED = re.compile(r"Expect(?:ed|ing)\s+(.+?)(?:\s+but got .*)?$", re.DOTALL)
_PHRASES = {
    "Invalid expression": "unexpected {shown}",
    "Unknown option": "unexpected {shown}",
    "Failed to parse any statement following CTE": "no query follows the WITH",
}
_TWO_COMMAS = re.compile(r",\s*,")
_DANGLING = frozenset(
    {TokenType.GROUP_BY, TokenType.ORDER_BY, TokenType.ON, TokenType.WHERE, TokenType.HAVING, TokenType.USING}
)
_UNCLOSED = re.compile(r"Missing (\S+) from (\d+):(\d+)")

_JINJA = re.compile(r"\{\{|\{%|\{#")
_COMMENT = re.compile(r"--[^\n]*|/\*.*?(?:\*/|$)", re.DOTALL)

_STATEMENTS = (exp.Query, exp.DML, exp.DDL)
_EXPRESSIONS = (exp.Condition, exp.Alias, exp.Identifier, exp.Tuple, exp.Star, exp.Interval, exp.Ordered)

PREFIX = "SQL does not parse: "
TOO_DEEP = "it is nested too deeply"
NOT_UNDERSTOOD = "the parser cannot read this statement"


def parse_problem(error: ParseError, tokens: Sequence[Token]) -> SqlProblem:
    """E111 for the first error of the parser."""
    if not error.errors:  # not the parser's own message, so about the statement as a whole
        return SqlProblem("E111", f"{PREFIX}{error}", tokens[0].start, tokens[-1].end + 1, stands="if refused")
    detail = error.errors[0]
    token = _token_at(tokens, detail.get("line"), detail.get("col"))
    message, label = _phrase(str(detail.get("description") or error), token, tokens)
    hint = misspelled(token, tokens)
    return SqlProblem("E111", f"{PREFIX}{message}", token.start, token.end + 1, label, hint, "if refused")


def token_problem(error: TokenError, text: str) -> SqlProblem:
    """E111 for a quote or comment that is never closed, or a character that begins no token."""
    match = _UNCLOSED.search(f"{error} {error.__context__ or ''}")
    if match is not None:
        mark, start = match[1], text.find(match[1], int(match[3]))
    else:
        mark, start = "/*", text.rfind("/*")
    if start < 0:
        return SqlProblem("E111", f"{PREFIX}{NOT_UNDERSTOOD}", error.start or 0, len(text), stands="if refused")
    message = f"{PREFIX}{mark} is opened and never closed"
    closing = "*/" if mark == "/*" else mark
    hint = f"Close it with {closing}"
    return SqlProblem("E111", message, start, start + len(mark), "opened here", hint, "if refused")


def lenient_problem(text: str, tokens: Sequence[Token]) -> SqlProblem | None:
    """E111 for what the parser accepts and no warehouse does: two commas, a clause with nothing in it."""
    last = tokens[-1]
    if last.token_type in _DANGLING:
        message = f"{PREFIX}nothing follows {text[last.start : last.end + 1]}"
        label = "something is missing here"
        return SqlProblem("E111", message, last.start, last.end + 1, label, stands="unless accepted")
    if _TWO_COMMAS.search(text, tokens[0].start, last.end):
        for before, token in pairwise(tokens):
            if before.token_type == token.token_type == TokenType.COMMA:
                message = f"{PREFIX}unexpected ,"
                label = "nothing stands before this comma"
                return SqlProblem("E111", message, token.start, token.end + 1, label, stands="unless accepted")
    return None


def jinja_problem(text: str, tokens: Sequence[Token]) -> SqlProblem | None:
    """E111 for a piece of a template that was not rendered; inside strings and comments it is only text."""
    if "{" not in text:
        return None
    covered = [(token.start, token.end + 1) for token in tokens if token.end > token.start]
    covered += [match.span() for match in _COMMENT.finditer(text)]
    for match in _JINJA.finditer(text):
        begin = match.start()
        if not any(start <= begin and match.end() <= end and text[start] != "{" for start, end in covered):
            return SqlProblem(
                "E111",
                f"{PREFIX}{match[0]} is left of a template that was not rendered",
                begin,
                match.end(),
                "template text",
                "Check for raw blocks and for braces that do not match",
            )
    return None


def empty_problem(text: str) -> SqlProblem:
    """E111 for a text without any statement."""
    hint = "It holds only comments; write a query" if text.strip() else "Write a query, or delete the file"
    return SqlProblem("E111", "the model is empty", 0, 0, "", hint)


def _token_at(tokens: Sequence[Token], line: object, column: object) -> Token:
    for token in tokens:
        if token.line == line and token.col == column:
            return token
    return tokens[-1]


def _phrase(description: str, token: Token, tokens: Sequence[Token]) -> tuple[str, str]:
    """The message, and the label beside the caret."""
    shown = _shown(token)
    ends = token is tokens[-1]
    for beginning, phrase in _PHRASES.items():
        if description.startswith(beginning):
            return phrase.format(shown=shown), "not expected here"
    if _MISSING.match(description):
        where = "the text ends too early" if ends else f"something is missing before {shown}"
        return where, "something is missing here"
    expected = _EXPECTED.match(description)
    if expected is not None:
        found = "the text ends" if ends and token.token_type != TokenType.R_PAREN else f"found {shown}"
        return f"expected {expected[1].strip()}, {found}", f"expected {expected[1].strip()}"
    return f"{description[:1].lower()}{description[1:].rstrip('.')}", ""


def _shown(token: Token) -> str:
    text = str(token.text) or token.token_type.name.lower().replace("_", " ")
    return text if len(text) <= 30 else f"{text[:27]}..."


def misspelled(token: Token, tokens: Sequence[Token]) -> str:
    """The keyword that was probably meant by the word at the error, or by one just before it."""
    index = next((number for number, item in enumerate(tokens) if item is token), 0)
    before = tokens[max(0, index - 2) : index]
    for other in (tokens[0], *reversed(before), token):
        text = str(other.text).lower()
        if other.token_type == TokenType.VAR and text.isalpha() and text.rstrip("s") not in _KEYWORDS:
            near = get_close_matches(text, _KEYWORDS, n=1, cutoff=0.7)
            if near and text[0] == near[0][0]:
                return f"Did you mean {near[0]} instead of {other.text}?"
    return ""


def is_statement(tree: exp.Expr) -> bool:
    """Whether the tree is a statement: the parser also accepts a bare expression, which no warehouse does."""
    return isinstance(tree, _STATEMENTS) or not isinstance(tree, _EXPRESSIONS)
