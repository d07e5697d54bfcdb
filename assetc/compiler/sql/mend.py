"""Rewrites the tokens of statements that a warehouse accepts but the parser refuses or misreads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlglot import Token, TokenType

from assetc.compiler.sql.mend_order import mend_order
from assetc.compiler.sql.mend_rare import RARE_MENDERS
from assetc.compiler.sql.script_state import ScriptState
from assetc.compiler.sql.tokens import STRINGS, closing_index, name_at, offsets_between, word

# Words without which a statement means the same to us; the words in lower case tell where, and stay.
_NEEDLESS = [
    phrase.split()
    for phrase in (
        "BY POSITION", "OVERRIDING SYSTEM VALUE", "OVERRIDING USER VALUE", "WITH SCHEMA EVOLUTION", "IF NOT EXISTS",
        "WITH NO DATA", "WITH DATA", "WITH CHECK OPTION", "WITH LOCAL CHECK OPTION", "WITH CASCADED CHECK OPTION",
        "DEEP clone", "ONLY (", "sample ROW", "sample BLOCK", "tablesample ROW", "tablesample BLOCK",
    )
]  # fmt: skip

Tokens = Sequence[Token]


def without_top(tokens: Tokens) -> Tokens:
    """T-SQL: DELETE TOP (5) FROM t and DELETE FROM x FROM t x, which the parser misreads."""
    kept: list[Token] = []
    index = 0
    while index < len(tokens):
        before = word(tokens[index - 1]) if index else ""
        if word(tokens[index]) == "TOP" and before in ("DELETE", "UPDATE", "INSERT", "MERGE"):
            index = closing_index(tokens, index + 1)
            index += index < len(tokens) and word(tokens[index]) == "PERCENT"
            continue
        if not (word(tokens[index]) == "FROM" and before == "DELETE" and _has_second_from(tokens[index + 1 :])):
            kept.append(tokens[index])
        index += 1
    return kept if len(kept) < len(tokens) else tokens


def _has_second_from(tokens: Tokens) -> bool:
    index = 1
    while index + 1 < len(tokens) and tokens[index].token_type == TokenType.DOT:
        index += 2
    return index < len(tokens) and word(tokens[index]) == "FROM"


def mend(script: ScriptState, tokens: Tokens) -> Iterator[list[Token]]:
    """The statement in words that the parser may know, in several ways; what is lost by one is added."""
    for change in _MENDERS:
        mended = change(script, list(tokens))
        if mended is not None:
            yield mended


def _mend_replace_table(_script: ScriptState, tokens: list[Token]) -> list[Token] | None:
    """Spark: REPLACE TABLE t AS ..."""
    if len(tokens) < 3 or word(tokens[0]) != "REPLACE" or word(tokens[1]) not in ("TABLE", "VIEW"):
        return None
    first = tokens[0]
    made = [
        Token(kind, text, first.line, first.col, first.start, first.end)
        for kind, text in ((TokenType.CREATE, "CREATE"), (TokenType.OR, "OR"), (TokenType.REPLACE, "REPLACE"))
    ]
    return [*made, *tokens[1:]]


def _mend_directory(script: ScriptState, tokens: list[Token]) -> list[Token] | None:
    """Spark: INSERT OVERWRITE [LOCAL] DIRECTORY 'path' USING ... SELECT ..."""
    words = [word(token) for token in tokens[:4]]
    if words[:2] != ["INSERT", "OVERWRITE"] or "DIRECTORY" not in words:
        return None
    path = words.index("DIRECTORY") + 1
    if path < len(tokens) and tokens[path].token_type not in STRINGS:  # USING csv OPTIONS (path '/x')
        path = next((index + 1 for index in range(path, len(tokens)) if word(tokens[index]) == "PATH"), len(tokens))
    if path < len(tokens) and tokens[path].token_type in STRINGS:
        script.add("file_write", (tokens[path].text,), operation="replace")
    for index in range(path, len(tokens)):
        if word(tokens[index]) in ("SELECT", "WITH", "FROM", "VALUES", "TABLE"):
            return tokens[index:]
    return None


def _mend_table_argument(script: ScriptState, tokens: list[Token]) -> list[Token] | None:
    """BigQuery: function(TABLE name): the word is dropped, the name is a read."""
    kept: list[Token] = []
    for index, token in enumerate(tokens):
        before = tokens[index - 1].token_type if index else None
        if word(token) == "TABLE" and before in (TokenType.COMMA, TokenType.L_PAREN):
            parts, after = name_at(script, tokens, index + 1)
            if parts:
                script.read(parts, offsets_between(tokens, index + 1, after))
                continue
        kept.append(token)
    return kept if len(kept) < len(tokens) else None


def _mend_model(script: ScriptState, tokens: list[Token]) -> list[Token] | None:
    """BigQuery: ML.EVALUATE(MODEL name, ...): the words are dropped, the model is a read."""
    for index, token in enumerate(tokens[:-1]):
        if word(token) == "MODEL" and index and tokens[index - 1].token_type == TokenType.L_PAREN:
            parts, after = name_at(script, tokens, index + 1)
            if parts:
                script.read(parts, offsets_between(tokens, index + 1, after))
                after += after < len(tokens) and tokens[after].token_type == TokenType.COMMA
                rest = [*tokens[:index], *tokens[after:]]
                return _mend_table_argument(script, rest) or rest
    return None


def _mend_words(_script: ScriptState, tokens: list[Token]) -> list[Token] | None:
    """Drop the words without which the statement means the same."""
    words = [word(token) for token in tokens]
    needless: set[int] = set()
    for phrase in _NEEDLESS:
        wanted = [each.upper() for each in phrase]
        for index in range(len(words) - len(phrase) + 1):
            if words[index : index + len(phrase)] == wanted:
                needless.update(index + offset for offset, each in enumerate(phrase) if each.isupper())
    return [token for index, token in enumerate(tokens) if index not in needless] if needless else None


def _mend_unpivot(_script: ScriptState, tokens: list[Token]) -> list[Token] | None:
    """DuckDB: PIVOT_LONGER is UNPIVOT."""
    if not any(word(token) == "PIVOT_LONGER" for token in tokens):
        return None
    return [
        Token(TokenType.UNPIVOT, "UNPIVOT", token.line, token.col, token.start, token.end)
        if word(token) == "PIVOT_LONGER"
        else token
        for token in tokens
    ]


def _mend_outfile(script: ScriptState, tokens: list[Token]) -> list[Token] | None:
    """MySQL: SELECT ... INTO OUTFILE 'file'."""
    for index in range(len(tokens) - 2):
        if word(tokens[index]) == "INTO" and word(tokens[index + 1]) in ("OUTFILE", "DUMPFILE"):
            script.add("file_write", (tokens[index + 2].text,), operation="copy")
            return [*tokens[:index], *tokens[index + 3 :]]
    return None


def _mend_bulk(_script: ScriptState, tokens: list[Token]) -> list[Token] | None:
    """T-SQL: OPENROWSET(BULK 'file', ...)."""
    for index, token in enumerate(tokens):
        if word(token) == "BULK" and index and tokens[index - 1].token_type == TokenType.L_PAREN:
            after = closing_index(tokens, index - 1)
            stop = after
            if [word(item) for item in tokens[after : after + 1]] == ["WITH"] and after + 1 < len(tokens):
                stop = closing_index(tokens, after + 1)
            return [*tokens[:index], *tokens[index + 1 : after], *tokens[stop:]]
    return None


def _mend_insert_exec(script: ScriptState, tokens: list[Token]) -> list[Token] | None:
    """T-SQL: INSERT INTO t EXEC procedure."""
    words = [word(token) for token in tokens]
    if words[:1] != ["INSERT"] or not {"EXEC", "EXECUTE"} & set(words):
        return None
    start = 2 if words[1:2] == ["INTO"] else 1
    parts, after = name_at(script, tokens, start)
    if parts:
        script.write(parts, offsets_between(tokens, start, after), operation="insert")
    stop = next(index for index, this in enumerate(words) if this in ("EXEC", "EXECUTE"))
    return tokens[stop:]


_MENDERS: tuple[Callable[[ScriptState, list[Token]], list[Token] | None], ...] = (
    mend_order,
    _mend_replace_table,
    _mend_directory,
    _mend_bulk,
    _mend_insert_exec,
    _mend_model,
    _mend_table_argument,
    _mend_outfile,
    _mend_unpivot,
    *RARE_MENDERS,
    _mend_words,
)
