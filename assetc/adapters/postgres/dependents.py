"""What a relation has beside its rows: the views that read it, and its own grants and comments, as statements."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from assetc.adapters.postgres.driver import Connection

_KINDS = {"v": "view", "m": "materialized view", "f": "foreign table"}


class Found(Struct, frozen=True):
    """A relation that exists: its number in the catalogue, and the words for its kind."""

    oid: int
    kind: str


class Dependent(Struct, frozen=True):
    """A view that reads a relation, itself (`is_direct`) or through others; `is_ours`: we may define it again.

    `definition` creates it, `settings` are the statements that then give it what else it had.
    """

    name: str
    kind: str
    definition: str
    settings: tuple[str, ...]
    is_direct: bool
    is_ours: bool

    @property
    def redefinition(self) -> str:
        """The definition of a view that exists, which keeps what belongs to it."""
        return self.definition.replace("create ", "create or replace ", 1)


def find(connection: Connection, name: str) -> Found | None:
    """What a full name means; None if nothing."""
    sql = "select oid, relkind::text from pg_class where oid = to_regclass(%s)"
    row = connection.execute(sql, [name]).fetchone()
    return None if row is None else Found(row[0], _KINDS.get(row[1], "table"))


_DEPENDENTS = """
with recursive readers as (
    select distinct r.ev_class as oid, d.refobjid as read
    from pg_depend as d join pg_rewrite as r on r.oid = d.objid
    where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and r.ev_class <> d.refobjid
), found as (
    select oid, 1 as depth from readers where read = to_regclass(%(name)s)
    union
    select readers.oid, found.depth + 1 from readers join found on readers.read = found.oid where found.depth < 100
)
select c.oid, c.relkind::text, format('%%I.%%I', n.nspname, c.relname), pg_get_viewdef(c.oid),
    array_to_string(c.reloptions, ', '), c.relispopulated, min(found.depth) = 1, pg_has_role(c.relowner, 'usage')
from found join pg_class as c on c.oid = found.oid join pg_namespace as n on n.oid = c.relnamespace
group by c.oid, n.nspname order by max(found.depth), c.oid
"""


def dependents_of(connection: Connection, name: str) -> tuple[Dependent, ...]:
    """All that read the relation, those first that others read."""
    path = connection.execute("select current_setting('search_path')").fetchone()
    # Without a path all names in the definitions are full ones, which mean the same whoever executes them.
    connection.execute("set local search_path = ''")
    try:
        rows = connection.execute(_DEPENDENTS, {"name": name}).fetchall()
        return tuple(_dependent(connection, row) for row in rows)
    finally:
        if path is not None and not connection.closed and connection.info.transaction_status != 3:
            connection.execute("select set_config('search_path', %s, true)", [path[0]])


def _dependent(connection: Connection, row: tuple[Any, ...]) -> Dependent:
    oid, relkind, name, query, options, is_populated, is_direct, is_ours = row
    kind = _KINDS[relkind]
    clause = f" with ({options})" if options else ""
    ending = " with no data" if kind == "materialized view" and not is_populated else ""
    definition = f"create {kind} {name}{clause} as\n{query.rstrip().rstrip(';')}{ending}"
    return Dependent(name, kind, definition, _settings(connection, oid, kind), is_direct, is_ours)


def own_settings(connection: Connection, old: Found, kind: str) -> tuple[str, ...]:
    """The grants and comments of a relation, as statements for the one of this kind that takes its place."""
    return _settings(connection, old.oid, kind)


_SETTINGS = """
with relation as (
    select c.oid, c.relowner, c.relacl, c.relkind, format('%%I.%%I', n.nspname, c.relname) as name
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace where c.oid = %(oid)s
), attribute as (
    select a.* from pg_attribute as a where a.attrelid = %(oid)s and a.attnum > 0 and not a.attisdropped
), grantee as (
    select 'alter ' || case relkind when 'v' then 'view ' when 'm' then 'materialized view ' end
        || name || ' owner to ' || quote_ident(pg_get_userbyid(relowner)) as sql
    from relation where relkind in ('v', 'm') and relowner <> current_user::regrole
    union all
    select format('grant %%s on %%s to %%s', a.privilege_type, name,
        case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end)
        || case when a.is_grantable then ' with grant option' else '' end
    from relation, aclexplode(relacl) as a where a.grantee <> relowner
    union all
    select format('grant %%s (%%I) on %%s to %%s', a.privilege_type, attname, name,
        case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end)
        || case when a.is_grantable then ' with grant option' else '' end
    from relation, attribute, aclexplode(attacl) as a
), comment as (
    select format('comment on %%s %%s is %%L', %(kind)s::text, name, d.description) as sql
    from relation join pg_description as d
        on d.objoid = %(oid)s and d.classoid = 'pg_class'::regclass and d.objsubid = 0
    union all
    select format('comment on column %%s.%%I is %%L', name, attname, d.description)
    from relation, attribute join pg_description as d
        on d.objoid = %(oid)s and d.classoid = 'pg_class'::regclass and d.objsubid = attnum
), more as (
    select pg_get_indexdef(i.indexrelid) as sql from relation join pg_index as i on i.indrelid = relation.oid
    where relkind = 'm'
    union all
    select pg_get_triggerdef(t.oid) from relation join pg_trigger as t on t.tgrelid = relation.oid
    where relkind = 'v' and not t.tgisinternal
    union all
    select pg_get_ruledef(r.oid) from relation join pg_rewrite as r on r.ev_class = relation.oid
    where relkind = 'v' and r.rulename <> '_RETURN'
    union all
    select format('alter view %%s alter column %%I set default %%s', name, attname, pg_get_expr(d.adbin, d.adrelid))
    from relation, attribute join pg_attrdef as d on d.adrelid = %(oid)s and d.adnum = attnum where relkind = 'v'
)
select sql from more union all select sql from comment union all select sql from grantee
"""


def _settings(connection: Connection, oid: int, kind: str) -> tuple[str, ...]:
    return tuple(sql for (sql,) in connection.execute(_SETTINGS, {"oid": oid, "kind": kind}).fetchall())


_POLICIES = """
select format('create policy %%I on %%I.%%I as %%s for %%s to %%s%%s%%s', polname, n.nspname, c.relname,
    case when polpermissive then 'permissive' else 'restrictive' end,
    case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete'
        else 'all' end,
    (select string_agg(case role when 0 then 'public' else quote_ident(pg_get_userbyid(role)) end, ', ')
        from unnest(polroles) as role),
    ' using (' || pg_get_expr(polqual, polrelid) || ')',
    ' with check (' || pg_get_expr(polwithcheck, polrelid) || ')')
from pg_policy join pg_class as c on c.oid = polrelid join pg_namespace as n on n.oid = c.relnamespace
where polrelid = %(oid)s
union all
select format('alter table %%I.%%I %%s row level security', n.nspname, c.relname, words)
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace,
    lateral (values ('enable', c.relrowsecurity), ('force', c.relforcerowsecurity)) as v (words, is_set)
where c.oid = %(oid)s and is_set
"""


def policies_of(connection: Connection, old: Found) -> tuple[str, ...]:
    """Which rows of a table each role may see, as statements for the one that takes its place."""
    return tuple(sql for (sql,) in connection.execute(_POLICIES, {"oid": old.oid}).fetchall())
