"""Configuration keys without a field in `AssetConfig`: they are known, and kept in its `extra`."""

from __future__ import annotations

from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import Span


def words(text: str) -> frozenset[str]:
    """The words of a text: a set that is long to write otherwise."""
    return frozenset(text.split())


ADAPTER_KEYS = words("""
    auto_liquid_cluster auto_refresh automatic_clustering backup base_location_root base_location_subpath bind
    buckets catalog_name cluster_by clustered_by copy_grants copy_tags databricks_compute databricks_tags
    delimiter dist enable_refresh external external_volume file_format format glue_register hours_to_expiration
    iceberg_version immutable_where include_full_name_in_path indexes initialize kms_key_name labels
    liquid_clustered_by location location_root max_staleness options parameters parquet_read_options
    partition_by partition_expiration_days partitions query_tag refresh_interval_minutes refresh_mode
    refresh_warehouse require_partition_filter row_access_policy scheduler secure skip_non_matched_step
    snowflake_warehouse sort sort_type table_format table_tag target_lag tblproperties tmp_relation_type
    transient unlogged
""")
"""Read by an adapter, of dbt or of ours."""

DBT_KEYS = words("""
    access batch_size begin check_cols compute concurrent_batches contract dbt_valid_to_current docs entry_point
    event_time freshness grants hard_deletes imports invalidate_hard_deletes latest_version_pointer
    loaded_at_field loaded_at_query lookback on_configuration_change on_error packages persist_docs
    python_version quoting required_docs runtime_version snapshot_meta_column_names sql_header state
    static_analysis strategy submission_method target_database target_schema type updated_at volatility
""")
"""Read by dbt, besides the keys that it shares with us."""

OWN_KEYS = words("""
    automation_condition backfill_policy code_version compute_kind config_schema data_version default_load_type
    deps_policy end_date freshness_policy ins io_manager_key kinds ledger metadata_query node_color op_tags
    output_required outs partition_expr partition_mapping partitions_def required_resource_keys retry_policy
    skip_if start_date
""")
"""Read by `@asset` and the parts of assetc that are not built yet."""

HARMLESS_KEYS = words("access docs required_docs default_load_type kinds compute_kind node_color")
"""Keys that work, or that only describe."""

WITHOUT_EFFECT = (DBT_KEYS | words("quote_columns")) - HARMLESS_KEYS
"""Keys that a native project can have and nothing reads yet."""

WITHOUT_EFFECT_IN_SQL = OWN_KEYS - HARMLESS_KEYS
"""Keys that have no effect unless the asset is a Python function."""

OF_STEP = words("pre_hook post_hook sql_header")
"""Keys whose templates are rendered when the step of the asset comes to them, not when the project is loaded."""

TEXTS = OF_STEP | words("incremental_predicates predicates")
"""Keys whose values are SQL: a fault in it is told at its place, so that it is known where they begin and end."""

KNOWN_ELSEWHERE = ADAPTER_KEYS | DBT_KEYS | OWN_KEYS


def without_effect(key: str, span: Span, hint: str = "") -> Diagnostic:
    """W223: the key is known, and has no effect yet."""
    return diagnostic("W223", f'"{key}" is not built yet and has no effect', span, hint=hint)
