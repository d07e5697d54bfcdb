"""Relations are replaced in one transaction, and what depends on them is kept: views, grants, comments, policies.

A view that depends on a table holds on to that very table, whatever it is called. So it is defined again with its own
text, in which the name now means the new table; where the columns have changed that is refused, and the view is dropped
and created, with all that depends on it.
"""

from __future__ import annotations

import psycopg

from assetc.adapters.postgres.attachments import Attachments
from assetc.adapters.postgres.dependents import Dependent, dependents_of, find, own_settings, policies_of
from assetc.adapters.postgres.driver import Connection
from assetc.adapters.postgres.naming import fitted, quote, stored_name
from assetc.adapters.postgres.render import Change
from assetc.compiler.operation import AlterColumns, CreateView, Drop, Publish, SettleTypes
from assetc.definitions.relation import Relation

_OLD = "__assetc_old"
_LOCK = 0x61737365
"""The key of the lock that two transactions with dependents to keep take in turn: they may have the same ones."""


def publish(connection: Connection, statement: Change, later: list[Attachments]) -> tuple[str, ...]:
    """Carry out the change; the names of the views that no longer fit what they read, and are gone.

    What a replaced table had is added to `later`, for `finish` when all else of the transaction is done.
    """
    match statement.operation:
        case CreateView(relation):
            return _create_view(connection, relation, statement.sql)
        case Publish(staged, relation):
            later.append(Attachments.of(connection, stored_name(relation)))
            return _replace(connection, staged, relation)
        case Drop(relation):
            _drop(connection, relation)
            return ()
        case AlterColumns(relation) | SettleTypes(relation):
            return _alter(connection, relation, statement.sql)


def finish(connection: Connection, later: list[Attachments]) -> tuple[str, ...]:
    """Give the tables back what those had that they replaced; the names of what no longer fits."""
    return tuple(name for each in later for name in each.attach_again(connection, _attempt))


def _create_view(connection: Connection, relation: Relation, sql: str) -> tuple[str, ...]:
    """Create or replace a view; one whose columns would change goes, and comes back with what depends on it."""
    try:
        with connection.transaction():
            connection.execute(sql.encode())
        return ()
    except (psycopg.errors.InvalidTableDefinition, psycopg.errors.WrongObjectType):
        pass
    with connection.transaction():
        _take_turns(connection)
        kept = dependents_of(connection, stored_name(relation))
        old = find(connection, stored_name(relation))
        settings = own_settings(connection, old, "view") if old else ()
        _drop_all(connection, kept)
        _drop(connection, relation)
        connection.execute(sql.encode())
        _apply_fitting(connection, settings)
        return _restore(connection, kept)


def _replace(connection: Connection, staged: Relation, relation: Relation) -> tuple[str, ...]:
    """Give the staged table the relation's name, and let everything that read the old one read the new one."""
    name, old = stored_name(relation), find(connection, stored_name(relation))
    rename = f"alter table {stored_name(staged)} rename to {quote(fitted(relation.name))}"
    with connection.transaction():
        if old is None:
            connection.execute(rename.encode())
            return ()
        _take_turns(connection)
        kept = dependents_of(connection, name)
        settings, policies = own_settings(connection, old, "table"), policies_of(connection, old)
        away = stored_name(Relation(relation.database, relation.schema, relation.name + _OLD))
        swap = (f"alter {old.kind} {name} rename to {quote(fitted(relation.name + _OLD))}", rename)
        is_done = _swap_in_place(connection, swap, kept)
        if not is_done:
            _drop_all(connection, kept)
            _apply(connection, swap)
        _apply(connection, policies)  # one that no longer fits fails the swap: rows must not become visible
        _apply_fitting(connection, settings)
        connection.execute(f"drop {old.kind} {away}".encode())
        return () if is_done else _restore(connection, kept)


def _swap_in_place(connection: Connection, swap: tuple[str, ...], kept: tuple[Dependent, ...]) -> bool:
    """Whether those that read the replaced relation itself fit the new one: the others read those, and follow."""
    direct = [dependent for dependent in kept if dependent.is_direct]
    if any(dependent.kind != "view" for dependent in direct):
        return False
    return _attempt(connection, *_locks(kept), *swap, *(dependent.redefinition for dependent in direct))


def _locks(kept: tuple[Dependent, ...]) -> tuple[str, ...]:
    """Definitions that change nothing, but wait for the views' readers and keep new ones waiting.

    A reader locks a view before what that reads. Who replaces what is read must do the same, the outermost view first,
    or both wait for each other.
    """
    return tuple(
        dependent.redefinition for dependent in reversed(kept) if dependent.kind == "view" and dependent.is_ours
    )


def _restore(connection: Connection, kept: tuple[Dependent, ...]) -> tuple[str, ...]:
    """Create the dependents again, those first that others read; the names of those that cannot be."""
    lost = []
    for dependent in kept:
        if _attempt(connection, dependent.definition):
            _apply(connection, dependent.settings)
        else:
            lost.append(dependent.name)
    return tuple(lost)


def _attempt(connection: Connection, *statements: str) -> bool:
    """Whether the statements fit what there is now; what else goes wrong is raised."""
    try:
        with connection.transaction():
            _apply(connection, statements)
    except psycopg.errors.InsufficientPrivilege:
        raise
    except (psycopg.errors.ProgrammingError, psycopg.errors.NotSupportedError, psycopg.errors.DataError):
        return False
    return True


def _alter(connection: Connection, relation: Relation, sql: str) -> tuple[str, ...]:
    """Change columns; views that would forbid it go, and come back."""
    try:
        with connection.transaction():
            connection.execute(sql.encode())
        return ()
    except (psycopg.errors.DependentObjectsStillExist, psycopg.errors.FeatureNotSupported):
        pass
    with connection.transaction():
        _take_turns(connection)
        kept = dependents_of(connection, stored_name(relation))
        _drop_all(connection, kept)
        connection.execute(sql.encode())
        return _restore(connection, kept)


def _drop(connection: Connection, relation: Relation) -> None:
    """Drop the relation if it exists, whatever it is."""
    found = find(connection, stored_name(relation))
    if found is not None:
        connection.execute(f"drop {found.kind} {stored_name(relation)}".encode())


def _drop_all(connection: Connection, kept: tuple[Dependent, ...]) -> None:
    for dependent in reversed(kept):
        connection.execute(f"drop {dependent.kind} {dependent.name}".encode())


def _apply(connection: Connection, settings: tuple[str, ...]) -> None:
    for sql in settings:
        connection.execute(sql.encode())


def _apply_fitting(connection: Connection, settings: tuple[str, ...]) -> None:
    """Those of a relation with other columns than before: what belongs to a column that is gone, is gone with it."""
    for sql in settings:
        _attempt(connection, sql)


def _take_turns(connection: Connection) -> None:
    connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
