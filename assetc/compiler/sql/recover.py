"""Statements that the parser refuses and a warehouse takes: mended token by token, or taken apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import Token, TokenType

from assetc.compiler.sql.script import Script
from assetc.compiler.sql.tokens import STRINGS, name_at, place_between, word
from assetc.compiler.sql.vocabulary import words

_OPENERS = frozenset({"BEGIN", "ATOMIC", "ELSE", "THEN", "DO", "LOOP", "REPEAT"})
_CONDITIONS = frozenset({"IF", "WHILE", "ELSEIF", "ELSIF"})
_CLOSERS = frozenset({"IF", "WHILE", "LOOP", "FOR", "REPEAT", "CASE"})
_STARTS = words(
    """
    SELECT INSERT UPDATE DELETE MERGE WITH CREATE DROP TRUNCATE EXEC EXECUTE CALL COPY SET DECLARE
    RETURN ALTER
    """
)

Tokens = Sequence[Token]


def take_apart(tokens: Tokens) -> list[Tokens] | None:
    """The statements inside a block or a branch, conditions included; None if it is neither."""
    inner = _strip_end(_strip_openers(tokens))
    if inner and word(inner[0]) in _CONDITIONS:
        return _take_condition(inner)
    if len(inner) == len(tokens):
        return None
    return [inner] if inner else []


def _strip_openers(tokens: Tokens) -> Tokens:
    start = 0
    while start < len(tokens) and word(tokens[start]) in _OPENERS:
        start += 1
    handled = [index for index, token in enumerate(tokens) if word(token) == "THEN"]
    if start < len(tokens) and word(tokens[start]) == "EXCEPTION" and handled:  # EXCEPTION WHEN ... THEN
        start = handled[0] + 1
    return tokens[start:]


def begins_block(tokens: Tokens) -> bool:
    """Whether a block or a branch begins here, not a transaction."""
    if len(tokens) < 2:
        return False
    first, second = word(tokens[0]), word(tokens[1])
    return first in _CONDITIONS | {"LOOP", "REPEAT", "EXCEPTION"} or (first == "BEGIN" and second in _STARTS)


def _strip_end(tokens: Tokens) -> Tokens:
    while tokens:
        if len(tokens) > 1 and word(tokens[-1]) in _CLOSERS and word(tokens[-2]) == "END":
            tokens = tokens[:-2]
        elif word(tokens[-1]) == "LOOP" or (word(tokens[-1]) == "END" and not _ends_case(tokens)):
            tokens = tokens[:-1]
        else:
            return tokens
    return tokens


def _ends_case(tokens: Tokens) -> bool:
    words = [word(token) for token in tokens]
    return words.count("CASE") >= words.count("END")


def _take_condition(tokens: Tokens) -> list[Tokens]:
    depth = 0
    for index, token in enumerate(tokens[1:], 1):
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        if depth == 0 and word(token) in _OPENERS | _STARTS:
            rest = tokens[index:]
            inner = take_apart(rest)
            return [_query_of(tokens[1:index]), *([rest] if inner is None else inner)]
    return [_query_of(tokens[1:])]


def _query_of(condition: Tokens) -> Tokens:
    """The query inside a condition, up to the parenthesis that ends it."""
    for start, token in enumerate(condition):
        if word(token) in ("SELECT", "WITH"):
            depth = 0
            for stop in range(start, len(condition)):
                kind = condition[stop].token_type
                depth += (kind == TokenType.L_PAREN) - (kind == TokenType.R_PAREN)
                if depth < 0:
                    return condition[start:stop]
            return condition[start:]
    return ()


def mend(script: Script, tokens: Tokens) -> list[Token] | None:
    """The statement without what the parser does not know, which is added; None if nothing helps."""
    for change in _MENDERS:
        mended = change(script, list(tokens))
        if mended is not None:
            return mended
    return None


def _mend_replace_table(script: Script, tokens: list[Token]) -> list[Token] | None:
    """Spark: REPLACE TABLE t AS ..."""
    del script
    if len(tokens) < 3 or word(tokens[0]) != "REPLACE" or word(tokens[1]) not in ("TABLE", "VIEW"):
        return None
    first = tokens[0]
    made = [
        Token(kind, text, first.line, first.col, first.start, first.end)
        for kind, text in ((TokenType.CREATE, "CREATE"), (TokenType.OR, "OR"), (TokenType.REPLACE, "REPLACE"))
    ]
    return [*made, *tokens[1:]]


def _mend_directory(script: Script, tokens: list[Token]) -> list[Token] | None:
    """Spark: INSERT OVERWRITE [LOCAL] DIRECTORY 'path' USING ... SELECT ..."""
    words = [word(token) for token in tokens[:4]]
    if words[:2] != ["INSERT", "OVERWRITE"] or "DIRECTORY" not in words:
        return None
    path = words.index("DIRECTORY") + 1
    if path < len(tokens) and tokens[path].token_type in STRINGS:
        script.add("file_write", (tokens[path].text,), operation="replace")
    for index in range(path, len(tokens)):
        if word(tokens[index]) in ("SELECT", "WITH", "FROM", "VALUES", "TABLE"):
            return tokens[index:]
    return None


def _mend_table_argument(script: Script, tokens: list[Token]) -> list[Token] | None:
    """BigQuery: function(TABLE name); the word goes, the name is a read."""
    kept: list[Token] = []
    for index, token in enumerate(tokens):
        before = tokens[index - 1].token_type if index else None
        if word(token) == "TABLE" and before in (TokenType.COMMA, TokenType.L_PAREN):
            parts, after = name_at(script, tokens, index + 1)
            if parts:
                script.read(parts, place_between(tokens, index + 1, after))
                continue
        kept.append(token)
    return kept if len(kept) < len(tokens) else None


def _mend_bulk(script: Script, tokens: list[Token]) -> list[Token] | None:
    """T-SQL: OPENROWSET(BULK 'file', ...)."""
    del script
    kept = [
        token
        for index, token in enumerate(tokens)
        if not (word(token) == "BULK" and index and tokens[index - 1].token_type == TokenType.L_PAREN)
    ]
    return kept if len(kept) < len(tokens) else None


def _mend_load(script: Script, tokens: list[Token]) -> list[Token] | None:
    """MySQL: LOAD DATA INFILE 'file' INTO TABLE t ...; nothing is left to parse."""
    words = [word(token) for token in tokens]
    if words[:2] not in (["LOAD", "DATA"], ["LOAD", "XML"]) or "INTO" not in words:
        return None
    for index, this in enumerate(words[:-1]):
        if this in ("INFILE", "INPATH") and tokens[index + 1].token_type in STRINGS:
            script.add("file_read", (tokens[index + 1].text,), operation="copy")
    start = words.index("INTO") + 1
    start += words[start : start + 1] == ["TABLE"]
    parts, after = name_at(script, tokens, start)
    if parts:
        script.write(parts, place_between(tokens, start, after), operation="copy")
    return []


def _mend_deep_clone(script: Script, tokens: list[Token]) -> list[Token] | None:
    """Databricks: DEEP CLONE."""
    del script
    kept = [
        token
        for token, following in zip(tokens, [*tokens[1:], tokens[-1]], strict=True)
        if not (word(token) == "DEEP" and word(following) == "CLONE")
    ]
    return kept if len(kept) < len(tokens) else None


def _mend_check_option(script: Script, tokens: list[Token]) -> list[Token] | None:
    """CREATE VIEW ... WITH [LOCAL | CASCADED] CHECK OPTION."""
    del script
    if [word(token) for token in tokens[-2:]] != ["CHECK", "OPTION"]:
        return None
    stop = next((index for index in range(len(tokens) - 3, 0, -1) if word(tokens[index]) == "WITH"), None)
    return tokens[:stop] if stop is not None else None


def _mend_insert_exec(script: Script, tokens: list[Token]) -> list[Token] | None:
    """T-SQL: INSERT INTO t EXEC procedure."""
    words = [word(token) for token in tokens]
    if words[:1] != ["INSERT"] or not {"EXEC", "EXECUTE"} & set(words):
        return None
    start = 2 if words[1:2] == ["INTO"] else 1
    parts, after = name_at(script, tokens, start)
    if parts:
        script.write(parts, place_between(tokens, start, after), operation="insert")
    stop = next(index for index, this in enumerate(words) if this in ("EXEC", "EXECUTE"))
    return tokens[stop:]


_MENDERS: tuple[Callable[[Script, list[Token]], list[Token] | None], ...] = (
    _mend_replace_table,
    _mend_directory,
    _mend_load,
    _mend_bulk,
    _mend_deep_clone,
    _mend_check_option,
    _mend_insert_exec,
    _mend_table_argument,
)
