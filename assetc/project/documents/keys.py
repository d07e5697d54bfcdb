"""The keys that mean something in a project file, a property file and a check; those of dbt as in dbt-core 1.12."""

from __future__ import annotations

from assetc.compiler.configuration.configure import KNOWN as ASSET_CONFIG_KEYS
from assetc.compiler.configuration.keys import ADAPTER_KEYS, words

SECTIONS = {
    "models": "models",
    "seeds": "seeds",
    "snapshots": "snapshots",
    "sources": "sources",
    "checks": "checks",
    "tests": "checks",
    "data_tests": "checks",
}
"""The keys of a project file that hold configuration by folder, and what they configure."""

DBT_PROJECT_KEYS = words("""
    name version config_version profile require_dbt_version model_paths macro_paths seed_paths test_paths
    analysis_paths docs_paths asset_paths snapshot_paths function_paths osi_paths check_paths target_path
    log_path packages_install_path clean_targets quoting query_comment on_run_start on_run_end dispatch
    vars models seeds snapshots sources analyses data_tests tests unit_tests exposures metrics
    semantic_models saved_queries functions restrict_access flags dbt_cloud info_schema sync docs
""")

OLD_DBT_PROJECT_KEYS = words("source_paths data_paths")
"""Names that dbt still obeys, and that are proposed to nobody."""

NATIVE_PROJECT_KEYS = words("""
    name version profile model_paths macro_paths seed_paths snapshot_paths check_paths test_paths
    target_path packages_install_path clean_targets query_comment on_run_start on_run_end dispatch vars
    models seeds snapshots sources checks tests data_tests flags strict_sources default_source schemas
    schema dialect inference import_python resources selectors default_materialization default_load_type
""")

MAPPING_CONFIG_KEYS = words("""
    meta docs persist_docs quoting column_types grants contract freshness snapshot_meta_column_names
    indexes state latest_version_pointer parquet_read_options parameters options metadata
""")
"""Configuration keys whose value is a mapping: in TOML they are told from folders by their names."""

CHECK_CONFIG_KEYS = words("""
    severity fail_calc warn_if error_if where limit store_failures store_failures_as schema alias database
    enabled tags meta group sql_header static_analysis
""")

CONFIG_KEYS = {
    "models": ASSET_CONFIG_KEYS,
    "seeds": ASSET_CONFIG_KEYS,
    "snapshots": ASSET_CONFIG_KEYS,
    "sources": words("enabled event_time freshness loaded_at_field loaded_at_query meta tags quoting external loader")
    | ADAPTER_KEYS,
    "checks": CHECK_CONFIG_KEYS | ADAPTER_KEYS,
    "macros": words("meta docs enabled"),
}

PROPERTY_FILE_KEYS = words("""
    version models seeds snapshots sources macros analyses exposures groups functions data_tests tests
    checks unit_tests metrics semantic_models saved_queries anchors
""")

NOT_BUILT_SECTIONS = words("""
    analyses exposures functions unit_tests metrics semantic_models saved_queries groups data_tests tests checks
""")

CHECK_LISTS = ("data_tests", "tests", "checks")

_ANY_ASSET = words("name description config columns data_tests tests checks docs meta tags")

ASSET_KEYS = {
    "models": _ANY_ASSET
    | words("""
        constraints access group latest_version versions deprecation_date time_spine primary_entity
        agg_time_dimension semantic_model metrics derived_semantics
    """),
    "seeds": _ANY_ASSET,
    "snapshots": _ANY_ASSET | words("relation"),
    "macros": words("name description arguments docs meta config"),
}

NOT_BUILT_PROJECT_KEYS = words("on_run_start on_run_end query_comment")
"""Keys that are read and have no effect yet."""

NOT_BUILT_ASSET_KEYS = words("""
    constraints versions latest_version time_spine semantic_model metrics deprecation_date primary_entity
    agg_time_dimension derived_semantics
""")

NOT_BUILT_COLUMN_KEYS = words("""
    quote constraints granularity dimension entity policy_tags databricks_tags column_mask
""")

NOT_BUILT_CONFIG_KEYS = {
    "sources": words("quoting freshness loaded_at_field loaded_at_query external overrides event_time"),
    "checks": words("store_failures store_failures_as alias schema database sql_header static_analysis"),
}
"""Keys of sources and checks, and of their configuration, that are read and have no effect yet."""

CHANGES_A_RUN = words("unit_tests versions")
"""What is not built and would make dbt do something else in a run."""

CONFIG_AT_THE_TOP = words("""
    meta tags docs access group relation loader freshness loaded_at_field loaded_at_query quoting external
""")
"""Keys of an asset or source that mean the same inside its `config`."""

COLUMN_KEYS = words("""
    name description data_type quote constraints data_tests tests checks tags meta docs config granularity
    dimension entity policy_tags databricks_tags column_mask
""")

SOURCE_KEYS = words("""
    name description database schema loader quoting freshness loaded_at_field loaded_at_query config meta
    tags tables overrides
""")

TABLE_KEYS = words("""
    name identifier description columns data_tests tests checks freshness loaded_at_field loaded_at_query
    external quoting config meta tags
""")

CHECK_KEYS = words("name test_name column_name description arguments config")
"""The keys of a check that are neither its arguments nor its configuration."""


def snake(key: str) -> str:
    """A key in the one form in which it is looked up: no "+" in front, "_" for "-"."""
    return key.removeprefix("+").strip().replace("-", "_")
