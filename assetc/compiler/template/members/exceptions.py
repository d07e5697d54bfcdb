"""`exceptions.*`: how a template refuses or warns."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from assetc.compiler.template.refusal import Refused
from assetc.compiler.template.rendering import Rendering

_MESSAGES = (
    *("raise_compiler_error", "raise_database_error", "raise_dependency_error", "raise_not_implemented"),
    *("raise_fail_fast_error", "raise_cache_inconsistent"),
)
_OTHERS = (
    *("missing_config", "missing_materialization", "missing_relation", "raise_ambiguous_alias"),
    *("raise_ambiguous_catalog_match", "raise_dataclass_not_dict", "raise_contract_error"),
    *("raise_dep_not_found", "raise_duplicate_patch_name", "raise_duplicate_resource_name"),
    *("raise_invalid_property_yml_version", "relation_wrong_type", "column_type_missing"),
)


def exceptions(rendering: Rendering) -> dict[str, Callable[..., object]]:
    """dbt's functions by name."""

    def warn(msg: object = "", node: object = None) -> str:
        rendering.warn("W230", " ".join(str(msg).split()))
        return ""

    def warn_snapshot_timestamp_data_types(snapshot: object = "", updated_at: object = "") -> str:
        return warn(f"the snapshot's time is a {snapshot}, its updated_at a {updated_at}")

    return {
        "warn": warn,
        "warn_snapshot_timestamp_data_types": warn_snapshot_timestamp_data_types,
        **dict.fromkeys(_MESSAGES, _refuse),
        **{name: _refusal(name) for name in _OTHERS},
    }


def _refuse(msg: object = "", node: object = None) -> NoReturn:
    raise Refused("E134", _one_line(msg))


def _refusal(name: str) -> Callable[..., NoReturn]:
    words = name.removeprefix("raise_").replace("_", " ")

    def refuse(*arguments: object, **options: object) -> NoReturn:
        told = ", ".join(_one_line(value) for value in (*arguments, *options.values()) if isinstance(value, str))
        raise Refused("E134", f"{words}: {told}" if told else words)

    return refuse


def _one_line(message: object) -> str:
    return " ".join(str(message).split()).rstrip(".") or "the template refused without a message"
