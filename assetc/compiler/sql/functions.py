"""What a table function reads: files, a relation that it names, or something that the text does not say."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from assetc.compiler.sql import vocabulary
from assetc.compiler.sql.constants import constant_string, constant_strings, constant_texts
from assetc.compiler.sql.fold import fold
from assetc.compiler.sql.script_state import ScriptState

ReadText = Callable[[ScriptState, str], None]


def read_function(script: ScriptState, function: exp.Expr, schema: list[exp.Expr], read_text: ReadText) -> None:
    """Add what a table function reads; `schema` are the names before its own."""
    function, schema = _unwrap(function, schema)
    if not isinstance(function, exp.Func):
        return
    name = function.name if isinstance(function, exp.Anonymous) else function.sql_name()
    word, first = name.lower(), _first_argument(function)
    if _is_opaque(word, schema):
        script.unknown(word, f"{word}() reads what this text does not tell")
    elif schema and not isinstance(function, exp.Anonymous):
        pass
    elif not schema and word in vocabulary.FILE_FUNCTIONS:
        _read_files(script, word, first)
    elif not schema and word in vocabulary.CLUSTER_FILE_FUNCTIONS:
        _read_files(script, word, function.expressions[1] if len(function.expressions) > 1 else None)
    elif not schema and word == "openrowset":
        _read_row_set(script, function)
    elif not schema and word in vocabulary.QUERY_FUNCTIONS:
        _read_query(script, word, first, read_text)
    elif not schema and word in vocabulary.NAME_FUNCTIONS | vocabulary.BARE_NAME_FUNCTIONS:
        read_name(script, word, first)
    elif word not in vocabulary.ROW_FUNCTIONS or schema:
        _read_user_function(script, function, schema, name)


def read_name(script: ScriptState, word: str, argument: exp.Expr | None, operation: str = "") -> None:
    """Add the relation whose name is the argument of `word(...)`."""
    if isinstance(argument, exp.Column):
        if word in vocabulary.BARE_NAME_FUNCTIONS:
            script.read(tuple(script.fold(part) for part in argument.parts), script.offsets_of(argument.parts))
            return
        if word == "table":  # a collection of the row: Oracle's TABLE(t.items)
            return
    names = constant_strings(argument)
    if names is None:
        script.unknown(word, f"the name given to {word}() cannot be known from the text")
    for text in names or ():
        script.add_named(text, operation)


def _unwrap(function: exp.Expr, schema: list[exp.Expr]) -> tuple[exp.Expr, list[exp.Expr]]:
    """`TABLE(a.b(...) OVER (...))` -> `b(...)` and its schema."""
    while True:
        if isinstance(function, exp.Window):
            function = function.this
        elif isinstance(function, exp.Dot):
            parts = list(function.flatten())
            schema, function = [part for part in parts[:-1] if isinstance(part, exp.Identifier)], parts[-1]
        elif isinstance(function, exp.Anonymous) and function.name.upper() == "TABLE" and function.expressions:
            inner = function.expressions[0]
            if not isinstance(inner, (exp.Dot, exp.Func)) or len(function.expressions) > 1:
                return function, schema
            function = inner
        else:
            return function, schema


def _is_opaque(word: str, schema: list[exp.Expr]) -> bool:
    if schema:  # trino's TABLE(postgres.system.query(query => '...'))
        return word == "query" and schema[-1].name.lower() == "system"
    return word in vocabulary.OPAQUE_FUNCTIONS


def _first_argument(function: exp.Expr) -> exp.Expr | None:
    if isinstance(function, exp.Anonymous):
        return function.expressions[0] if function.expressions else None
    for value in function.args.values():
        candidate = value[0] if isinstance(value, list) and value else value
        if isinstance(candidate, exp.Expr):
            return candidate
    return None


def _read_files(script: ScriptState, word: str, argument: exp.Expr | None) -> None:
    texts = constant_texts(argument)
    if texts is None:
        script.unknown(word, f"the file given to {word}() cannot be known from the text")
    for name, literals in texts or ():
        script.add("file_read", (name,), script.offsets_of(literals))


def _path_setting(function: exp.Func) -> exp.Expr | None:
    """StarRocks: FILES('path' = 's3://...', 'format' = ...)."""
    settings = (each for each in function.expressions if isinstance(each, exp.EQ))
    return next((each.expression for each in settings if each.this.name.lower() == "path"), None)


def _read_row_set(script: ScriptState, function: exp.Expr) -> None:
    """T-SQL: OPENROWSET(BULK 'file', NAME = value ...) reads a file, OPENROWSET('provider', ...) another server."""
    if sum(isinstance(item, exp.Literal) for item in function.expressions) == 1:
        _read_files(script, "openrowset", function.expressions[0])
    else:
        script.unknown("openrowset", "OPENROWSET() reads what this text does not tell")


def _is_of_a_model(script: ScriptState, schema: list[exp.Expr]) -> bool:
    """BigQuery's own ML.PREDICT, AI.FORECAST and the like."""
    return script.dialect == "bigquery" and len(schema) == 1 and schema[0].name.lower() in ("ml", "ai")


def _read_query(script: ScriptState, word: str, argument: exp.Expr | None, read_text: ReadText) -> None:
    text = constant_string(argument)
    if text is None:
        script.unknown(word, f"the query given to {word}() cannot be known from the text")
        return
    with script.inside_string():
        read_text(script, text)


def _read_user_function(script: ScriptState, function: exp.Expr, schema: list[exp.Expr], name: str) -> None:
    if not isinstance(function, exp.Anonymous) or _is_of_a_model(script, schema):
        return
    if name.lower() == "files" and script.dialect == "starrocks":
        _read_files(script, "files", _path_setting(function))
        return
    folded = fold(script.dialect, name, quoted=False)
    parts = (*(script.fold(part) for part in schema), folded)
    if ".".join(parts).lower() in script.local_functions or (not schema and name.lower() in script.local_functions):
        return
    script.add("table_function", parts, script.offsets_of(schema))
