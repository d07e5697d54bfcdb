"""What is known about dialects beyond their grammar: where a CTE is visible, and what a table function reads."""

from __future__ import annotations

import re

from msgspec import Struct


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


class CteRules(Struct, frozen=True):
    """Where the names of a WITH are visible.

    `forward`: every sibling sees every other, also later ones. `recursive_forward`: only with WITH
    RECURSIVE. `implicit_recursion`: a set operation may name itself without the keyword. `anchor_sees_table`: in the
    first arm of a recursive CTE its own name is the table of that name.
    """

    forward: bool = False
    recursive_forward: bool = False
    implicit_recursion: bool = False
    anchor_sees_table: bool = False


_CTE_RULES: dict[str, CteRules] = {
    "bigquery": CteRules(recursive_forward=True),
    "clickhouse": CteRules(forward=True, anchor_sees_table=True),
    "duckdb": CteRules(anchor_sees_table=True),
    "fabric": CteRules(implicit_recursion=True),
    "materialize": CteRules(recursive_forward=True),
    "oracle": CteRules(implicit_recursion=True),
    "postgres": CteRules(recursive_forward=True),
    "risingwave": CteRules(recursive_forward=True),
    "snowflake": CteRules(implicit_recursion=True),
    "sqlite": CteRules(forward=True, implicit_recursion=True),
    "tsql": CteRules(implicit_recursion=True),
}
_DEFAULT_RULES = CteRules()


def cte_rules(dialect: str) -> CteRules:
    """The rules of `dialect`; the strictest ones, those of the standard, if it is not known."""
    return _CTE_RULES.get(dialect, _DEFAULT_RULES)


TSQL = frozenset({"tsql", "fabric"})
HASH_IS_TEMPORARY = TSQL | {"redshift"}

# What SELECT ... INTO names here is a variable.
INTO_FILLS = frozenset({"bigquery", "databricks", "mysql", "oracle", "singlestore", "snowflake", "spark", "teradata"})

# They update and delete in several tables at once.
MYSQL_FAMILY = frozenset({"mysql", "singlestore", "doris", "starrocks"})

# The schema or catalog of what lives only in the session.
_TEMPORARY_SCHEMAS = {"duckdb": "temp", "sqlite": "temp", "postgres": "pg_temp", "redshift": "pg_temp"} | dict.fromkeys(
    ("hive", "spark2", "spark", "databricks"), "global_temp"
)


def is_temporary_schema(dialect: str, name: str) -> bool:
    """Whether only a session's own relations are in this schema or catalog."""
    return _TEMPORARY_SCHEMAS.get(dialect) == name.lower()


HIVE_FAMILY = frozenset({"hive", "spark2", "spark", "databricks"})
POSTGRES_FAMILY = frozenset({"postgres", "redshift", "materialize", "risingwave"})
TRINO_FAMILY = frozenset({"trino", "presto", "athena"})

# In these, `from orders o, o.items` walks an array of the row.
WALKS_ARRAYS = frozenset({"bigquery", "redshift", "snowflake", "clickhouse", "spark", "databricks"})

# A function's argument may be TABLE(name).
TABLE_ARGUMENTS = TRINO_FAMILY | HIVE_FAMILY

# Their SET SCHEMA says where names are looked up; elsewhere it sets a variable.
SET_CHANGES_SCHEMA = POSTGRES_FAMILY | {"duckdb"}

# Their USE with one name sets the database, not the schema.
USE_NAMES_DATABASE = frozenset({"tsql", "fabric", "snowflake"})

FILE_FUNCTIONS = words(
    """
    azureblobstorage delta_scan deltalake file gcs glob hdfs iceberg iceberg_metadata iceberg_scan
    iceberg_snapshots lance_scan parquet_file_metadata parquet_kv_metadata
    parquet_metadata parquet_scan parquet_schema read_avro read_blob read_csv read_csv_auto
    read_duckdb read_files read_json read_json_auto read_json_objects
    read_json_objects_auto read_ndjson read_ndjson_auto read_ndjson_objects read_parquet read_text
    read_vortex read_xlsx s3 sniff_csv sqlite_scan st_read st_read_meta url
    """
)

