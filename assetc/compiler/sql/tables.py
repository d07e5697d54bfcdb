"""What the name of a table means: a relation, a CTE, a file, a stage, a function, or a variable."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import exp

from assetc.compiler.sql import vocabulary
from assetc.compiler.sql.constants import constant_string
from assetc.compiler.sql.ctes import cte_name, find_cte
from assetc.compiler.sql.fold import fold
from assetc.compiler.sql.functions import ReadText, read_function, read_name
from assetc.compiler.sql.roles import Role, role_of
from assetc.compiler.sql.script_state import Parts, ScriptState

_STAGE = re.compile(r'@((?:"[^"]*"|[^/"])*)(/.*)?', re.DOTALL)
_STAGE_PIECES = re.compile(r'"([^"]*)"|([^"]+)')


def read_table(script: ScriptState, table: exp.Table, read_text: ReadText, made: dict[Parts, bool]) -> int | None:
    """Add what `table` means, and return the reference's number; `made` collects what the statement creates."""
    role, this = role_of(table), table.this
    if role is None or not isinstance(this, exp.Expr):
        return None
    if isinstance(this, exp.Identifier):
        return _read_named(script, table, role, made)
    if isinstance(this, exp.Dot):
        return _read_dotted(script, table, role, read_text)
    if isinstance(this, exp.Func) and not isinstance(this, exp.DynamicIdentifier):
        return _read_call(script, table, this, read_text)
    _read_special(script, table, role)
    return None


def _read_call(script: ScriptState, table: exp.Table, function: exp.Func, read_text: ReadText) -> int | None:
    schema = [part for part in (table.args.get("catalog"), table.args.get("db")) if isinstance(part, exp.Expr)]
    if isinstance(table.parent, exp.Analyze):  # ANALYZE t (x, y), which the parser reads as a call
        return script.read((*map(script.fold, schema), fold(script.dialect, function.name, quoted=False)))
    read_function(script, function, schema, read_text)
    return None


def _read_special(script: ScriptState, table: exp.Table, role: Role) -> None:
    """A stage, a file, a variable, or IDENTIFIER(...)."""
    this = table.this
    if isinstance(this, exp.DynamicIdentifier):
        argument = this.expressions[0] if this.expressions else this.args.get("this")
        read_name(script, "identifier", argument, operation=role.operation)
    elif isinstance(this, exp.DirectoryStage):
        script.add("stage_read", (stage_name(script.dialect, this.name or str(this.this)),))
    elif isinstance(this, exp.Literal) or (isinstance(this, exp.Var) and this.name.startswith("@")):
        _add_address(script, table, this.name)
    elif _is_variable(script, table):
        return
    elif isinstance(this, (exp.Parameter, exp.SessionParameter, exp.Placeholder)):
        script.unknown("dynamic", "the table's name comes from a variable")


def _is_variable(script: ScriptState, table: exp.Table) -> bool:
    """A table variable of T-SQL, or the variable that SELECT ... INTO fills."""
    is_parameter = isinstance(table.this, exp.Parameter) and script.dialect in vocabulary.TSQL
    return is_parameter or isinstance(table.parent, exp.Into)


def _add_address(script: ScriptState, table: exp.Table, text: str) -> None:
    """A stage or a file: what COPY INTO names first is written."""
    written = isinstance(table.parent, exp.Copy) and table.arg_key == "this"
    if text.startswith("@") and (script.dialect == "snowflake" or isinstance(table.this, exp.Var)):
        script.add("stage_write" if written else "stage_read", (stage_name(script.dialect, text),))
    else:
        script.add("file_write" if written else "file_read", (text,), script.offsets_of([table.this]))


def stage_name(dialect: str, text: str) -> str:
    """The stage's name folds as an identifier does, quotes included; the path after it does not."""
    match = _STAGE.fullmatch(text)
    if match is None or dialect != "snowflake":
        return text
    name = "".join(quoted or plain.upper() for quoted, plain in _STAGE_PIECES.findall(match[1]))
    return f"@{name}{match[2] or ''}"


