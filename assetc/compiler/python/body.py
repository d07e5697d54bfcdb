"""Follows the body of an asset and notes what it reads and writes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import Span
from assetc.compiler.python import sinks
from assetc.compiler.python.embedded_sql import (
    EmbeddedSql,
    assemble,
    faults,
    has_hole,
    read_embedded,
    show,
    temporary_names,
)
from assetc.compiler.python.keys import key_text
from assetc.compiler.python.machine import Call
from assetc.compiler.python.reading import PythonReference
from assetc.compiler.python.scope import Scope
from assetc.compiler.python.values import (
    UNKNOWN,
    AssetFunction,
    Choice,
    Closure,
    Constant,
    Entries,
    Handle,
    Instance,
    Items,
    Key,
    Line,
    Outside,
    Text,
    Unknown,
    Value,
    known_texts,
    plain,
)
from assetc.compiler.reference import Certainty, EdgeKind, Reference
from assetc.compiler.sql.fold import split_name

ADD_DEPS = "Name what it reads in deps=[...] of the asset"


@dataclass(slots=True, eq=False)
class BodyNotes:
    """What was noted while one body was followed; it is the observer of the machine that follows it."""

    dialect: str
    references: dict[tuple[object, ...], PythonReference] = field(default_factory=dict)
    writes: dict[tuple[object, ...], PythonReference] = field(default_factory=dict)
    local_frames: dict[str, None] = field(default_factory=dict)
    session_names: set[tuple[str, ...]] = field(default_factory=set)
    problems: dict[tuple[str, Span | None], Diagnostic] = field(default_factory=dict)
    config: list[tuple[ast.keyword, Value, Scope]] = field(default_factory=list)
    unresolved: bool = False

    def called(self, call: Call) -> Value | None:
        """A call of a library's function: one that touches relations is noted."""
        if _library(call) in sinks.NOT_WAREHOUSES:
            return None
        if call.name in sinks.REGISTRATIONS:
            return self._register(call)
        if call.name in sinks.REFERENCE_CALLS and _is_reference_call(call):
            return self._refer(call)
        if call.name in sinks.TABLE_CALLS and _is_method_or_data(call):
            return self._read_table(call)
        if call.name in sinks.WRITE_CALLS:
            return self._write(call)
        if call.name in sinks.FILE_READS:
            return self._read_file(call)
        if call.name in sinks.SQL_CALLS:
            return self._execute(call)
        if call.name == "config" and _root(call.node.func) == "dbt":
            self.config += [(keyword, call.named.get(keyword.arg or "", UNKNOWN), call.scope) for keyword in call.node.keywords]
            return UNKNOWN
        return self._other(call)

    def passed_on(self, call: Call) -> None:
        """A call about which nothing is known: a text that can only be SQL is likely executed."""
        if call.name in sinks.SILENT_CALLS or call.name.endswith(("Error", "Exception", "Warning")):
            return
        for value, node in _arguments(call):
            for each in value.values if isinstance(value, Items) else (value,):
                lines = [line for line in each.lines if _looks_like_sql(line)] if isinstance(each, Text) else []
                if lines:
                    self.note_sql(Text(tuple(lines)), call.scope.source.span(node), call.scope, certainty="likely")

    def called_asset(self, call: Call, asset: AssetFunction) -> None:
        """A body that calls the function of another asset likely needs what that one makes."""
        if asset.key is not None:
            reference = Reference("read", (asset.key,), "likely")
            self._add(self.references, PythonReference("ref", reference, call.scope.source.span(call.node)))

    def note_returned(self, value: Value, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        """What a body returns is SQL if it can be nothing else: the asset is that query."""
        lines = [line for line in value.lines if _looks_like_sql(line)] if isinstance(value, Text) else []
        if lines:
            self.note_sql(Text(tuple(lines)), scope.source.span(node), scope, certainty="certain")

    def note_sql(self, text: Text, span: Span, scope: Scope, *, certainty: Certainty) -> None:
        """Note what each possible text of SQL reads and writes."""
        several = len(text.lines) > 1
        for line in text.lines:
            sql = assemble(line)
            if sql.is_one_hole:
                self._unknown("this SQL is not known before it runs", span)
                continue
            self._note_line(sql, span, scope, certainty="likely" if several or sql.has_holes else certainty)

    def give_up(self, span: Span) -> None:
        """The body is too much to follow to its end."""
        self._unknown("this function is too long to be followed to its end", span)

    def _note_line(self, sql: EmbeddedSql, span: Span, scope: Scope, *, certainty: Certainty) -> None:
        reading = read_embedded(sql.text, self.dialect)
        if certainty == "certain":
            for fault in faults(reading):
                place = sql.span(fault.start, fault.end, span)
                self._problem(diagnostic("W250", f"in a Python body, {fault.message}", place, hint=fault.hint))
        for problem in reading.problems:
            if problem.code == "W201":
                self._unknown(problem.message, sql.span(problem.start, problem.end, span))
        for found in reading.references:
            place = sql.span(found.start, found.end, span)
            sure: Certainty = "likely" if "likely" in (certainty, found.certainty) else "certain"
            written = sql.text[found.start : found.end] if found.start >= 0 else found.parts[-1]
            self._note_reference(found, written, place, scope, sure)
        self.session_names.update(temporary_names(sql.text, self.dialect))

    def _note_reference(self, found: Reference, written: str, span: Span, scope: Scope, certainty: Certainty) -> None:
        if has_hole(found) or found.kind == "unknown":
            if found.kind in ("read", "write", "table_function", "unknown"):
                what = "a table name" if found.kind != "unknown" else "a source"
                self._unknown(f"{what} in this SQL is computed: {show('.'.join(found.parts))}", span)
            return
        if found.parts in self.session_names or found.parts == ("self",):
            return
        reference = Reference(found.kind, found.parts, certainty, found.operation, has_alias=found.has_alias)
        noted = PythonReference("py-sql", reference, span)
        if found.kind in ("write", "file_write", "stage_write"):
            self._add(self.writes, noted)
            return
        if found.kind == "read" and len(found.parts) == 1 and scope.frame_name(written):
            self.local_frames[found.parts[0]] = None
        self._add(self.references, noted)

    def _execute(self, call: Call) -> Value | None:
        value, node = _sql_argument(call)
        if node is None:
            return UNKNOWN
        span = call.scope.source.span(node)
        if isinstance(value, Text):
            return self._execute_text(call, value, span)
        texts = [each for each in value.values if isinstance(each, Text)] if isinstance(value, (Items, Choice)) else []
        for text in texts:
            self._execute_text(call, text, span)
        silent = texts or call.name in sinks.LENIENT_SQL_CALLS or not isinstance(value, (Unknown, Choice))
        if not silent or (isinstance(value, Choice) and len(texts) < len(value.values)):
            self._unknown(f"the SQL given to {call.name}() is not known before it runs", span)
        return UNKNOWN

    def _execute_text(self, call: Call, text: Text, span: Span) -> Value | None:
        texts = list(known_texts(text))
        if call.name in sinks.NAME_OR_SQL_CALLS and texts and not any(" " in each.strip() for each in texts):
            self._note_names(text, call, span, "py-sql")
            return UNKNOWN
        if call.name == "query" and len(call.positional) > 1 and isinstance(call.positional[1], Text):
            self.session_names.update(split_name(self.dialect, name) for name in texts)  # relation.query(view, sql)
            text = call.positional[1]
        is_ours = _root(call.node.func) in sinks.REFERENCE_RECEIVERS and call.name in ("sql", "execute")
        lines = tuple(line for line in text.lines if is_ours or _starts_like_sql(line))
        if lines:
            self.note_sql(Text(lines), span, call.scope, certainty="certain")
        return UNKNOWN

    def _read_table(self, call: Call) -> Value | None:
        value, node = _argument(call, 1 if call.name == "forName" else 0, sinks.TABLE_KEYWORDS)
        if node is None:
            return UNKNOWN
        self._note_names(value, call, call.scope.source.span(node), "py-sql")
        return Handle()

    def _refer(self, call: Call) -> Value | None:
        kind: EdgeKind = "source" if call.name == "source" else "ref"
        span = call.scope.source.span(call.node.args[0] if call.node.args else call.node)
        arguments = [_name_texts(value) for value in call.positional[:2]]
        if not arguments or not all(arguments):
            self._unknown(f"the name given to {call.name}() is not known before it runs", span)
            return Handle()
        certainty: Certainty = "certain" if all(len(texts) == 1 for texts in arguments) else "likely"
        for parts in _combinations(arguments):
            self._add(self.references, PythonReference(kind, Reference("read", parts, certainty), span))
        return Handle()

    def _read_file(self, call: Call) -> Value | None:
        value, node = _argument(call, 0, ("source", "path", "filepath_or_buffer", "io"))
        if node is not None:
            for text in known_texts(value):
                reference = Reference("file_read", (text,))
                self._add(self.references, PythonReference("py-sql", reference, call.scope.source.span(node)))
        return UNKNOWN

    def _register(self, call: Call) -> Value | None:
        for value in [*call.positional[:1], *call.named.values()]:
            self.session_names.update(split_name(self.dialect, text) for text in known_texts(value))
        return UNKNOWN

    def _write(self, call: Call) -> Value | None:
        write = sinks.WRITE_CALLS[call.name]
        value, node = _argument(call, write.position, write.keywords)
        if not isinstance(value, Text) or node is None:
            if call.name not in ("to_table", "to_view", "create_table", "insert_into") and node is not None:
                self._unknown(f"the table that {call.name}() writes is not known before it runs", call.scope.source.span(node))
            return UNKNOWN
        span = call.scope.source.span(node)
        for line in value.lines:
            parts = self._table_parts(line, call, span)
            if parts and parts not in self.session_names:
                reference = Reference("write", parts, operation=_operation(call, write.operation))
                self._add(self.writes, PythonReference("py-sql", reference, span))
        return UNKNOWN

    def _other(self, call: Call) -> Value | None:
        """Calls that touch relations only with certain arguments."""
        first, second = (*call.positional, UNKNOWN, UNKNOWN)[:2]
        if call.name == "SQLContext":
            self.session_names.update(split_name(self.dialect, name) for name in call.named)
            if isinstance(first, Entries):
                self.session_names.update(split_name(self.dialect, name) for name in first.values)
        elif call.name == "append" and isinstance(first, Text) and len(call.positional) == 2:
            span = call.scope.source.span(call.node.args[0])
            for parts in (split_name(self.dialect, text) for text in known_texts(first)):
                self._add(self.writes, PythonReference("py-sql", Reference("write", parts, operation="insert"), span))
        elif call.name == "write_pandas":
            value = first if isinstance(second, Unknown) and not isinstance(first, Text) else second
            names = next((each for each in call.positional if isinstance(each, Text)), call.named.get("table_name", value))
            span = call.scope.source.span(call.node)
            for parts in (split_name(self.dialect, text) for text in known_texts(names)):
                self._add(self.writes, PythonReference("py-sql", Reference("write", parts, operation="insert"), span))
        else:
            return None
        return UNKNOWN

    def _note_names(self, value: Value, call: Call, span: Span, kind: EdgeKind) -> None:
        """Note relations whose names are given as text."""
        if isinstance(value, (Key, AssetFunction)):
            key = key_text(value)
            if key:
                self._add(self.references, PythonReference("ref", Reference("read", (key,)), span))
            return
        if not isinstance(value, Text):
            if not isinstance(value, (Handle, Constant, Closure, Instance, Outside)):
                self._unknown(f"the table given to {call.name}() is not known before it runs", span)
            return
        certainty: Certainty = "certain" if len(value.lines) == 1 else "likely"
        for line in value.lines:
            parts = self._table_parts(line, call, span)
            if parts and parts not in self.session_names:
                place = assemble(line).span(0, len(plain(line) or ""), span)
                self._add(self.references, PythonReference(kind, Reference("read", parts, certainty), place))

    def _table_parts(self, line: Line, call: Call, span: Span) -> tuple[str, ...]:
        name = plain(line)
        if name is None:
            self._unknown(f"the table name in {call.name}() is computed: {show(assemble(line).text)}", span)
            return ()
        schemas = [list(known_texts(call.named[key])) for key in sinks.SCHEMA_KEYWORDS if key in call.named]
        parts = split_name(self.dialect, name.strip())
        return (*split_name(self.dialect, schemas[0][0]), *parts) if schemas and schemas[0] and len(parts) == 1 else parts

    def _add(self, notes: dict[tuple[object, ...], PythonReference], noted: PythonReference) -> None:
        """Keep one note for each name, the most certain one."""
        reference = noted.reference
        identity = (noted.kind, reference.kind, reference.parts, reference.operation)
        known = notes.get(identity)
        if known is None or (known.reference.certainty, reference.certainty) == ("likely", "certain"):
            notes[identity] = noted

    def _unknown(self, message: str, span: Span) -> None:
        self.unresolved = True
        self._problem(diagnostic("W201", message, span, hint=ADD_DEPS))

    def _problem(self, problem: Diagnostic) -> None:
        self.problems.setdefault((problem.code, problem.span), problem)


def _library(call: Call) -> str:
    """The library whose function or object is called, as far as it is known."""
    if isinstance(call.callee, Outside):
        return call.callee.name.partition(".")[0]
    return call.callee.library if isinstance(call.callee, Unknown) else ""


def _is_method_or_data(call: Call) -> bool:
    """Whether `table(...)` is a method of something, not a function that happens to bear the name."""
    return call.receiver is not None or isinstance(call.callee, Outside) and "." in call.callee.name


def _is_reference_call(call: Call) -> bool:
    return call.receiver is None or _root(call.node.func) in sinks.REFERENCE_RECEIVERS


def _root(node: ast.expr) -> str:
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _arguments(call: Call) -> Iterator[tuple[Value, ast.expr]]:
    """The arguments that are written one by one, with their places."""
    plain_arguments = [argument for argument in call.node.args if not isinstance(argument, ast.Starred)]
    if len(plain_arguments) == len(call.positional):
        yield from zip(call.positional, plain_arguments, strict=True)
    else:
        yield from ((value, call.node) for value in call.positional)
    yield from ((call.named[word.arg], word.value) for word in call.node.keywords if word.arg in call.named and word.arg)


def _argument(call: Call, position: int, keywords: Sequence[str]) -> tuple[Value, ast.expr | None]:
    """An argument by keyword, else by position; the node is None where it is not given."""
    for keyword in call.node.keywords:
        if keyword.arg in keywords and keyword.arg in call.named:
            return call.named[keyword.arg], keyword.value
    if position < len(call.positional):
        found = list(_arguments(call))
        return found[position]
    return UNKNOWN, None


def _sql_argument(call: Call) -> tuple[Value, ast.expr | None]:
    """The argument that holds SQL: by keyword, else the first that looks like it, else the first."""
    by_keyword = _argument(call, len(call.positional), sinks.SQL_KEYWORDS)
    if by_keyword[1] is not None:
        return by_keyword
    positional = list(_arguments(call))[: len(call.positional)]
    for value, node in positional:
        if isinstance(value, Text) and any(_looks_like_sql(line) for line in value.lines):
            return value, node
    return positional[0] if positional else (UNKNOWN, None)


def _name_texts(value: Value) -> list[str]:
    if isinstance(value, (Key, AssetFunction, Items)):
        key = key_text(value)
        return [key] if key else []
    texts = list(known_texts(value))
    return texts if isinstance(value, Text) and len(texts) == len(value.lines) else []


def _combinations(arguments: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    first, *rest = arguments
    for head in first:
        yield from ((head, *tail) for tail in _combinations(rest)) if rest else ((head,),)


def _operation(call: Call, default: str) -> str:
    """What a write does: `mode="append"`, `.mode("append")`, `if_exists="append"`, `writeTo(t).append()`."""
    for keyword in sinks.MODE_KEYWORDS:
        for text in known_texts(call.named.get(keyword, UNKNOWN)):
            return sinks.MODES.get(text.lower(), default)
    node: ast.expr = call.node.func
    while isinstance(node, (ast.Attribute, ast.Call)):
        if isinstance(node, ast.Call):
            argument = node.args[0] if node.args else None
            is_mode = isinstance(node.func, ast.Attribute) and node.func.attr == "mode"
            if is_mode and isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                return sinks.MODES.get(argument.value.lower(), default)
            node = node.func
        else:
            node = node.value
    return default


def _looks_like_sql(line: Line) -> bool:
    text = assemble(line).text
    return " " in text.strip() and sinks.SQL_SHAPE.match(text) is not None


def _starts_like_sql(line: Line) -> bool:
    sql = assemble(line)
    return sinks.SQL_START.match(sql.text) is not None or (bool(line) and line[0].is_hole)
