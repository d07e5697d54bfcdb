"""The public names with their types; `__init__.py` imports each of them when it is first asked for."""

from assetc.definitions.asset import AssetsDefinition as AssetsDefinition
from assetc.definitions.asset_in import AssetIn as AssetIn
from assetc.definitions.asset_in import From as From
from assetc.definitions.asset_in import Ref as Ref
from assetc.definitions.asset_out import AssetOut as AssetOut
from assetc.definitions.decorators import asset as asset
from assetc.definitions.decorators import multi_asset as multi_asset
from assetc.definitions.definitions import Definitions as Definitions
from assetc.definitions.dependency import AssetDep as AssetDep
from assetc.definitions.errors import AssetcError as AssetcError
from assetc.definitions.errors import AssetcError as DagsterError
from assetc.definitions.errors import Failure as Failure
from assetc.definitions.errors import InvalidConfigError as DagsterInvalidConfigError
from assetc.definitions.errors import InvalidConfigError as InvalidConfigError
from assetc.definitions.errors import InvalidDefinitionError as DagsterInvalidDefinitionError
from assetc.definitions.errors import InvalidDefinitionError as InvalidDefinitionError
from assetc.definitions.errors import InvalidInvocationError as DagsterInvalidInvocationError
from assetc.definitions.errors import InvalidInvocationError as InvalidInvocationError
from assetc.definitions.errors import InvalidMetadataError as DagsterInvalidMetadata
from assetc.definitions.errors import InvalidMetadataError as InvalidMetadataError
from assetc.definitions.errors import InvalidSelectionError as DagsterInvalidSubsetError
from assetc.definitions.errors import InvalidSelectionError as InvalidSelectionError
from assetc.definitions.errors import InvariantError as DagsterInvariantViolationError
from assetc.definitions.errors import InvariantError as InvariantError
from assetc.definitions.errors import OutputMissingError as DagsterStepOutputNotFoundError
from assetc.definitions.errors import OutputMissingError as OutputMissingError
from assetc.definitions.errors import ValueNotFoundError as ValueNotFoundError
from assetc.definitions.io_manager import InputContext as InputContext
from assetc.definitions.io_manager import IOManager as IOManager
from assetc.definitions.io_manager import OutputContext as OutputContext
from assetc.definitions.key import AssetKey as AssetKey
from assetc.definitions.materialize import materialize as materialize
from assetc.definitions.materialize import materialize_to_memory as materialize_to_memory
from assetc.definitions.metadata import MetadataValue as MetadataValue
from assetc.definitions.output import AssetMaterialization as AssetMaterialization
from assetc.definitions.output import DataVersion as DataVersion
from assetc.definitions.output import MaterializeResult as MaterializeResult
from assetc.definitions.output import Output as Output
from assetc.definitions.relation import Relation as Relation
from assetc.definitions.spec import AssetSpec as AssetSpec
from assetc.definitions.spec import SourceAsset as SourceAsset
from assetc.runtime.python.body_context import AssetExecutionContext as AssetExecutionContext
from assetc.runtime.python.result import ExecuteInProcessResult as ExecuteInProcessResult
from assetc.runtime.values.io_managers import FilesystemIOManager as FilesystemIOManager
from assetc.runtime.values.io_managers import InMemoryIOManager as InMemoryIOManager
from assetc.version import __version__ as __version__

__all__ = [
    "AssetDep",
    "AssetExecutionContext",
    "AssetIn",
    "AssetKey",
    "AssetMaterialization",
    "AssetOut",
    "AssetSpec",
    "AssetcError",
    "AssetsDefinition",
    "DagsterError",
    "DagsterInvalidConfigError",
    "DagsterInvalidDefinitionError",
    "DagsterInvalidInvocationError",
    "DagsterInvalidMetadata",
    "DagsterInvalidSubsetError",
    "DagsterInvariantViolationError",
    "DagsterStepOutputNotFoundError",
    "DataVersion",
    "Definitions",
    "ExecuteInProcessResult",
    "Failure",
    "FilesystemIOManager",
    "From",
    "IOManager",
    "InMemoryIOManager",
    "InputContext",
    "InvalidConfigError",
    "InvalidDefinitionError",
    "InvalidInvocationError",
    "InvalidMetadataError",
    "InvalidSelectionError",
    "InvariantError",
    "MaterializeResult",
    "MetadataValue",
    "Output",
    "OutputContext",
    "OutputMissingError",
    "Ref",
    "Relation",
    "SourceAsset",
    "ValueNotFoundError",
    "__version__",
    "asset",
    "materialize",
    "materialize_to_memory",
    "multi_asset",
]