def _read_dotted(script: ScriptState, table: exp.Table, role: Role, read_text: ReadText) -> int | None:
    """More than three parts, or a function with a schema."""
    head = [part for part in (table.args.get("catalog"), table.args.get("db")) if isinstance(part, exp.Identifier)]
    parts = [*head, *table.this.flatten()] if table.this.this else [*head, "", table.this.expression]
    if isinstance(table.args.get("catalog"), exp.Func):  # T-SQL: OPENDATASOURCE(...).database.schema.table
        read_function(script, table.args["catalog"], [], read_text)
        return None
    if all(isinstance(part, exp.Identifier) or part == "" for part in parts):  # `server.database..table` has a gap
        written = [part for part in parts if isinstance(part, exp.Identifier)]
        return _add(script, table, role, tuple(script.fold(part) if part else "" for part in parts), written)
    read_function(script, parts[-1], [part for part in parts[:-1] if isinstance(part, exp.Identifier)], read_text)
    return None


def _read_named(script: ScriptState, table: exp.Table, role: Role, made: dict[Parts, bool]) -> int | None:
    is_bare = not table.args.get("db")
    if is_bare and _is_no_relation(script, table, role):  # most names in a query are those of its CTEs
        return None
    identifiers = [part for part in table.parts if isinstance(part, (exp.Identifier, exp.Var))]
    parts = table_parts(script, table)
    if not is_bare and _is_inside(script, table, role, parts):
        return None
    misread = _misread_name(script, table)
    if misread is not None:
        script.add_named(misread, role.operation)
        return None
    if _is_file(script, table):
        script.add("file_read", (table.name,), script.offsets_of(identifiers[-1:]))
        return None
    if role.operation and _makes(script, table, parts, made):
        return None
    return _add(script, table, role, parts, identifiers)


def _misread_name(script: ScriptState, table: exp.Table) -> str | None:
    """The name in a string that the parser reads as a list of columns."""
    if script.dialect == "clickhouse" and table.name == "dictionary" and table.alias_column_names:
        return table.alias_column_names[0]
    parent = table.parent
    if isinstance(parent, exp.Schema) and table.name.lower() == "identifier":
        return constant_string(parent.expressions[0] if parent.expressions else None)
    return None


def table_parts(script: ScriptState, table: exp.Table) -> Parts:
    """The folded parts of a table's name, as written."""
    parts = [script.fold(part) for part in table.parts if isinstance(part, (exp.Identifier, exp.Var))]
    if table.args.get("catalog") is not None and not table.args.get("db"):  # `database..table`
        parts = [parts[0], "", parts[-1]]
    if script.dialect in vocabulary.TRINO_FAMILY and "$" in parts[-1]:  # `"orders$snapshots"`
        parts[-1] = parts[-1].split("$")[0]
    if script.dialect == "bigquery" and len(parts) > 1:  # `INFORMATION_SCHEMA.TABLES` is one identifier
        parts = [piece for part in parts for piece in part.split(".")]
    return tuple(parts)


def _is_inside(script: ScriptState, table: exp.Table, role: Role, parts: Parts) -> bool:
    """Whether a name with a schema means a part of the session or of a row."""
    return vocabulary.is_temporary_schema(script.dialect, parts[0]) or _walks_array(script, table, role, parts)


def _is_no_relation(script: ScriptState, table: exp.Table, role: Role) -> bool:
    """Whether a name without a schema means a CTE, or what lives in the session only."""
    if vocabulary.is_pseudo_table(script.dialect, table.name):
        return True
    if is_temporary(script, table.this) or _is_filled(script, table):
        return True
    cte = find_cte(script.dialect, table, cte_name(script.dialect, table.this))
    if cte is None or (role.operation and script.dialect not in vocabulary.TSQL):  # no CTE can be written
        return False
    if role.operation:
        _write_through(script, cte, role)
    return True


