"""Reads the statements of a text one after the other; one that does not parse does not hide the others."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from msgspec.structs import replace
from sqlglot import Token, TokenType, exp
from sqlglot.errors import ParseError, TokenError

from assetc.compiler.sql.blocks import BLOCK_WORDS, begins_block, take_apart
from assetc.compiler.sql.commands import OPAQUE_WORDS, makes_unparsed, read_command
from assetc.compiler.sql.mend import mend, without_top
from assetc.compiler.sql.problems import NOT_UNDERSTOOD, TOO_DEEP, is_statement, lenient_problem, parse_problem
from assetc.compiler.sql.reading import SqlProblem
from assetc.compiler.sql.scan import scan
from assetc.compiler.sql.script_state import ScriptState, sqlglot_dialect
from assetc.compiler.sql.session import change_session
from assetc.compiler.sql.statement import Found, read_statement
from assetc.compiler.sql.tokens import is_too_deep, statements_of, tokens_after_first_word, word
from assetc.compiler.sql.vocabulary import TSQL

_DEEPEST_NESTING = 8

# Words of a procedure that the parser reads as expressions.
_PROCEDURAL = frozenset({"ASSERT", "BREAK", "CONTINUE", "LEAVE", "ITERATE", "RETURN", "NULL"})

Tree = tuple[exp.Expr, Found]


def read_text(script: ScriptState, text: str) -> Tree | None:
    """Read all statements of `text`, which begins at the script's offset; the last one if it parsed."""
    if script.nesting > _DEEPEST_NESTING:
        return None
    try:
        tokens = list(sqlglot_dialect(script.dialect).tokenize(text))
    except TokenError:
        return None
    return read_tokens(script, text, tokens)


def read_tokens(script: ScriptState, text: str, tokens: list[Token]) -> Tree | None:
    """The same for a text whose tokens are known."""
    last: Tree | None = None
    with script.reading(text, tokens):
        for statement in statements_of(text, tokens):
            last = _read(script, statement)
    return last


def _read_nested(script: ScriptState, text: str) -> None:
    read_text(script, text)


def _read(script: ScriptState, tokens: Sequence[Token]) -> Tree | None:
    if word(tokens[0]) in BLOCK_WORDS and _read_block(script, tokens):
        return None
    if script.dialect in TSQL:
        tokens = without_top(tokens)
    if [word(token) for token in tokens[:3]] == ["COPY", "FROM", "DATABASE"]:
        script.unknown("copy", "COPY FROM DATABASE touches relations that the text does not name")
        return None
    try:
        tree = _parse(script, tokens)
    except ParseError as error:
        return _recover(script, tokens, error)
    if tree is None:
        return None
    problem = lenient_problem(script.fragment, tokens)
    if problem is not None:
        _report(script, problem)
    return _read_tree(script, tree, tokens)


def _read_block(script: ScriptState, tokens: Sequence[Token]) -> bool:
    """BEGIN, IF, END ELSE: the tokenizer may read them as commands, whose rest is one string."""
    if tokens[0].token_type not in (TokenType.COMMAND, TokenType.END):
        return begins_block(tokens) and _read_pieces(script, tokens)
    start, end = tokens[0].start, tokens[-1].end + 1
    text = script.fragment[start:end]
    try:
        _, rest = tokens_after_first_word(script.dialect, text)
    except TokenError:
        return False
    first = tokens[0]
    head = Token(TokenType.VAR, first.text, first.line, first.col, 0, first.end - first.start)
    if not begins_block([head, *rest]):
        return False
    with script.at(start), script.reading(text, [head, *rest]):
        return _read_pieces(script, [head, *rest])


def _read_pieces(script: ScriptState, tokens: Sequence[Token]) -> bool:
    pieces = take_apart(tokens)
    for piece in pieces or ():
        if piece:
            _read(script, piece)
    return pieces is not None


def _parse(script: ScriptState, tokens: Sequence[Token]) -> exp.Expr | None:
    """The tree of one statement; internal errors of the parser become parse errors."""
    if is_too_deep(script.fragment, tokens):
        raise ParseError(TOO_DEEP)
    try:
        trees = sqlglot_dialect(script.dialect).parser().parse(list(tokens), script.fragment)
    except ParseError:
        raise
    except RecursionError as error:
        raise ParseError(TOO_DEEP) from error
    except Exception as error:
        raise ParseError(NOT_UNDERSTOOD) from error
    return trees[0] if trees else None


def _read_tree(script: ScriptState, tree: exp.Expr, tokens: Sequence[Token]) -> Tree | None:
    start, end = tokens[0].start, tokens[-1].end + 1
    if isinstance(tree, exp.Command):
        with script.at(start):
            read_command(script, script.fragment[start:end], _read_nested)
        return None
    if not is_statement(tree) and word(tokens[0]) not in _PROCEDURAL | OPAQUE_WORDS:
        hint = "Begin with select, from, with, insert, create ..."
        message = "this is an expression, not a statement"
        _report(script, SqlProblem("E111", message, start, end, hint=hint, stands="unless accepted"))
    if change_session(script, tree):
        return None
    return tree, read_statement(script, tree, _read_nested)


def _recover(script: ScriptState, tokens: Sequence[Token], error: ParseError) -> Tree | None:
    """A statement that does not parse: it is split, mended, opaque, or wrong. The tree if it could be mended."""
    if _read_pieces(script, tokens):
        return None
    mended = _mended(script, tokens)
    if mended is not None:
        return _read_tree(script, *mended)
    start, end = tokens[0].start, tokens[-1].end + 1
    if word(tokens[0]) in OPAQUE_WORDS or makes_unparsed(tokens):
        with script.at(start):
            read_command(script, script.fragment[start:end], _read_nested)
        return None
    _report(script, parse_problem(error, tokens))
    scan(script, tokens, word(tokens[0]))
    return None


def _report(script: ScriptState, problem: SqlProblem) -> None:
    if script.offset is None:  # a routine's body may be in any language
        return
    start, end = script.in_text(problem.start, problem.end)
    script.problems.append(replace(problem, start=start, end=end))


def _mended(script: ScriptState, tokens: Sequence[Token]) -> tuple[exp.Expr, Sequence[Token]] | None:
    """The tree of the statement in words that the parser knows, and these words."""
    before = len(script.references)
    for mended in mend(script, tokens):
        with suppress(ParseError):
            tree = _parse(script, mended)
            return None if tree is None else (tree, mended)
        del script.references[before:]
    return None
