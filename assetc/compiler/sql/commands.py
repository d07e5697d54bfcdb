"""Statements that the parser keeps as text: a reader for each first word finds what they read and write."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from sqlglot import Token, TokenType

from assetc.compiler.sql.blocks import query_of
from assetc.compiler.sql.functions import ReadText
from assetc.compiler.sql.scan import scan
from assetc.compiler.sql.script_state import ScriptState
from assetc.compiler.sql.tokens import (
    STRINGS,
    closing_index,
    first_word_offsets,
    name_at,
    offsets_between,
    tokens_after_first_word,
    word,
)
from assetc.compiler.sql.vocabulary import SET_CHANGES_SCHEMA, TSQL, words

_BEGINS_STATEMENT = re.compile(
    r"\s*(with|select|insert|merge|update|delete|begin|create|declare|from|truncate|drop|alter|copy|\()",
    re.IGNORECASE,
)
_INNER = frozenset(
    {"CALL", "COPY", "SELECT", "INSERT", "WITH", "MERGE", "UPDATE", "DELETE", "FROM", "CREATE", "VALUES", "TABLE"}
)
_BEFORE_INNER = words("AS FOR EXPLAIN ANALYZE BEGIN ATOMIC VERBOSE EXTENDED COST PLAN TEXT JSON TABULAR")

_UNPARSED_KINDS = words("FUNCTION PROCEDURE SECRET TRIGGER TASK PIPE SOURCE CONNECTION POLICY INTEGRATION")

_HARMLESS = words(
    """
    GRANT REVOKE SHOW PRAGMA INSTALL ATTACH DETACH VACUUM COMMIT ROLLBACK CHECKPOINT USE SET
    RESET LOCK UNSET BEGIN START SAVEPOINT RELEASE END KILL FORCE DEALLOCATE LISTEN NOTIFY UNLISTEN
    DISCARD ABORT CLUSTER REINDEX CLEAR MSCK OPTIMIZE LIST LS REMOVE RM PUT GET
    UNCACHE SECURITY PRINT RETURN CLOSE OPEN FETCH WAITFOR GO SETUSER THROW RAISE RAISERROR BREAK
    CONTINUE HELP STOP RESET SECURITY HANDLER FLASHBACK ADD
    """
)


def read_command(script: ScriptState, text: str, read_text: ReadText) -> None:
    """Add what a statement does that is known only as text; `text` begins where the fragment does."""
    first, tokens = tokens_after_first_word(script.dialect, text)
    reader = _READERS.get(first)
    if reader is not None:
        reader(script, text, tokens, read_text)
    elif first not in _HARMLESS:
        _read_other(script, text, tokens, read_text)


def makes_unparsed(tokens: Sequence[Token]) -> bool:
    """CREATE of a routine or another thing that no query reads: its options need not be understood."""
    head = {word(token) for token in tokens[:6]}
    return word(tokens[0]) == "CREATE" and bool(head & _UNPARSED_KINDS)


Reader = Callable[[ScriptState, str, Sequence[Token], ReadText], None]


def _read_other(script: ScriptState, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    if _read_inner(script, text, tokens, read_text):
        return
    before = len(script.references)
    first = text.split(None, 1)[0].upper() if text.strip() else "this"
    scan(script, tokens, first)
    message = f"the statement {first} is not understood; what it reads and writes is found by its words"
    if len(script.references) == before:
        message = f"the statement {first} is not understood; what it reads and writes is unknown"
    script.problem("W201", message, *script.in_text(*first_word_offsets(text)), hint="Name what it reads with deps")


def _read_inner(script: ScriptState, text: str, tokens: Sequence[Token], read_text: ReadText) -> bool:
    """Read the statement inside: EXPLAIN SELECT ..., DECLARE c CURSOR FOR SELECT ..."""
    for index, token in enumerate(tokens):
        before = word(tokens[index - 1]) if index else "EXPLAIN"
        closed = bool(index) and tokens[index - 1].token_type == TokenType.R_PAREN
        if word(token) == "TABLE" and before != "AS":  # CREATE TABLE, not the query `table t`
            continue
        if word(token) in _INNER and (closed or before in _BEFORE_INNER):
            with script.at(token.start):
                read_text(script, text[token.start :])
            return True
    return False


def _read_execute(script: ScriptState, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    """EXECUTE IMMEDIATE '...', DO $$...$$: a constant text is read, anything else is dynamic."""
    bodies = [token.text for token in tokens if token.token_type in STRINGS and _BEGINS_STATEMENT.match(token.text)]
    is_joined = any(
        token.token_type in (TokenType.DPIPE, TokenType.PLUS) or word(token) in ("CONCAT", "FORMAT") for token in tokens
    )
    is_named = bool(tokens) and word(tokens[0]) != "IMMEDIATE" and not bodies
    if is_joined or is_named or not bodies:
        script.unknown(
            _name_of_execute(script, text, tokens),
            "dynamic SQL: what it reads and writes cannot be known from the text",
            first_word_offsets(text),
        )
        return
    for body in bodies:
        with script.inside_string():
            read_text(script, body)


def _name_of_execute(script: ScriptState, text: str, tokens: Sequence[Token]) -> str:
    if tokens and word(tokens[0]) == "IMMEDIATE":
        return "execute immediate"
    return "exec" if script.dialect in TSQL or text.split(None, 1)[0].upper() == "EXEC" else "execute"


def _read_unload(script: ScriptState, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    kinds = [token.token_type for token in tokens[:2]]
    if kinds[:1] == [TokenType.L_PAREN] and kinds[1:] and kinds[1] not in STRINGS:  # Athena: UNLOAD (SELECT ...)
        start, stop = tokens[0].end + 1, tokens[closing_index(tokens, 0) - 1].start
        with script.at(start):
            read_text(script, text[start:stop])
    for index, token in enumerate(tokens):
        if token.token_type in STRINGS and index and word(tokens[index - 1]) == "TO":
            script.add("file_write", (token.text,))
        elif token.token_type in STRINGS and _BEGINS_STATEMENT.match(token.text):
            with script.inside_string():
                read_text(script, token.text)


def _read_call(script: ScriptState, text: str, tokens: Sequence[Token], _read_text: ReadText) -> None:
    parts, _ = name_at(script, tokens, 0)
    name = ".".join(parts) or "this procedure"
    script.unknown("call", f"what {name} reads and writes cannot be known from the call", first_word_offsets(text))


def _read_description(script: ScriptState, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    """DESCRIBE SELECT ..."""
    _read_inner(script, text, tokens, read_text)


def _read_transfer(script: ScriptState, text: str, _tokens: Sequence[Token], _read_text: ReadText) -> None:
    """EXPORT and IMPORT DATABASE touch every table."""
    name = text.split(None, 1)[0].lower()
    script.unknown(name, f"{name.upper()} touches relations that the text does not name", first_word_offsets(text))


def _read_set(script: ScriptState, _text: str, tokens: Sequence[Token], _read_text: ReadText) -> None:
    is_schema = bool(tokens) and word(tokens[0]) == "SCHEMA" and script.dialect in SET_CHANGES_SCHEMA
    if is_schema or (tokens and word(tokens[0]) == "SEARCH_PATH"):
        names = [token for token in tokens[1:] if word(token) not in ("TO", "=") and token.text != ","]
        if names:
            script.database, script.schema = None, names[0].text


def _read_create(script: ScriptState, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    """CREATE of what the parser does not know: a stream, a task, a routine with a body."""
    head = {word(token) for token in tokens[:6]}
    if "STREAM" in head:
        _add_after(script, tokens, frozenset({"STREAM"}), "create")
        _add_after(script, tokens, frozenset({"TABLE", "VIEW"}), "")
    elif head & {"FUNCTION", "PROCEDURE"}:
        _read_routine(script, text, tokens, read_text)
    elif "TASK" in head:
        _add_after(script, tokens, frozenset({"TASK"}), "create")
        _read_inner(script, text, tokens, read_text)
    else:
        _add_made(script, tokens, temporary=bool(head & {"TEMP", "TEMPORARY"}))
        _add_after(script, tokens, frozenset({"CLONE"}), "")
        if not _read_inner(script, text, tokens, read_text):
            scan(script, tokens, "CREATE")


def _add_made(script: ScriptState, tokens: Sequence[Token], *, temporary: bool) -> None:
    before = set(script.local)
    if temporary:
        for index, token in enumerate(tokens[:8]):
            if word(token) in ("TABLE", "VIEW"):
                parts, _ = name_at(script, tokens, index + 1)
                script.local[parts] = True
    if before == set(script.local):
        _add_after(script, tokens[:8], frozenset({"TABLE", "VIEW"}), "create")


def _read_rename(script: ScriptState, _text: str, tokens: Sequence[Token], _read_text: ReadText) -> None:
    """RENAME TABLE a TO b, EXCHANGE TABLES a AND b: all names are written."""
    for index in range(-1, len(tokens) - 1):
        before = tokens[index] if index >= 0 else None
        if before is None or word(before) in ("TABLE", "TABLES", "TO", "AND") or before.token_type == TokenType.COMMA:
            parts, after = name_at(script, tokens, index + 1)
            if parts and word(tokens[index + 1]) not in ("TABLE", "TABLES"):
                script.write(parts, offsets_between(tokens, index + 1, after), operation="alter")


def _read_bulk(script: ScriptState, _text: str, tokens: Sequence[Token], _read_text: ReadText) -> None:
    """T-SQL: BULK INSERT t FROM 'file'."""
    parts, after = name_at(script, tokens, 1)
    if parts:
        script.write(parts, offsets_between(tokens, 1, after), operation="copy")
    for token in tokens[after:]:
        if token.token_type in STRINGS:
            script.add("file_read", (token.text,), operation="copy")
            return


def _read_declare(script: ScriptState, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    """DECLARE c CURSOR FOR SELECT ..., DECLARE x INT DEFAULT (SELECT ...): a variable's type does not matter."""
    if _read_inner(script, text, tokens, read_text):
        return
    query = query_of(tokens)
    if query:
        with script.at(query[0].start):
            read_text(script, text[query[0].start : query[-1].end + 1])