def _write_through(script: ScriptState, cte: exp.Expr, role: Role) -> None:
    """T-SQL: an UPDATE or DELETE of a CTE writes the one table below it."""
    tables = list(cte.this.find_all(exp.Table))
    if len(tables) != 1 or not isinstance(tables[0].this, exp.Identifier):
        return
    table = tables[0]
    below = None if table.args.get("db") else find_cte(script.dialect, table, cte_name(script.dialect, table.this))
    if below is not None:
        _write_through(script, below, role)
    else:
        script.write(table_parts(script, table), script.offsets_of(table.parts), operation=role.operation)


def is_temporary(script: ScriptState, identifier: exp.Expr) -> bool:
    """T-SQL's and Redshift's #name and ##name."""
    if identifier.args.get("temporary") or identifier.args.get("global_"):
        return True
    return script.dialect in vocabulary.HASH_IS_TEMPORARY and identifier.name.startswith("#")


def _is_filled(script: ScriptState, table: exp.Table) -> bool:
    """SELECT ... INTO fills a variable, not a table: in a routine's body, and everywhere in some dialects."""
    if not isinstance(table.parent, exp.Into):
        return False
    in_routine = script.offset is None and script.dialect in vocabulary.POSTGRES_FAMILY
    return in_routine or script.dialect in vocabulary.INTO_FILLS


def _is_file(script: ScriptState, table: exp.Table) -> bool:
    if script.dialect == "duckdb":
        quoted = bool(table.this.args.get("quoted")) and not table.args.get("db")
        return quoted and vocabulary.is_file_name(table.name)
    if script.dialect in vocabulary.HIVE_FAMILY and not table.args.get("db"):
        return "/" in table.name
    if script.dialect in vocabulary.HIVE_FAMILY:
        is_format = table.text("db").lower() in vocabulary.SPARK_FORMATS
        return is_format and not table.name.isidentifier()
    return False


def _walks_array(script: ScriptState, table: exp.Table, role: Role, parts: Parts) -> bool:
    """`from orders o, o.items`: the first part is an alias to the left of the table."""
    if role.operation or script.dialect not in vocabulary.WALKS_ARRAYS:
        return False
    select = table.find_ancestor(exp.Select)
    if select is None:
        return False
    sources = [join.this for join in select.args.get("joins") or ()]
    start = select.args.get("from_")
    for source in [start.this, *sources] if start is not None else sources:
        if source is table:
            return False
        if parts[0].lower() in (source.alias_or_name.lower(), *map(str.lower, source.alias_column_names)):
            return True
    return False


def _makes(script: ScriptState, table: exp.Table, parts: Parts, made: dict[Parts, bool]) -> bool:
    """Remember what the statement creates; True if it is temporary, and so not a write of a relation."""
    statement = table.parent
    if isinstance(statement, exp.Schema):
        statement = statement.parent
    if isinstance(statement, exp.Create):
        temporary = _is_temporary(statement)
    elif isinstance(statement, exp.Into):
        temporary = bool(statement.args.get("temporary"))
    elif isinstance(statement, (exp.AlterRename, exp.Cache)):
        temporary = False
    else:
        return False
    made[parts if temporary else script.complete(parts)] = temporary
    return temporary


def _is_temporary(create: exp.Expr) -> bool:
    properties = create.args.get("properties")
    found = properties.expressions if properties is not None else ()
    return any(isinstance(item, (exp.TemporaryProperty, exp.GlobalProperty, exp.VolatileProperty)) for item in found)


def _add(
    script: ScriptState, table: exp.Table, role: Role, parts: Parts, identifiers: Sequence[exp.Expr]
) -> int | None:
    is_hidden = script.dialect in vocabulary.TRINO_FAMILY and "$" in table.name  # a table of the table: no position
    offsets = script.offsets_of(() if is_hidden else identifiers)
    has_alias = bool(table.alias)
    if role.operation:
        return script.write(parts, offsets, operation=role.operation, has_alias=has_alias)
    alias_at = script.alias_offset(offsets) if role.aliasable and not has_alias else -1
    return script.read(parts, offsets, has_alias=has_alias, alias_at=alias_at)
