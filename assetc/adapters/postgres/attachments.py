"""What was made on a table, its indexes, constraints and triggers: the table that takes its place gets them again.

That comes last in the transaction. A post-hook may have made them, and what it made is not made twice.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from assetc.adapters.postgres.dependents import find
from assetc.adapters.postgres.driver import Connection

_ATTACHED = """
with relation as (
    select c.oid, format('%%I.%%I', n.nspname, c.relname) as name
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace where c.oid = %(oid)s
)
select 'index', i.relname, pg_get_indexdef(i.oid),
    regexp_replace(pg_get_indexdef(i.oid), ' INDEX .* ON ', ' INDEX ON ')
from relation join pg_index as x on x.indrelid = relation.oid join pg_class as i on i.oid = x.indexrelid
where not exists (select 1 from pg_constraint as c where c.conindid = i.oid and c.conrelid = relation.oid)
union all
select 'constraint', conname,
    format('alter table %%s add constraint %%I %%s', name, conname, pg_get_constraintdef(c.oid)),
    pg_get_constraintdef(c.oid)
from relation join pg_constraint as c on c.conrelid = relation.oid where contype in ('p', 'u', 'x', 'c', 'f')
union all
select 'trigger', tgname, pg_get_triggerdef(t.oid), tgname
from relation join pg_trigger as t on t.tgrelid = relation.oid where not tgisinternal
"""


class Attachment(Struct, frozen=True):
    """One thing that was made on a table. Two of one `shape` do the same, whatever their names."""

    kind: str
    name: str
    definition: str
    shape: str


class Attachments(Struct, frozen=True):
    """What the table of this full name had when it was replaced."""

    table: str
    all: tuple[Attachment, ...]

    @staticmethod
    def of(connection: Connection, table: str) -> Attachments:
        """What a table has."""
        found = find(connection, table)
        rows = connection.execute(_ATTACHED, {"oid": found.oid}).fetchall() if found else ()
        return Attachments(table, tuple(Attachment(*row) for row in rows))

    def attach_again(self, connection: Connection, attempt: Callable[..., bool]) -> tuple[str, ...]:
        """Make what the table does not have yet; the names of what no longer fits it, and is gone."""
        there = Attachments.of(connection, self.table).all if self.all else ()
        taken = {(each.kind, key) for each in there for key in (each.name, each.shape)}
        missing = (each for each in self.all if not taken & {(each.kind, each.name), (each.kind, each.shape)})
        return tuple(f"{each.kind} {each.name}" for each in missing if not attempt(connection, each.definition))