# Their second argument is the file, the first one names a cluster.
CLUSTER_FILE_FUNCTIONS = words(
    "azureblobstoragecluster deltalakecluster filecluster gcscluster hdfscluster s3cluster urlcluster"
)

# The first argument is the name of a relation; of the second group it may also be written without quotes.
NAME_FUNCTIONS = frozenset({"query_table", "table_changes", "identifier", "stream", "dictionary", "table"})
BARE_NAME_FUNCTIONS = frozenset({"stream", "containers", "containstable", "freetexttable", "changetable"})
NAME_SCALAR_FUNCTIONS = frozenset(
    {"dictget", "dictgetordefault", "dictgetornull", "dicthas", "joinget", "joingetornull"}
)

# The first argument is a query of this warehouse.
QUERY_FUNCTIONS = frozenset({"query"})

# What they read is not known from the text.
OPAQUE_FUNCTIONS = words(
    """
    cluster clusterallreplicas dblink executesql external_query jdbc merge mongodb mysql mysql_query
    mysql_scan odbc openquery opendatasource postgres_query postgres_scan postgres_scan_pushdown
    postgresql redis remote remote_query remotesecure result_scan sqlite_query sqlite_attach executable
    """
)

ROW_FUNCTIONS = words(
    """
    input view null fuzzjson generaterandom event_log the range_sessionize gap_fill appends changes vector_search
    arrayjoin columns descriptor duckdb_columns duckdb_functions duckdb_settings duckdb_tables
    exclude_columns explode explode_outer flatten from_json generate_array generate_date_array
    generate_series generate_subscripts generate_timestamp_array generator getdate inline
    inline_outer json_array_elements json_array_elements_text json_each json_each_text
    json_object_keys json_populate_record json_populate_recordset json_table json_to_record
    json_to_recordset json_tree jsonb_array_elements jsonb_array_elements_text jsonb_each
    jsonb_each_text jsonb_object_keys jsonb_path_query jsonb_populate_recordset jsonb_to_record
    jsonb_to_recordset numbers numbers_mt openjson pg_options_to_table pragma_storage_info
    pragma_table_info posexplode posexplode_outer range regexp_matches regexp_split_to_table
    repeat_row repeat sequence split_to_table splittotable stack stack_outer string_split
    string_to_table strtok_split_to_table ts_stat unnest unnest_with_ordinality values
    variant_explode variant_explode_outer xmltable zeros zeros_mt infer_schema validate
    generate_random_table duckdb_schemas duckdb_databases duckdb_views duckdb_types duckdb_indexes
    duckdb_sequences duckdb_constraints duckdb_extensions duckdb_secrets duckdb_logs
    pragma_database_size pragma_show seq_scan test_all_types checkpoint force_checkpoint
    """
)

# Spark's `delta.`/path``: the first part is a format, not a schema.
SPARK_FORMATS = frozenset({"avro", "binaryfile", "csv", "delta", "iceberg_path", "json", "orc", "parquet", "text"})

# The table of one row that every session has.
_HAVE_DUAL = MYSQL_FAMILY | {"exasol", "oracle", "snowflake"}


def is_pseudo_table(dialect: str, name: str) -> bool:
    """Whether an unqualified name is a table that every session has: DUAL."""
    return name.lower() == "dual" and dialect in _HAVE_DUAL


_FILE_NAME = re.compile(
    r"""\.(parquet|csv|tsv|json|jsonl|ndjson|avro|xlsx|arrow|feather|txt|db|duckdb|sqlite|vortex)(\.(gz|zst|bz2|xz))?$
    |^[a-z0-9]+://|[*]\.|/""",
    re.IGNORECASE | re.VERBOSE,
)


def is_file_name(name: str) -> bool:
    """Whether a quoted table name is a file (DuckDB)."""
    return _FILE_NAME.search(name) is not None
