"""The last resort for a statement that the parser does not know: names are found by the words before them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import Token, TokenType

from assetc.compiler.sql import vocabulary
from assetc.compiler.sql.script_state import ScriptState
from assetc.compiler.sql.tokens import STRINGS, closing_index, name_at, offsets_between, word

_FILE_WORDS = frozenset({"INFILE", "DIRECTORY", "BULK"})
_FILLERS = frozenset({"TABLE", "ONLY", "LATERAL", "IF", "EXISTS", "NOT"})
_RESERVED = frozenset({"SET", "AS", "SELECT", "FROM", "WHERE", "ON", "USING", "VALUES", "WITH", "DEFAULT", "CASCADE"})
_MAKERS = frozenset({"REPLACE", "CREATE", "TRUNCATE", "DROP", "ALTER"})


def scan(script: ScriptState, tokens: Sequence[Token]) -> None:
    """Add what follows FROM, JOIN, INTO, UPDATE ...; all of it is only likely."""
    before = script.certainty
    script.certainty = "likely"
    ctes = _cte_names(script, tokens)
    for index in range(len(tokens) - 1):
        operation = _operation(tokens, index)
        following = tokens[index + 1]
        if word(tokens[index]) in _FILE_WORDS and following.token_type in STRINGS:
            written = word(tokens[index]) == "DIRECTORY"
            script.add("file_write" if written else "file_read", (following.text,))
        elif operation is not None:
            _add_names(script, tokens, index + 1, operation, ctes)
    script.certainty = before


def _cte_names(script: ScriptState, tokens: Sequence[Token]) -> set[str]:
    return {
        name_at(script, tokens, index)[0][-1]
        for index in range(len(tokens) - 2)
        if word(tokens[index + 1]) == "AS"
        and tokens[index + 2].token_type == TokenType.L_PAREN
        and name_at(script, tokens, index)[0]
    }


def _operation(tokens: Sequence[Token], index: int) -> str | None:
    """What happens to the name after this token: "" for a read, None if the word announces no name."""
    this, following = word(tokens[index]), tokens[index + 1]
    before = word(tokens[index - 1]) if index else ""
    if this == "FROM":
        return "delete" if before == "DELETE" else ""
    if this == "USING" and index and tokens[index - 1].token_type in STRINGS:
        return None
    if this == "JOIN" or (this == "USING" and following.token_type != TokenType.L_PAREN):
        return ""
    if this == "INTO" or (this == "OVERWRITE" and word(following) not in ("DIRECTORY", "LOCAL", "INTO")):
        return "insert"
    if this == "UPDATE" and before not in ("THEN", "FOR", "DO", "ON"):
        return "update"
    if this == "TABLE":
        if before in _MAKERS:
            return before.lower()
        return "" if index and tokens[index - 1].token_type in (TokenType.COMMA, TokenType.L_PAREN) else None
    return None


def _add_names(script: ScriptState, tokens: Sequence[Token], index: int, operation: str, ctes: set[str]) -> None:
    while True:
        while index < len(tokens) and word(tokens[index]) in _FILLERS:
            index += 1
        parts, after = name_at(script, tokens, index)
        if not parts or word(tokens[index]) in _RESERVED:
            return
        is_call = after < len(tokens) and tokens[after].token_type == TokenType.L_PAREN
        if is_call and not operation and parts[-1].lower() in vocabulary.BARE_NAME_FUNCTIONS:
            index = after + 1
            index += index < len(tokens) and word(tokens[index]) in ("CHANGES", "VERSION")
            continue
        if is_call and not operation:
            _add_call(script, parts)
            after = closing_index(tokens, after)
        elif operation:
            script.write(parts, offsets_between(tokens, index, after), operation=operation)
        elif len(parts) > 1 or not (parts[0] in ctes or vocabulary.is_pseudo_table(script.dialect, parts[0])):
            script.read(parts, offsets_between(tokens, index, after))
        if operation or after >= len(tokens) or tokens[after].token_type != TokenType.COMMA:
            return
        index = after + 1


def _add_call(script: ScriptState, parts: tuple[str, ...]) -> None:
    name = parts[-1].lower()
    if name not in vocabulary.ROW_FUNCTIONS | vocabulary.FILE_FUNCTIONS and name not in script.local_functions:
        script.add("table_function", parts)
