"""Observes the calls in a body, and notes those that read or write relations."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from assetc.compiler.place import Span
from assetc.compiler.python.body import known_calls
from assetc.compiler.python.body.arguments import (
    argument,
    arguments,
    library_of,
    looks_like_sql,
    root_name,
    sql_argument,
    starts_like_sql,
)
from assetc.compiler.python.body.embedded_sql import assemble, show
from assetc.compiler.python.body.file_calls import note_files
from assetc.compiler.python.body.notes import BodyNotes
from assetc.compiler.python.follow.known import known_text, known_texts, only_text, plain
from assetc.compiler.python.follow.machine import Call
from assetc.compiler.python.follow.values import (
    UNKNOWN,
    Argument,
    AssetFunction,
    Closure,
    Constant,
    Entries,
    FilePath,
    Handle,
    Instance,
    Items,
    Key,
    Line,
    Outside,
    Scope,
    Text,
    Unknown,
    Value,
    alternatives,
)
from assetc.compiler.python.library.keys import key_text
from assetc.compiler.python.reading import PythonReference
from assetc.compiler.reference import Certainty, EdgeKind, Reference
from assetc.compiler.sql.fold import split_name

# Values that may be SQL which is only known at run time; a list of rows or a function is not.
_NOT_KNOWN_AS_SQL = (Unknown, Argument, Outside, FilePath)

# A name, or an argument of functions called `table` in other libraries.
_NAMED_OR_NO_TABLE = (Text, Handle, Constant, Closure, Instance)

Handler = Callable[[BodyNotes, Call], Value | None]


class BodyObserver(Struct, frozen=True, eq=False):
    """Receives the calls in a body, and takes notes."""

    notes: BodyNotes

    def reached(self, call: Call) -> None:
        """Any call of something outside the project: it may read or write a file."""
        note_files(self.notes, call)

    def called(self, call: Call) -> Value | None:
        """A call of something outside the project; returns its value, or None if it touches no relation."""
        if library_of(call) in known_calls.NOT_WAREHOUSES:
            return None
        handler = _HANDLERS.get(call.name)
        return None if handler is None else handler(self.notes, call)

    def passed_on(self, call: Call) -> None:
        """A call about which nothing is known: a string that is certainly SQL is likely executed."""
        if call.name in known_calls.SILENT_CALLS or call.name.endswith(("Error", "Exception", "Warning")):
            return
        for value, node in arguments(call):
            for each in value.values if isinstance(value, Items) else (value,):
                note_if_sql(self.notes, each, node, call.scope, "likely")

    def called_asset(self, call: Call, asset: AssetFunction) -> None:
        """A body that calls the function of another asset likely needs that asset."""
        if asset.key is not None:
            span = call.scope.source.span(call.node)
            self.notes.add(PythonReference("ref", Reference("read", (asset.key,), "likely"), span))


def note_if_sql(notes: BodyNotes, value: Value, node: ast.expr | ast.stmt, scope: Scope, certainty: Certainty) -> None:
    """Note what a string reads and writes if it is certainly SQL."""
    lines = tuple(line for line in value.lines if looks_like_sql(line)) if isinstance(value, Text) else ()
    if lines:
        notes.add_sql(Text(lines), scope.source.span(node), scope, certainty)


def _execute(notes: BodyNotes, call: Call) -> Value | None:
    """`execute(sql)`."""
    value, node = sql_argument(call)
    if node is None:
        return UNKNOWN
    span = call.scope.source.span(node)
    options = value.values if isinstance(value, Items) else alternatives(value)
    texts = [each for each in options if isinstance(each, Text)]
    for text in texts:
        _execute_text(notes, call, text, span)
    is_open = any(isinstance(each, _NOT_KNOWN_AS_SQL) for each in options)
    if is_open and call.name not in known_calls.LENIENT_SQL_CALLS:
        notes.unknown(f"the SQL given to {call.name}() is not known before it runs", span)
    return UNKNOWN


def _execute_text(notes: BodyNotes, call: Call, text: Text, span: Span) -> None:
    names = list(known_texts(text))
    if call.name in known_calls.NAME_OR_SQL_CALLS and names and not any(" " in name.strip() for name in names):
        _note_names(notes, call, text, span)
        return
    if call.name == "query" and len(call.positional) > 1 and isinstance(call.positional[1], Text):
        notes.add_session_names(names)  # relation.query(view, sql)
        text = call.positional[1]
    if call.name == "query_df" and len(call.positional) > 2:  # duckdb.query_df(frame, view, sql)
        notes.add_session_names(known_texts(call.positional[1]))
    is_ours = root_name(call.node.func) in known_calls.REFERENCE_RECEIVERS and call.name in ("sql", "execute")
    lines = tuple(line for line in text.lines if is_ours or starts_like_sql(line, call.name))
    if lines:
        notes.add_sql(Text(lines), span, call.scope, "certain")


def _read_table(notes: BodyNotes, call: Call) -> Value | None:
    """`table(name)`, but not a function of another library with that name."""
    if call.receiver is None and not (isinstance(call.callee, Outside) and "." in call.callee.name):
        return None
    value, node = argument(call, 1 if call.name == "forName" else 0, known_calls.TABLE_KEYWORDS)
    if node is None:
        return UNKNOWN
    _note_names(notes, call, value, call.scope.source.span(node))
    return Handle()


def _refer(notes: BodyNotes, call: Call) -> Value | None:
    """`context.ref(name)`, `dbt.source(source, table)`."""
    if call.receiver is not None and root_name(call.node.func) not in known_calls.REFERENCE_RECEIVERS:
        return None
    kind: EdgeKind = "source" if call.name == "source" else "ref"
    span = call.scope.source.span(call.node.args[0] if call.node.args else call.node)
    given = [_names(value) for value in call.positional[:2]]
    if not given or not all(given):
        notes.unknown(f"the name given to {call.name}() is not known before it runs", span)
        return Handle()
    certainty: Certainty = "certain" if all(len(names) == 1 for names in given) else "likely"
    for parts in _combinations(given):
        notes.add(PythonReference(kind, Reference("read", parts, certainty), span))
    return Handle()


def _read_file(notes: BodyNotes, call: Call) -> Value | None:
    """`read_parquet(path)`: what it reads was noted already."""
    return UNKNOWN


def _register(notes: BodyNotes, call: Call) -> Value | None:
    """`register(view, frame)`."""
    for value in [*call.positional[:1], *call.named.values()]:
        notes.add_session_names(known_texts(value))
    return UNKNOWN


def _register_all(notes: BodyNotes, call: Call) -> Value | None:
    """`SQLContext(view=frame)`, `SQLContext({view: frame})`."""
    notes.add_session_names(call.named)
    for value in call.positional:
        notes.add_session_names(value.values if isinstance(value, Entries) else ())
    return UNKNOWN


def _write(notes: BodyNotes, call: Call) -> Value | None:
    """`to_sql(table)`, `saveAsTable(table)`."""
    write = known_calls.WRITE_CALLS[call.name]
    value, node = argument(call, write.position, write.keywords)
    if node is None:
        return UNKNOWN
    span = call.scope.source.span(node)
    if not isinstance(value, Text):
        if call.name not in known_calls.LENIENT_WRITE_CALLS:
            notes.unknown(f"the table that {call.name}() writes is not known before it runs", span)
        return UNKNOWN
    for line in value.lines:
        parts = _table_parts(notes, call, line, span)
        reference = Reference("write", parts, operation=_operation(call, write.operation))
        notes.add(PythonReference("py-sql", reference, span))
    return UNKNOWN


def _append(notes: BodyNotes, call: Call) -> Value | None:
    """DuckDB's `append(table, frame)`, Ibis' `insert(table, frame)`."""
    if len(call.positional) != 2 or not isinstance(call.positional[0], Text):
        return None
    names = known_texts(call.positional[0])
    notes.add_named("write", names, call.scope.source.span(call.node.args[0]), operation="insert")
    return UNKNOWN


def _write_pandas(notes: BodyNotes, call: Call) -> Value | None:
    """Snowflake's `write_pandas(connection, frame, table)`, and `session.write_pandas(frame, table)`."""
    given = [call.named["table_name"]] if "table_name" in call.named else call.positional
    name = next((value for value in given if isinstance(value, Text)), UNKNOWN)
    notes.add_named("write", known_texts(name), call.scope.source.span(call.node), operation="insert")
    return UNKNOWN


