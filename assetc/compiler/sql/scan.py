"""The last resort for a statement that the parser does not know: names are found by the words before them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from sqlglot import Token, TokenType

from assetc.compiler.sql.scan_names import add_name, add_prefixes
from assetc.compiler.sql.scan_with import Visible, visible_in_bodies
from assetc.compiler.sql.script_state import ScriptState
from assetc.compiler.sql.tokens import STRINGS, word
from assetc.compiler.sql.vocabulary import words

_FILE_WORDS = frozenset({"INFILE", "DIRECTORY", "BULK"})
_FILLERS = frozenset({"TABLE", "ONLY", "LATERAL", "IF", "EXISTS", "NOT", "ROWS", "FROM"})  # PostgreSQL: ROWS FROM (...)
_BEGINS_QUERY = words(
    "SELECT SEL WITH FROM VALUES TABLE PIVOT UNPIVOT PIVOT_WIDER PIVOT_LONGER DESCRIBE SUMMARIZE SHOW INSERT UPDATE"
    " DELETE MERGE EXPLAIN"
)
_ENDS_LIST = words(
    "SELECT WHERE HAVING LIMIT OFFSET FETCH WINDOW QUALIFY UNION INTERSECT EXCEPT MINUS SET RETURNING WHEN"
) | {"GROUP BY", "ORDER BY"}
_MAKERS = frozenset({"REPLACE", "CREATE", "TRUNCATE", "DROP", "ALTER"})
_NO_SOURCE = frozenset({"REVOKE", "FETCH", "MOVE", "SHOW", "COPY"})  # what follows their FROM is no relation
_BEFORE_STATEMENT = words("AS UNION ALL EXCEPT INTERSECT MINUS NAME EXPLAIN ANALYZE")
_ONE_TABLE = words("PIVOT UNPIVOT PIVOT_WIDER PIVOT_LONGER DESCRIBE SUMMARIZE")


class Level(Struct):
    """What is known between two parentheses, or outside of all.

    `expected` is what happens to the name that comes next: "" for a read, None if none is expected. `in_list`: a comma
    is followed by another table. `verb` is the first word, as long as it matters.
    """

    visible: Visible
    is_query: bool
    verb: str = ""
    expected: str | None = None
    in_list: bool = False
    temporary: bool = False


def scan(script: ScriptState, tokens: Sequence[Token], verb: str) -> None:
    """Add what follows FROM, JOIN, INTO, UPDATE ...; all of it is only likely. `verb` is the statement's first word."""
    before, first = script.certainty, len(script.references)
    script.certainty = "likely"
    levels = [Level(frozenset(), is_query=True, verb=verb)]
    bodies: dict[int, Visible] = {}
    index = 0
    while index < len(tokens):
        level, token = levels[-1], tokens[index]
        if token.token_type == TokenType.L_PAREN:
            levels.append(_inside(tokens, index, level, bodies.get(index, level.visible)))
        elif token.token_type == TokenType.R_PAREN:
            levels = levels[:-1] or levels
        elif level.expected is not None:
            if word(token) not in _FILLERS:
                index = add_name(script, tokens, index, level) - 1
                level.expected = None
        elif word(token) == "WITH":
            names, found = visible_in_bodies(script, tokens, index, level.visible)
            level.visible, bodies = names, bodies | found
        else:
            _expect(script, tokens, index, level)
        index += 1
    add_prefixes(script, tokens, first)
    script.certainty = before


def _inside(tokens: Sequence[Token], index: int, outer: Level, visible: Visible) -> Level:
    """The level of the parenthesis at `index`: a query, tables that are joined, or an expression, as in EXTRACT."""
    start = index + 1
    while start < len(tokens) and tokens[start].token_type == TokenType.L_PAREN:
        start += 1
    first = word(tokens[start]) if start < len(tokens) else ""
    is_query = first in _BEGINS_QUERY and not (index and word(tokens[index - 1]) == "TRIM")
    is_group = outer.expected == "" and not is_query
    outer.expected = None
    return Level(visible, is_query or is_group, first, "" if is_group and start == index + 1 else None, is_group)


def _expect(script: ScriptState, tokens: Sequence[Token], index: int, level: Level) -> None:
    """Note what the word at `index` says about the names that come."""
    this = word(tokens[index])
    before = word(tokens[index - 1]) if index else ""
    if index and tokens[index - 1].token_type == TokenType.DOT:
        return
    following = tokens[index + 1] if index + 1 < len(tokens) else tokens[index]
    if this in ("MERGE", "DELETE"):
        level.verb = this
    if this in _ENDS_LIST:
        level.in_list = False
    if this in _FILE_WORDS and following.token_type in STRINGS:
        script.add("file_write" if this == "DIRECTORY" else "file_read", (following.text,))
    elif this in ("TEMP", "TEMPORARY"):
        level.temporary = level.verb == "CREATE"
    elif tokens[index].token_type == TokenType.COMMA:
        level.expected = "" if level.in_list else None
    else:
        level.expected = _operation(this, before, following, level)
        level.in_list = level.in_list or (level.expected == "" and this in ("FROM", "JOIN", "USING"))


def _operation(this: str, before: str, following: Token, level: Level) -> str | None:
    """What happens to the name after the word `this`: "" for a read, None if the word announces no name."""
    if this in ("TABLE", "VIEW") and level.verb in _MAKERS and before != "AS":
        made, level.verb = level.verb.lower(), ""
        return made
    if this == "FROM" and before == "DELETE":
        return "delete"
    if this == "INTO" and word(following) != "NAME":  # UNPIVOT ... INTO NAME
        return "merge" if level.verb == "MERGE" else "insert"
    if this == "OVERWRITE" and word(following) not in ("DIRECTORY", "LOCAL", "INTO"):
        return "insert"
    if this == "UPDATE" and before not in ("THEN", "FOR", "DO", "ON", "KEY"):
        return "update"
    return "" if _announces_read(this, before, following, level) else None


def _announces_read(this: str, before: str, following: Token, level: Level) -> bool:
    """Whether a table that is read comes after the word `this`."""
    begins = before in ("", "(") or before in _BEFORE_STATEMENT
    if this == "FROM":
        return level.is_query and level.verb not in _NO_SOURCE and before not in ("DISTINCT", "VALUES")
    if this == "USING" and level.verb in ("MERGE", "DELETE"):
        level.verb = ""
        return True
    if this in _ONE_TABLE:
        return begins and word(following) not in _BEGINS_QUERY
    is_parent = (this == "OF" and before == "PARTITION") or this == "INHERITS" or this == level.verb == "LIKE"
    return this == "JOIN" or is_parent or (this == "TABLE" and begins)
