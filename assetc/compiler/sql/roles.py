"""What a statement does with the table at one position: reads it, writes it, or neither."""

from __future__ import annotations

from msgspec import Struct
from sqlglot import exp

_SKIPPED = (
    exp.UserDefinedFunction, exp.StoredProcedure, exp.Reference, exp.JoinHint, exp.Lock, exp.Grant, exp.Revoke,
    exp.Use, exp.Show,
)  # fmt: skip

# Names beside a table or a target that are not relations: a file format, an index, a connection.
_SKIPPED_ARGUMENTS = frozenset({"format", "indexed", "connection"})

_WRITES: dict[type[exp.Expr], str] = {
    exp.Insert: "insert",
    exp.Update: "update",
    exp.Delete: "delete",
    exp.Merge: "merge",
    exp.Create: "create",
    exp.Into: "create",
    exp.Cache: "create",
    exp.Drop: "drop",
    exp.TruncateTable: "truncate",
    exp.Alter: "alter",
    exp.AlterRename: "alter",
    exp.SwapTable: "alter",
    exp.Comment: "comment",
    exp.Index: "alter",
    exp.LoadData: "copy",
    exp.ToTableProperty: "create",
    exp.MultitableInserts: "insert",
    exp.ConditionalInsert: "insert",
    exp.Refresh: "refresh",
    exp.Undrop: "create",
}
_WRITE_ARGUMENTS = frozenset({"this", "expressions", "tables", "table"})

# What is created or dropped here is not a relation.
_OTHER_KINDS = frozenset(
    {
        "SCHEMA", "DATABASE", "FUNCTION", "PROCEDURE", "SEQUENCE", "STAGE", "FILE FORMAT", "MACRO", "INDEX",
        "TYPE",
        "WAREHOUSE", "ROLE", "USER", "CONSTRAINT", "TRIGGER", "COLUMN", "TAG", "SECRET", "POLICY",
        "CATALOG", "CONNECTION", "EXTENSION", "SERVER", "INTEGRATION", "PIPE", "FUNCTIONS",
    }
)  # fmt: skip

_NAMES_KIND = (exp.Drop, exp.Create, exp.Alter, exp.Comment, exp.Undrop)

_QUERY_PARTS = frozenset({exp.From, exp.Join})
_ALIASABLE = (exp.From, exp.Join, exp.Table, exp.Subquery, exp.Paren, exp.Final)


class Role(Struct, frozen=True):
    """`operation` is empty for a table that is read; `aliasable`: it may have an alias."""

    operation: str = ""
    aliasable: bool = False


READ = Role()
_READ_IN_QUERY = Role(aliasable=True)


def role_of(table: exp.Expr) -> Role | None:
    """What happens to the table; None where the position names none."""
    parent, argument = table.parent, table.arg_key
    if parent.__class__ in _QUERY_PARTS and argument == "this":  # nearly every table
        return _READ_IN_QUERY
    if isinstance(parent, exp.Schema):
        argument, parent = parent.arg_key, parent.parent
    if parent is None:
        return READ
    if isinstance(parent, _SKIPPED) or argument in _SKIPPED_ARGUMENTS:
        return None
    if isinstance(parent, exp.Clone):
        return None if _kind(parent.parent) in _OTHER_KINDS else READ
    if isinstance(parent, exp.Copy):
        loads = argument == "this" and bool(parent.args.get("kind"))
        return Role("copy") if loads else READ
    return _statement_role(parent, argument)


def _statement_role(parent: exp.Expr, argument: str | None) -> Role | None:
    operation = _WRITES.get(type(parent))
    if operation is None or argument not in _WRITE_ARGUMENTS:
        return Role(aliasable=_is_aliasable(parent, argument))
    if isinstance(parent, _NAMES_KIND) and _kind(parent) in _OTHER_KINDS:
        return None
    if _only_touches(parent):
        return READ
    if isinstance(parent, exp.Delete) and argument == "this" and parent.args.get("tables"):
        return Role(aliasable=True)
    return Role(_precise(parent, operation))


def _is_aliasable(parent: exp.Expr, argument: str | None) -> bool:
    if isinstance(parent, exp.Merge):
        return argument == "using"
    return isinstance(parent, _ALIASABLE) or (isinstance(parent, (exp.Delete, exp.Update)) and argument != "this")


def _only_touches(statement: exp.Expr) -> bool:
    """CACHE TABLE and REFRESH TABLE of Spark: the relation stays as it is."""
    if isinstance(statement, exp.Cache):
        return statement.expression is None
    return isinstance(statement, exp.Refresh) and _kind(statement) != "MATERIALIZED VIEW"


def _kind(statement: exp.Expr | None) -> str:
    return str(statement.args.get("kind") or "").upper() if statement is not None else ""


def _precise(statement: exp.Expr, operation: str) -> str:
    if isinstance(statement, exp.Create) and statement.args.get("replace"):
        return "replace"
    if isinstance(statement, exp.Insert) and statement.args.get("overwrite"):
        return "replace"
    return operation
