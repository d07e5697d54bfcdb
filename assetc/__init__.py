"""assetc: an asset compiler. Each name that a model file uses is imported when it is first asked for."""

from __future__ import annotations

from importlib import import_module

from assetc.version import __version__

_PLACES = {
    "AssetDep": "definitions.dependency:AssetDep",
    "AssetExecutionContext": "runtime.python.body_context:AssetExecutionContext",
    "AssetIn": "definitions.asset_in:AssetIn",
    "AssetKey": "definitions.key:AssetKey",
    "AssetMaterialization": "definitions.output:AssetMaterialization",
    "AssetOut": "definitions.asset_out:AssetOut",
    "AssetSpec": "definitions.spec:AssetSpec",
    "AssetcError": "definitions.errors:AssetcError",
    "AssetsDefinition": "definitions.asset:AssetsDefinition",
    "DagsterError": "definitions.errors:AssetcError",
    "DagsterInvalidConfigError": "definitions.errors:InvalidConfigError",
    "DagsterInvalidDefinitionError": "definitions.errors:InvalidDefinitionError",
    "DagsterInvalidInvocationError": "definitions.errors:InvalidInvocationError",
    "DagsterInvalidMetadata": "definitions.errors:InvalidMetadataError",
    "DagsterInvalidSubsetError": "definitions.errors:InvalidSelectionError",
    "DagsterInvariantViolationError": "definitions.errors:InvariantError",
    "DagsterStepOutputNotFoundError": "definitions.errors:OutputMissingError",
    "DataVersion": "definitions.output:DataVersion",
    "Definitions": "definitions.definitions:Definitions",
    "ExecuteInProcessResult": "runtime.python.result:ExecuteInProcessResult",
    "Failure": "definitions.errors:Failure",
    "FilesystemIOManager": "runtime.values.io_managers:FilesystemIOManager",
    "From": "definitions.asset_in:From",
    "IOManager": "definitions.io_manager:IOManager",
    "InMemoryIOManager": "runtime.values.io_managers:InMemoryIOManager",
    "InputContext": "definitions.io_manager:InputContext",
    "InvalidConfigError": "definitions.errors:InvalidConfigError",
    "InvalidDefinitionError": "definitions.errors:InvalidDefinitionError",
    "InvalidInvocationError": "definitions.errors:InvalidInvocationError",
    "InvalidMetadataError": "definitions.errors:InvalidMetadataError",
    "InvalidSelectionError": "definitions.errors:InvalidSelectionError",
    "InvariantError": "definitions.errors:InvariantError",
    "MaterializeResult": "definitions.output:MaterializeResult",
    "MetadataValue": "definitions.metadata:MetadataValue",
    "Output": "definitions.output:Output",
    "OutputContext": "definitions.io_manager:OutputContext",
    "OutputMissingError": "definitions.errors:OutputMissingError",
    "Ref": "definitions.asset_in:Ref",
    "Relation": "definitions.relation:Relation",
    "SourceAsset": "definitions.spec:SourceAsset",
    "ValueNotFoundError": "definitions.errors:ValueNotFoundError",
    "asset": "definitions.decorators:asset",
    "materialize": "definitions.materialize:materialize",
    "materialize_to_memory": "definitions.materialize:materialize_to_memory",
    "multi_asset": "definitions.decorators:multi_asset",
}

__all__ = ["__version__", *_PLACES]  # noqa: PLE0604  each name has its place in the table, and only there


def __getattr__(name: str) -> object:
    """The public name, from the file that defines it."""
    if name not in _PLACES:
        raise AttributeError(f"module 'assetc' has no attribute {name!r}")
    module, _, attribute = _PLACES[name].partition(":")
    value: object = getattr(import_module(f"assetc.{module}"), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