def _configure(notes: BodyNotes, call: Call) -> Value | None:
    """`dbt.config(materialized="table")`."""
    if root_name(call.node.func) != "dbt":
        return None
    given = [(keyword, call.named.get(keyword.arg or "", UNKNOWN)) for keyword in call.node.keywords]
    notes.config += [(keyword, value, call.scope) for keyword, value in given]
    return UNKNOWN


def _note_names(notes: BodyNotes, call: Call, value: Value, span: Span) -> None:
    """Note relations that are read by name."""
    if isinstance(value, (Key, AssetFunction)):
        notes.add(PythonReference("ref", Reference("read", tuple(filter(None, [key_text(value)]))), span))
        return
    texts = [each for each in alternatives(value) if isinstance(each, Text)]
    if not texts and isinstance(value, Items):
        texts = _dotted(value)
    is_open = not all(isinstance(each, _NAMED_OR_NO_TABLE) for each in alternatives(value))
    if is_open and not (texts and isinstance(value, Items)):
        notes.unknown(f"the table given to {call.name}() is not known before it runs", span)
    lines = [line for text in texts for line in text.lines]
    certainty: Certainty = "certain" if len(lines) == len(alternatives(value)) == 1 else "likely"
    for line in lines:
        parts = _table_parts(notes, call, line, span)
        place = assemble(line).span(0, len(plain(line) or ""), span)
        notes.add(PythonReference("py-sql", Reference("read", parts, certainty), place))


