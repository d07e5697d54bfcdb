"""Understands one SQL text: what it reads and writes, where, and what is wrong with it."""

from __future__ import annotations

import logging

from sqlglot import Token
from sqlglot.errors import TokenError

from assetc.compiler.columns.read_shape import read_shape
from assetc.compiler.columns.shape import Shape
from assetc.compiler.reference import Reference
from assetc.compiler.sql.comments import comment_names
from assetc.compiler.sql.finish import finish
from assetc.compiler.sql.problems import empty_problem, jinja_problem, token_problem
from assetc.compiler.sql.reader import Tree, read_tokens
from assetc.compiler.sql.reading import SqlReading
from assetc.compiler.sql.scan import scan
from assetc.compiler.sql.script_state import ScriptState, sqlglot_dialect
from assetc.compiler.sql.signature import hash_text, hash_tokens
from assetc.compiler.sql.tokens import statements_of, word

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # what it would warn about is reported here, with a place


def read_sql(sql: str, dialect: str, *, database: str | None = None, schema: str | None = None) -> SqlReading:
    """Everything that is known from `sql`; `database` and `schema` complete the names if they are given."""
    try:
        tokens = list(sqlglot_dialect(dialect).tokenize(sql))
    except TokenError as error:
        return SqlReading(dialect, problems=(token_problem(error, sql),), tokens_hash=hash_text(sql))
    script = ScriptState(dialect, "", [], database, schema)
    problem = jinja_problem(sql, tokens)
    if problem is not None:
        return SqlReading(dialect, _names_between(script, sql, tokens), problems=(problem,))
    if not statements_of(sql, tokens):
        return SqlReading(dialect, problems=(empty_problem(sql),))
    last = read_tokens(script, sql, tokens)
    references, prefixes = finish(script)
    return SqlReading(
        dialect=dialect,
        references=references,
        column_prefixes=prefixes,
        problems=tuple(script.problems),
        tokens_hash=hash_tokens(tokens),
        shape=_shape_of(script, last),
        comment_names=comment_names(sql, tokens),
    )


def _names_between(script: ScriptState, sql: str, tokens: list[Token]) -> tuple[Reference, ...]:
    """The names in a text with unrendered pieces of a template, except names of which such a piece is a part."""
    with script.reading(sql, tokens):
        for statement in statements_of(sql, tokens):
            scan(script, statement, word(statement[0]))
    references, _ = finish(script)
    return tuple(each for each in references if sql[each.start - 1 : each.start] != "}" and sql[each.end :][:1] != "{")


def _shape_of(script: ScriptState, last: Tree | None) -> Shape | None:
    if last is None:
        return None
    query, found = last
    relations = {
        table: script.references[number].parts for table, number in found.numbers.items() if number is not None
    }
    return read_shape(script.dialect, query, found, relations)
