"""Follows the body of an asset, to find the relations that it reads and writes."""

from __future__ import annotations

import ast
import posixpath

from assetc.compiler.python.body.notes import BodyNotes
from assetc.compiler.python.body.observe_calls import BodyObserver, note_if_sql
from assetc.compiler.python.definition.definition import Definition, argument_span
from assetc.compiler.python.definition.parameters import is_relation, parameters_of
from assetc.compiler.python.follow.machine import Machine
from assetc.compiler.python.follow.values import Argument, Piece, Scope, Text
from assetc.compiler.sql.judged import SqlReader


def follow_body(machine: Machine, definition: Definition, mapped: set[str], reader: SqlReader) -> BodyNotes:
    """Follow the function of a definition, and the text of `sql=`."""
    notes = BodyNotes(reader)
    node, closure = definition.node, definition.closure
    scope = Scope(closure.scope.source, closure.scope, is_function=True)
    for argument, default in parameters_of(node):
        scope.bind(
            argument.arg,
            Argument(argument.arg, is_relation(machine, argument.annotation, closure.scope), argument.arg in mapped),
        )
        if isinstance(default, ast.Constant) and isinstance(default.value, str):
            scope.names[argument.arg] = Text(((Piece(default.value, is_default=True),),))
    scope.names.update(closure.named)
    machine.observer, machine.nodes, machine.calls = BodyObserver(notes), 0, [node]
    machine.files, known = dict(machine.top_files), machine.files
    machine.run(node.body, scope)
    for returned in scope.returns:
        note_if_sql(notes, returned, node, scope, "certain")
    sql = definition.decorator.arguments.values.get("sql")
    if isinstance(sql, Text):
        notes.add_sql(sql, argument_span(definition, "sql"), closure.scope, "certain")
    if machine.is_exhausted:
        notes.unknown("this function is too long to be followed to its end", closure.scope.source.span(node))
    notes.files = {path: text for path, text in machine.files.items() if not path.endswith(".py")}
    notes.forget_read(posixpath.dirname(closure.scope.source.path))
    machine.observer, machine.calls, machine.files = None, [], known | machine.files
    return notes
