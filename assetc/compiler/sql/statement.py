"""One walk over one parsed statement, which finds every relation, file and stage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct, field
from sqlglot import exp

from assetc.compiler.sql.dml import find_targets
from assetc.compiler.sql.functions import ReadText, read_function, read_name
from assetc.compiler.sql.prefixes import find_prefixes
from assetc.compiler.sql.script_state import Parts, ScriptState
from assetc.compiler.sql.special import (
    read_call,
    read_copy,
    read_create,
    read_directory,
    read_execute,
    read_inner_command,
    read_insert,
    read_load,
    read_membership,
    read_returning,
    read_summarize,
)
from assetc.compiler.sql.tables import read_table

# Nodes with nothing below them that matters; most values of a node are one of these.
_LEAVES = frozenset(
    {
        exp.Literal, exp.Identifier, exp.DataType, exp.Null, exp.Boolean, exp.TableAlias, exp.Var,
        exp.Placeholder, str, bool, int, type(None),
    }
)  # fmt: skip


class Found(Struct):
    """The nodes of a statement that matter, in no order.

    `numbers` are the references of the tables, by identity.
    """

    tables: list[exp.Table] = field(default_factory=list)
    columns: list[exp.Column] = field(default_factory=list)
    special: list[exp.Expr] = field(default_factory=list)
    numbers: dict[int, int | None] = field(default_factory=dict)
    has_column_patterns: bool = False


SpecialReader = Callable[[ScriptState, exp.Expr, ReadText], None]


def _read_lateral(script: ScriptState, node: exp.Expr, read_text: ReadText) -> None:
    if not node.args.get("view"):
        read_function(script, node.this, [], read_text)


def _read_rows(script: ScriptState, node: exp.Expr, read_text: ReadText) -> None:
    """TABLE(...): a function, a name in a string, or a variable."""
    inner = node.this
    if isinstance(inner, exp.Literal):
        script.add_named(inner.name)
    elif isinstance(inner, exp.DynamicIdentifier):
        read_name(script, "identifier", inner.this)
    elif isinstance(inner, (exp.Parameter, exp.Placeholder, exp.SessionParameter)):
        script.unknown("dynamic", "the table's name comes from a variable")
    else:
        read_function(script, inner, [], read_text)


_SPECIAL: dict[type[exp.Expr], SpecialReader] = {
    exp.Lateral: _read_lateral,
    exp.TableFromRows: _read_rows,
    exp.In: read_membership,
    exp.Anonymous: read_call,
    exp.Copy: read_copy,
    exp.LoadData: read_load,
    exp.Export: read_load,
    exp.Create: read_create,
    exp.Execute: read_execute,
    exp.ExecuteSql: read_execute,
    exp.Directory: read_directory,
    exp.Command: read_inner_command,
    exp.Returning: read_returning,
    exp.Insert: read_insert,
    exp.Summarize: read_summarize,
}

_NOTED = frozenset({exp.Table, exp.Columns, *_SPECIAL})
_COLUMNS = frozenset({exp.Column, exp.Pseudocolumn})


def read_statement(script: ScriptState, statement: exp.Expr, read_text: ReadText) -> Found:
    """Add everything the statement reads and writes; the nodes found are returned for the shape."""
    found = find_nodes(statement)
    made: dict[Parts, bool] = {}
    first = len(script.references)
    numbers = find_targets(script, statement)
    for table in found.tables:
        if id(table) not in numbers:
            numbers[id(table)] = read_table(script, table, read_text, made)
    for node in found.special:
        _SPECIAL[type(node)](script, node, read_text)
    find_prefixes(script, found.columns, numbers, first)
    script.local.update(made)
    found.numbers = numbers
    return found


def find_nodes(statement: exp.Expr) -> Found:
    """The nodes that matter, found with a stack of our own: trees may be deeper than Python's.

    Every value of every node is looked at here, so its class is looked up in a set.
    """
    found = Found()
    stack: list[Any] = [statement]
    while stack:
        node = stack.pop()
        kind: type[object] = node.__class__
        if kind in _LEAVES:
            continue
        if kind is list:
            stack += node
            continue
        if kind in _COLUMNS:
            found.columns.append(node)
            if node.args["this"].__class__ is exp.Identifier:
                continue
        elif kind in _NOTED:
            _note(found, node)
            if isinstance(node, exp.Execute):  # its arguments are no tables, whatever the parser says
                continue
        if isinstance(node, exp.Expr):
            stack += node.args.values()
    return found


def _note(found: Found, node: exp.Expr) -> None:
    if isinstance(node, exp.Table):
        found.tables.append(node)
    elif isinstance(node, exp.Columns):
        found.has_column_patterns = True
    else:
        found.special.append(node)