def _dotted(items: Items) -> list[Text]:
    """Snowpark's `table(["database", "schema", "name"])`."""
    parts = [only_text(part) for part in items.values]
    return [] if None in parts or not parts else [known_text(".".join(part for part in parts if part))]


def _table_parts(notes: BodyNotes, call: Call, line: Line, span: Span) -> tuple[str, ...]:
    """The parts of a name given as text, with the schema that another argument gives; none if it is computed."""
    name = plain(line)
    if name is None:
        notes.unknown(f"the table name in {call.name}() is computed: {show(assemble(line).text)}", span)
        return ()
    parts = split_name(notes.reader.dialect, name.strip())
    schema, node = argument(call, len(call.positional), known_calls.SCHEMA_KEYWORDS)
    schemas = list(known_texts(schema)) if node is not None else []
    return (*split_name(notes.reader.dialect, schemas[0]), *parts) if schemas and len(parts) == 1 else parts


def _names(value: Value) -> list[str]:
    """The names that an argument of `ref()` can be; none if one of them is not known."""
    if isinstance(value, (Key, AssetFunction, Items)):
        key = key_text(value)
        return [key] if key else []
    texts = list(known_texts(value))
    return texts if isinstance(value, Text) and len(texts) == len(value.lines) else []


def _combinations(given: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    first, *rest = given
    for head in first:
        yield from ((head, *tail) for tail in _combinations(rest)) if rest else ((head,),)


def _operation(call: Call, default: str) -> str:
    """What a write does: `mode="append"`, `if_exists="append"`, `.mode("append")` before it."""
    for keyword in known_calls.MODE_KEYWORDS:
        for text in known_texts(call.named.get(keyword, UNKNOWN)):
            return known_calls.MODES.get(text.lower(), default)
    node: ast.expr = call.node.func
    while isinstance(node, (ast.Attribute, ast.Call)):
        match node:
            case ast.Call(func=ast.Attribute(attr="mode"), args=[ast.Constant(value=str(mode)), *_]):
                return known_calls.MODES.get(mode.lower(), default)
        node = node.func if isinstance(node, ast.Call) else node.value
    return default


_HANDLERS: Mapping[str, Handler] = {
    **dict.fromkeys(known_calls.SQL_CALLS, _execute),
    **dict.fromkeys(known_calls.FILE_READS, _read_file),
    **dict.fromkeys(known_calls.WRITE_CALLS, _write),
    **dict.fromkeys(known_calls.TABLE_CALLS, _read_table),
    **dict.fromkeys(known_calls.REFERENCE_CALLS, _refer),
    **dict.fromkeys(known_calls.REGISTRATIONS, _register),
    "SQLContext": _register_all,
    "append": _append,
    "insert": _append,
    "write_pandas": _write_pandas,
    "config": _configure,
}
