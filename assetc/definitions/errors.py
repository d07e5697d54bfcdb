"""The exceptions that a definition or an invocation can raise. Dagster's names for them are exported by `assetc`.

AssetcError
├── InvalidDefinitionError    a definition that can never work       (DagsterInvalidDefinitionError)
├── InvalidInvocationError    a direct call with wrong arguments     (DagsterInvalidInvocationError)
├── InvalidConfigError        configuration that does not fit        (DagsterInvalidConfigError)
└── Failure                   raised by a body to fail with metadata
"""

from __future__ import annotations


class AssetcError(Exception):
    """The root of the exceptions that assetc raises on purpose."""


class InvalidDefinitionError(AssetcError):
    """A definition that can never work, whatever the data."""


class InvalidInvocationError(AssetcError):
    """An asset was called as a function with arguments that do not fit."""


class InvalidConfigError(AssetcError):
    """Run configuration that does not fit what the assets declare."""
