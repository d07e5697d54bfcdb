"""Statements that the parser keeps as text: what they read and write is found by their first words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from sqlglot import Token, TokenType

from assetc.compiler.sql.functions import ReadText
from assetc.compiler.sql.scan import scan
from assetc.compiler.sql.script import Script
from assetc.compiler.sql.tokens import STRINGS, first_word_place, name_at, place_between, tokens_after_first_word, word
from assetc.compiler.sql.vocabulary import words

_BEGINS_STATEMENT = re.compile(
    r"\s*(with|select|insert|merge|update|delete|begin|create|declare|from|truncate|drop|alter|copy|\()",
    re.IGNORECASE,
)
_INNER = frozenset(
    {"COPY", "SELECT", "INSERT", "WITH", "MERGE", "UPDATE", "DELETE", "FROM", "CREATE", "VALUES", "TABLE"}
)
_BEFORE_INNER = frozenset({"AS", "FOR", "EXPLAIN", "ANALYZE", "BEGIN", "ATOMIC", "VERBOSE", "EXTENDED", "COST", "PLAN"})

_HARMLESS = words(
    """
    GRANT REVOKE SHOW PRAGMA INSTALL LOAD ATTACH DETACH VACUUM COMMIT ROLLBACK CHECKPOINT USE SET
    RESET LOCK UNSET BEGIN START SAVEPOINT RELEASE END KILL FORCE DEALLOCATE LISTEN NOTIFY UNLISTEN
    DISCARD ABORT CLUSTER REINDEX DESCRIBE DESC CLEAR MSCK OPTIMIZE LIST LS REMOVE RM PUT GET
    UNCACHE SECURITY PRINT RETURN CLOSE OPEN FETCH WAITFOR GO SETUSER THROW RAISE RAISERROR BREAK
    CONTINUE HELP STOP
    """
)


def read_command(script: Script, text: str, read_text: ReadText) -> None:
    """Add what a statement does that is known only as text; `text` begins where the fragment does."""
    first, tokens = tokens_after_first_word(script.dialect, text)
    reader = _READERS.get(first)
    if reader is not None:
        reader(script, text, tokens, read_text)
    elif first not in _HARMLESS:
        _read_other(script, text, tokens, read_text)


Reader = Callable[[Script, str, Sequence[Token], ReadText], None]


def _read_other(script: Script, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    if _read_inner(script, text, tokens, read_text):
        return
    before = len(script.references)
    scan(script, tokens)
    first = text.split(None, 1)[0].upper() if text.strip() else "this"
    message = f"the statement {first} is not understood; what it reads and writes is found by its words"
    if len(script.references) == before:
        message = f"the statement {first} is not understood; what it reads and writes is unknown"
    script.problem("W201", message, *script.place(*first_word_place(text)), hint="name what it reads with deps")


def _read_inner(script: Script, text: str, tokens: Sequence[Token], read_text: ReadText) -> bool:
    """Read the statement that stands inside: EXPLAIN SELECT ..., DECLARE c CURSOR FOR SELECT ..."""
    for index, token in enumerate(tokens):
        before = word(tokens[index - 1]) if index else "EXPLAIN"
        closed = bool(index) and tokens[index - 1].token_type == TokenType.R_PAREN
        if index == 0 and word(token) == "TABLE":  # CREATE TABLE, not the query `table t`
            continue
        if word(token) in _INNER and (closed or before in _BEFORE_INNER):
            with script.at(token.start):
                read_text(script, text[token.start :])
            return True
    return False


def _read_execute(script: Script, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    """EXECUTE IMMEDIATE '...', DO $$...$$: a constant text is read, anything else is dynamic."""
    bodies = [token.text for token in tokens if token.token_type in STRINGS and _BEGINS_STATEMENT.match(token.text)]
    is_joined = any(
        token.token_type in (TokenType.DPIPE, TokenType.PLUS) or word(token) in ("CONCAT", "FORMAT") for token in tokens
    )
    is_named = bool(tokens) and word(tokens[0]) != "IMMEDIATE" and not bodies
    if is_joined or is_named or not bodies:
        name = "execute immediate" if tokens and word(tokens[0]) == "IMMEDIATE" else "execute"
        script.unknown(
            name, "dynamic SQL: what it reads and writes cannot be known from the text", first_word_place(text)
        )
        return
    for body in bodies:
        with script.inside_string():
            read_text(script, body)


def _read_unload(script: Script, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    del text
    for index, token in enumerate(tokens):
        if token.token_type in STRINGS and index and word(tokens[index - 1]) == "TO":
            script.add("file_write", (token.text,))
        elif token.token_type in STRINGS and _BEGINS_STATEMENT.match(token.text):
            with script.inside_string():
                read_text(script, token.text)


def _read_call(script: Script, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    del read_text
    parts, _ = name_at(script, tokens, 0)
    name = ".".join(parts) or "this procedure"
    script.unknown("call", f"what {name} reads and writes cannot be known from the call", first_word_place(text))


def _read_transfer(script: Script, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    """EXPORT and IMPORT DATABASE touch every table."""
    del tokens, read_text
    name = text.split(None, 1)[0].lower()
    script.unknown(name, f"{name.upper()} touches relations that the text does not name", first_word_place(text))


def _read_set(script: Script, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    del text, read_text
    if tokens and word(tokens[0]) == "SEARCH_PATH":
        names = [token for token in tokens[1:] if word(token) not in ("TO", "=") and token.text != ","]
        if names:
            script.database, script.schema = None, names[0].text


def _read_refresh(script: Script, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    del text, read_text
    _add_after(script, tokens, frozenset({"VIEW", "TABLE", "CONCURRENTLY"}), "refresh")


def _read_create(script: Script, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
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
            scan(script, tokens[1:])


def _add_made(script: Script, tokens: Sequence[Token], *, temporary: bool) -> None:
    before = set(script.local)
    if temporary:
        for index, token in enumerate(tokens[:8]):
            if word(token) in ("TABLE", "VIEW"):
                parts, _ = name_at(script, tokens, index + 1)
                script.local[parts] = True
    if before == set(script.local):
        _add_after(script, tokens[:8], frozenset({"TABLE", "VIEW"}), "create")


def _read_rename(script: Script, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    """RENAME TABLE a TO b, EXCHANGE TABLES a AND b: all names are written."""
    del text, read_text
    for index, token in enumerate(tokens[:-1]):
        if word(token) in ("TABLE", "TABLES", "TO", "AND") or token.token_type == TokenType.COMMA:
            parts, after = name_at(script, tokens, index + 1)
            if parts:
                script.write(parts, place_between(tokens, index + 1, after), operation="alter")


def _read_bulk(script: Script, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    """T-SQL: BULK INSERT t FROM 'file'."""
    del text, read_text
    parts, after = name_at(script, tokens, 1)
    if parts:
        script.write(parts, place_between(tokens, 1, after), operation="copy")
    for token in tokens[after:]:
        if token.token_type in STRINGS:
            script.add("file_read", (token.text,), operation="copy")
            return


def _read_undrop(script: Script, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    del text, read_text
    _add_after(script, tokens, frozenset({"TABLE"}), "create")


def _read_alter(script: Script, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    del text, read_text
    _add_after(script, tokens, frozenset({"TABLE", "VIEW"}), "alter")


def _read_routine(script: Script, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
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
        scan(script, tokens)


def _add_after(script: Script, tokens: Sequence[Token], words: frozenset[str], operation: str) -> None:
    """Add the name after the last of these words that stand together."""
    for index, token in enumerate(tokens):
        if word(token) in words:
            start = index + 1
            while start < len(tokens) and word(tokens[start]) in (*words, "IF", "NOT", "EXISTS"):
                start += 1
            parts, after = name_at(script, tokens, start)
            if parts and operation:
                script.write(parts, place_between(tokens, start, after), operation=operation)
            elif parts:
                script.read(parts, place_between(tokens, start, after))
            return


def _read_replace(script: Script, text: str, tokens: Sequence[Token], read_text: ReadText) -> None:
    """MySQL: REPLACE INTO t SELECT ... is an INSERT."""
    parts, before = name_at(script, tokens, 1)
    if parts and word(tokens[0]) == "INTO":
        script.write(parts, place_between(tokens, 1, before), operation="replace")
        for token in tokens[before:]:
            if word(token) in ("SELECT", "WITH", "TABLE", "VALUES"):
                with script.at(token.start):
                    read_text(script, text[token.start :])
                return
        return
    _read_other(script, text, tokens, read_text)


_READERS: dict[str, Reader] = {
    "ALTER": _read_alter,
    "BULK": _read_bulk,
    "EXCHANGE": _read_rename,
    "RENAME": _read_rename,
    "UNDROP": _read_undrop,
    "CALL": _read_call,
    "CREATE": _read_create,
    "DO": _read_execute,
    "EXEC": _read_execute,
    "EXECUTE": _read_execute,
    "EXPORT": _read_transfer,
    "IMPORT": _read_transfer,
    "REFRESH": _read_refresh,
    "REPLACE": _read_replace,
    "SET": _read_set,
    "UNLOAD": _read_unload,
}

# The parser may also refuse these outright; they are opaque, not wrong.
OPAQUE_WORDS = frozenset(_READERS) - {"CREATE", "REPLACE", "SET"}
