"""Which calls read and write relations, by their names in the libraries of warehouses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

SQL_CALLS = frozenset((
    "sql", "execute", "executemany", "executescript", "exec_driver_sql", "execute_sql", "execute_async",
    "execute_string", "raw_sql", "run_sql", "run_query", "query", "query_df", "query_arrow", "query_and_wait",
    "read_sql", "read_sql_query", "read_database", "read_database_uri", "read_gbq", "fetch", "fetchrow",
    "fetchval", "fetch_all", "fetch_one", "fetchdf", "fetch_pandas_all", "from_query", "from_sql",
    "copy_expert", "selectExpr_sql", "get_pandas_df", "get_records", "get_first", "create_dataframe_from_sql",
    "to_dataframe",
))  # fmt: skip
"""Their argument is SQL."""

LENIENT_SQL_CALLS = frozenset((
    "query", "fetch", "fetchdf", "fetch_all", "fetch_one", "fetchrow", "fetchval", "get_first",
))  # fmt: skip
"""Names that other libraries use too: an argument that is not known to be SQL is ignored."""

SQL_KEYWORDS = ("sql", "query", "statement", "operation", "sql_query", "command")

TABLE_CALLS = frozenset((
    "table", "read_table", "read_sql_table", "read_gbq_table", "load_table", "forName",
))  # fmt: skip
"""Their argument is the name of a relation that is read."""

NAME_OR_SQL_CALLS = frozenset(("read_sql", "read_gbq"))
"""Their argument is SQL, or the name of a table."""

TABLE_KEYWORDS = ("table_name", "name", "table", "tableName", "tableOrViewName")
SCHEMA_KEYWORDS = ("schema", "schema_name", "database")

NOT_WAREHOUSES = frozenset((
    "rich", "pyarrow", "pa", "streamlit", "st", "matplotlib", "plt", "plotly", "dash", "bokeh", "reportlab",
    "docx", "IPython", "prettytable", "tabulate", "bs4", "tkinter", "wx", "openpyxl", "jinja2", "logging",
    "argparse", "concurrent", "asyncio", "redis", "subprocess",
))  # fmt: skip
"""Libraries whose `table()` or `execute()` has nothing to do with a warehouse."""

REFERENCE_CALLS = frozenset((
    "ref", "load_asset", "load_input", "asset_ref", "get_asset", "source", "load_asset_value", "dep",
))  # fmt: skip
REFERENCE_RECEIVERS = frozenset(("context", "ctx", "self", "dbt", "assetc", "_context"))

FILE_READS = frozenset((
    "read_parquet", "scan_parquet", "read_csv", "scan_csv", "read_csv_auto", "read_json", "read_ndjson",
    "scan_ndjson", "read_ipc", "scan_ipc", "read_feather", "read_excel", "read_orc", "read_avro", "scan_delta",
    "scan_iceberg", "read_delta", "read_ipc_stream", "read_pickle", "read_stata", "read_sas", "read_spss", "read_fwf",
    "read_hdf", "read_xml", "read_ods", "read_json_auto", "from_csv_auto", "from_parquet", "from_csv", "ParquetFile",
    "ParquetDataset", "read_file", "load_workbook", "loadtxt", "genfromtxt", "ZipFile",
))  # fmt: skip
"""Functions and methods whose argument is a file, whatever the library."""

FILE_FUNCTIONS = frozenset((
    "pandas.read_table", "pyarrow.parquet.read_table", "pyarrow.parquet.read_pandas", "pyarrow.dataset.dataset",
    "pyarrow.orc.read_table", "pyarrow.feather.read_table", "numpy.load", "numpy.fromfile", "joblib.load",
    "torch.load", "xml.etree.ElementTree.parse", "lxml.etree.parse", "glob.glob", "glob.iglob", "os.listdir",
    "os.scandir", "os.walk", "shutil.copy", "shutil.copyfile", "shutil.copytree",
))  # fmt: skip
"""Functions whose argument is a file, by their full names: others have names like these."""

FILE_KEYWORDS = (
    "filepath_or_buffer", "path_or_buf", "path_or_buffer", "io", "path", "source", "sources", "file", "fname",
    "filename", "file_glob", "file_globs", "pathname", "excel_writer", "where", "workbook", "src",
)  # fmt: skip

FILE_WRITES: Mapping[str, int] = {
    **dict.fromkeys((
        "to_csv", "to_parquet", "to_json", "to_excel", "to_pickle", "to_feather", "to_stata", "to_xml", "to_html",
        "to_orc", "to_file", "write_csv", "write_parquet", "write_json", "write_ndjson", "write_ipc", "write_avro",
        "write_excel", "write_delta", "sink_csv", "sink_parquet", "sink_ipc", "sink_ndjson", "savetxt",
    ), 0),
    "write_feather": 1,
    "write_to_dataset": 1,
}  # fmt: skip
"""Calls that write a file, and the position of the argument that names it."""

NOT_FILES = frozenset(("webbrowser", "urllib", "selenium", "shelve", "dbm"))
"""Libraries whose `open` or `read_...` has nothing to do with a file."""

PATH_READS = frozenset(("read_text", "read_bytes", "iterdir"))
PATH_WRITES = frozenset(("write_text", "write_bytes"))
"""Methods of paths."""

REGISTRATIONS = frozenset((
    "register", "register_table", "register_view", "createOrReplaceTempView", "create_or_replace_temp_view",
    "createTempView", "createGlobalTempView", "createOrReplaceGlobalTempView", "create_temp_view",
    "registerTempTable", "register_arrow",
))  # fmt: skip
"""They name a table of this session."""


class WriteCall(Struct, frozen=True):
    """Which argument of a writing call names the relation, and what it does by default."""

    operation: str
    position: int = 0
    keywords: Sequence[str] = ("name", "table", "table_name", "tableName", "destination_table", "destination")


WRITE_CALLS: Mapping[str, WriteCall] = {
    "saveAsTable": WriteCall("create"),
    "save_as_table": WriteCall("create"),
    "insertInto": WriteCall("insert"),
    "insert_into": WriteCall("insert"),
    "to_sql": WriteCall("create"),
    "to_gbq": WriteCall("create"),
    "write_table": WriteCall("create"),
    "write_database": WriteCall("create"),
    "create_table": WriteCall("create"),
    "create_view": WriteCall("create"),
    "to_table": WriteCall("create"),
    "to_view": WriteCall("create"),
    "append_table": WriteCall("insert"),
    "overwrite_table": WriteCall("replace"),
    "writeTo": WriteCall("insert"),
    "drop_table": WriteCall("drop"),
    "insert_arrow": WriteCall("insert"),
    "insert_df": WriteCall("insert"),
    "insert_rows_json": WriteCall("insert"),
    "load_table_from_dataframe": WriteCall("insert", 1),
    "load_table_from_uri": WriteCall("insert", 1),
}

LENIENT_WRITE_CALLS = frozenset(("to_table", "to_view", "create_table", "insert_into"))
"""Names that other libraries use too, with something other than a string as the argument."""

MODE_KEYWORDS = ("if_exists", "if_table_exists", "mode", "write_disposition")
MODES: Mapping[str, str] = {
    "append": "insert",
    "write_append": "insert",
    "overwrite": "replace",
    "replace": "replace",
    "truncate": "replace",
    "write_truncate": "replace",
}

SILENT_CALLS = frozenset((
    "print", "pprint", "info", "debug", "warning", "warn", "error", "exception", "critical", "log", "md",
    "markdown", "json", "text", "path", "url", "write", "writelines", "add_output_metadata", "add_metadata",
    "encode", "md5", "sha1", "sha256", "len", "parse", "parse_one", "transpile", "ValueError", "RuntimeError",
    "KeyError", "isinstance", "format", "append", "set_description", "report_asset_observation", "compile",
    "match", "search", "sub", "startswith", "endswith", "MetadataValue", "hash", "repr", "echo", "secho",
    "Markdown", "Syntax",
))  # fmt: skip
"""Calls for which a string is never SQL."""

SQL_START = re.compile(
    r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*(?:with|select|insert|merge|update|delete|create|from|copy|pivot|unpivot|truncate|"
    r"drop|values|table|describe|desc|summarize|call|replace|alter|explain|execute|unload|refresh|export|import|"
    r"begin|declare|use|set|attach|load|put|get|list|show|pragma|comment|grant|vacuum|analyze|optimize)\b",
    re.IGNORECASE | re.DOTALL,
)
"""The beginning of a text that a warehouse would execute."""

SQL_SHAPE = re.compile(
    r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*(?:select\b.+|with\b.+\bas\b.*\(|insert\s+(?:into|overwrite)\b|merge\s+into\b|"
    r"update\b.+\bset\b|delete\s+from\b|create\s+(?:or\s+replace\s+)?(?:temp|temporary|table|view|materialized)\b|"
    r"from\s+\w+(?:\s+(?:select|where|join|order|group)\b|\s*$)|copy\s+\w+\s+(?:from|to)\b|truncate\s+table\b|"
    r"drop\s+(?:table|view)\b)",
    re.IGNORECASE | re.DOTALL,
)
"""A text that is certainly SQL."""

SQL_AMONG_OTHERS = re.compile(
    r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*(?:select\b(?!\s*[<>=!]).+(?:\bfrom\b|__hole_)|with\b.+\bas\b.*\(|"
    r"insert\s+(?:into|overwrite)\b|merge\s+into\b|update\b(?!\s*[<>=!]).+\bset\b|delete\s+from\b|copy\s+\S+\s+(?:from|to)\b|"
    r"(?:from|create|drop|alter|truncate|pivot|unpivot|table|describe|desc|summarize|call|explain|execute|show|values)"
    r"\s+(?!(?:in|not|and|or|is)\b)[\w\"'`(\[])",
    re.IGNORECASE | re.DOTALL,
)
"""SQL in a call that other libraries have too: `frame.query("select > 1")` is not."""
