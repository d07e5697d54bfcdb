"""Relations, files and SQL in strings in other positions than FROM."""

from __future__ import annotations

from sqlglot import exp

from assetc.compiler.reference import ReferenceKind
from assetc.compiler.sql import vocabulary
from assetc.compiler.sql.constants import constant_string, constant_strings
from assetc.compiler.sql.ctes import cte_name, find_cte
from assetc.compiler.sql.functions import ReadText
from assetc.compiler.sql.script_state import ScriptState
from assetc.compiler.sql.tables import is_temporary

_ROUTINES = frozenset({"FUNCTION", "PROCEDURE", "MACRO"})


def read_membership(script: ScriptState, node: exp.Expr, _read_text: ReadText) -> None:
    """ClickHouse: `x in name` may name a table or a CTE; a column's alias is neither."""
    column = node.args.get("field")
    if script.dialect != "clickhouse" or not isinstance(column, exp.Column):
        return
    parts = tuple(script.fold(part) for part in column.parts)
    if len(parts) == 1:
        select = node.find_ancestor(exp.Select)
        if select is not None and any(item.alias == parts[0] for item in select.expressions):
            return
        if find_cte(script.dialect, node, cte_name(script.dialect, column.this)) is not None:
            return
    before = script.certainty
    script.certainty = "likely"
    script.read(parts, script.offsets_of(column.parts))
    script.certainty = before


def read_call(script: ScriptState, node: exp.Expr, _read_text: ReadText) -> None:
    """ClickHouse's dictGet('name', ...), and TABLE(name) given to a function."""
    word = node.name.lower()
    if script.dialect == "clickhouse" and word in vocabulary.NAME_SCALAR_FUNCTIONS and node.expressions:
        text = constant_string(node.expressions[0])
        if text is not None:
            script.add_named(text)
    elif word == "table" and script.dialect in vocabulary.TABLE_ARGUMENTS and node.expressions:
        column = node.expressions[0]
        if isinstance(column, exp.Column):
            script.read(tuple(script.fold(part) for part in column.parts), script.offsets_of(column.parts))


def read_copy(script: ScriptState, node: exp.Expr, _read_text: ReadText) -> None:
    """COPY: the files that are loaded or written."""
    kind: ReferenceKind = "file_read" if node.args.get("kind") else "file_write"
    for item in node.args.get("files") or ():
        if isinstance(item, exp.Literal):
            script.add(kind, (item.name,), script.offsets_of([item]), operation="copy")


def read_returning(script: ScriptState, node: exp.Expr, _read_text: ReadText) -> None:
    """T-SQL: OUTPUT ... INTO a table."""
    into = node.args.get("into")
    if isinstance(into, exp.Identifier) and not is_temporary(script, into):
        script.write((script.fold(into),), script.offsets_of([into]), operation="insert")


def read_insert(script: ScriptState, node: exp.Expr, _read_text: ReadText) -> None:
    """ClickHouse: INSERT INTO FUNCTION file('name') ..."""
    function = node.this
    if not isinstance(function, exp.Anonymous):
        return
    word = function.name.lower()
    text = constant_string(function.expressions[0] if function.expressions else None)
    if word in vocabulary.FILE_FUNCTIONS and text is not None:
        script.add("file_write", (text,), operation="insert")
    else:
        script.unknown(word, f"what is written through {word}() cannot be known from the text")


def read_summarize(script: ScriptState, node: exp.Expr, _read_text: ReadText) -> None:
    """DuckDB: SUMMARIZE 'file'."""
    if isinstance(node.this, exp.Literal):
        script.add("file_read", (node.this.name,), script.offsets_of([node.this]))


def read_inner_command(script: ScriptState, node: exp.Expr, read_text: ReadText) -> None:
    """The body of a routine that the parser keeps as text."""
    with script.inside_string():
        read_text(script, f"{node.this} {node.text('expression')}")


def read_load(script: ScriptState, node: exp.Expr, _read_text: ReadText) -> None:
    """LOAD DATA and EXPORT DATA of BigQuery: their `uri` options; LOAD DATA INPATH of Spark."""
    path = constant_string(node.args.get("inpath"))
    if path is not None:
        script.add("file_read", (path,), operation="copy")
    for item in node.find_all(exp.Property, exp.EQ, exp.PropertyEQ):
        name = item.this.name if isinstance(item.this, exp.Expr) else str(item.this)
        if name.lower() in ("uri", "uris"):
            value = item.args.get("value") or item.args.get("expression")
            for text in constant_strings(value) or ():
                script.add("file_read" if isinstance(node, exp.LoadData) else "file_write", (text,), operation="copy")


def read_directory(script: ScriptState, node: exp.Expr, _read_text: ReadText) -> None:
    """INSERT OVERWRITE DIRECTORY."""
    if isinstance(node.this, exp.Literal):
        script.add("file_write", (node.this.name,), operation="replace")


def read_create(script: ScriptState, node: exp.Expr, read_text: ReadText) -> None:
    """CREATE FUNCTION and the like: the routine belongs to the script, and its body is read."""
    is_routine = isinstance(node.this, exp.UserDefinedFunction)
    if not is_routine and str(node.args.get("kind") or "").upper() not in _ROUTINES:
        return
    name = node.this.this if is_routine else node.this
    if isinstance(name, exp.Expr):
        script.local_functions.add(".".join(part.name for part in name.find_all(exp.Identifier)).lower())
        script.local_functions.add(name.name.lower())
    body = node.args.get("expression")
    text = constant_string(body.expressions[0] if isinstance(body, exp.Block) and body.expressions else body)
    if text is not None and _language(node) in ("", "sql", "plpgsql"):
        with script.inside_string():
            read_text(script, text)


def _language(create: exp.Expr) -> str:
    properties = create.args.get("properties")
    for item in properties.expressions if properties is not None else ():
        if isinstance(item, exp.LanguageProperty):
            return str(item.name).lower()
    return ""


def read_execute(script: ScriptState, node: exp.Expr, read_text: ReadText) -> None:
    """EXECUTE or EXEC: SQL in constant strings is read, everything else is opaque."""
    this = node.this
    name = this.name.lower() if isinstance(this, exp.Table) else ""
    texts: list[str] = []
    if isinstance(this, exp.Subquery) and isinstance(this.this, exp.Table):  # the parser's reading of EXEC ('sql')
        texts = [this.this.name] if isinstance(this.this.this, exp.Identifier) else []
    elif not isinstance(this, exp.Table) and isinstance(this, exp.Expr):
        texts = [text for text in [constant_string(this)] if text is not None]
    elif name in ("sp_executesql", ""):
        texts = [text for text in map(constant_string, node.expressions[:1]) if text is not None]
    if not texts:
        script.unknown("exec", f"what {name or 'this statement'} reads and writes cannot be known from the text")
    for text in texts:
        with script.inside_string():
            read_text(script, text)