def _read_load(script: ScriptState, _text: str, tokens: Sequence[Token], _read_text: ReadText) -> None:
    """LOAD DATA and LOAD XML of MySQL; LOAD of an extension (DuckDB) does nothing with relations."""
    words = [word(token) for token in tokens]
    if "INTO" not in words:
        return
    for index, this in enumerate(words[:-1]):
        if this in ("INFILE", "INPATH") and tokens[index + 1].token_type in STRINGS:
            script.add("file_read", (tokens[index + 1].text,), operation="copy")
    start = words.index("INTO") + 1
    start += words[start : start + 1] == ["TABLE"]
    parts, after = name_at(script, tokens, start)
    if parts:
        script.write(parts, offsets_between(tokens, start, after), operation="copy")


def _read_alter(script: ScriptState, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    _add_after(script, tokens, frozenset({"TABLE", "VIEW"}), "alter")
    if any(word(token) == "VIEW" for token in tokens):
        _read_inner(script, text, tokens, read_text)
    for index, token in enumerate(tokens[:-2]):  # Redshift: ALTER TABLE t APPEND FROM s
        if word(token) == "APPEND" and word(tokens[index + 1]) == "FROM":
            parts, after = name_at(script, tokens, index + 2)
            script.read(parts, offsets_between(tokens, index + 2, after))


def _read_routine(script: ScriptState, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    for index, token in enumerate(tokens):
        if word(token) in ("FUNCTION", "PROCEDURE"):
            parts, _ = name_at(script, tokens, index + 1)
            script.local_functions.add(".".join(parts).lower())
            break
    bodies = [token.text for token in tokens if token.token_type in STRINGS and _BEGINS_STATEMENT.match(token.text)]
    for body in bodies:
        with script.inside_string():
            read_text(script, body)
    if not bodies and not _read_inner(script, text, tokens, read_text):
        scan(script, tokens, "CREATE")


def _add_after(script: ScriptState, tokens: Sequence[Token], words: frozenset[str], operation: str) -> None:
    """Add the name after the last of these words in a row."""
    for index, token in enumerate(tokens):
        if word(token) in words:
            start = index + 1
            while start < len(tokens) and word(tokens[start]) in (*words, "IF", "NOT", "EXISTS"):
                start += 1
            parts, after = name_at(script, tokens, start)
            if parts and operation:
                script.write(parts, offsets_between(tokens, start, after), operation=operation)
            elif parts:
                script.read(parts, offsets_between(tokens, start, after))
            return


def _read_replace(script: ScriptState, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    """MySQL: REPLACE [INTO] t SELECT ... is an INSERT."""
    start = 1 if tokens and word(tokens[0]) == "INTO" else 0
    parts, before = name_at(script, tokens, start)
    if parts and word(tokens[start]) not in ("TABLE", "VIEW"):
        script.write(parts, offsets_between(tokens, start, before), operation="replace")
        for token in tokens[before:]:
            if word(token) in ("SELECT", "WITH", "TABLE"):
                with script.at(token.start):
                    read_text(script, text[token.start :])
                return
        return
    _read_other(script, text, tokens, read_text)


def _names(after: str, operation: str) -> Reader:
    """The reader of a statement that does one thing with the relation named after one of these words."""
    words = frozenset(after.split())
    return lambda script, text, tokens, read_text: _add_after(script, tokens, words, operation)


_READERS: dict[str, Reader] = {
    "ALTER": _read_alter,
    "APPLY": _read_other,
    "ASSERT": _read_declare,
    "BULK": _read_bulk,
    "EXCHANGE": _read_rename,
    "RENAME": _read_rename,
    "UNDROP": _names("TABLE", "create"),
    "CALL": _read_call,
    "CREATE": _read_create,
    "CONVERT": _read_other,
    "DECLARE": _read_declare,
    "DESC": _read_description,
    "DESCRIBE": _read_description,
    "DO": _read_execute,
    "DROP": _names("TABLE VIEW", "drop"),
    "EXEC": _read_execute,
    "EXECUTE": _read_execute,
    "EXPORT": _read_transfer,
    "GENERATE": _read_other,
    "IMPORT": _read_transfer,
    "LOAD": _read_load,
    "REFRESH": _names("VIEW TABLE CONCURRENTLY", "refresh"),
    "REPLACE": _read_replace,
    "RESTORE": _names("TABLE", "replace"),  # Databricks: RESTORE TABLE t TO VERSION AS OF 3
    "SET": _read_set,
    "UNLOAD": _read_unload,
}

# The parser may also refuse these outright, or take them for expressions; they are opaque, not wrong.
OPAQUE_WORDS = (frozenset(_READERS) | _HARMLESS) - {"CREATE", "REPLACE", "SET", "DROP", "BEGIN"}
