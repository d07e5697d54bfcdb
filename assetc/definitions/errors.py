"""The exceptions that a definition, a call or a run can raise. Dagster's names are exported by `assetc`."""

from __future__ import annotations

from collections.abc import Mapping


class AssetcError(Exception):
    """The root of the exceptions that assetc raises on purpose. `code` is that of its page, or ""."""

    def __init__(self, message: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class InvalidDefinitionError(AssetcError):
    """A definition that can never work, whatever the data."""


class InvalidInvocationError(AssetcError):
    """An asset was called as a function with arguments that do not fit."""


class InvalidConfigError(AssetcError):
    """Run configuration that does not fit what the assets declare."""


class InvalidMetadataError(AssetcError):
    """A metadata value of no kind that can be recorded."""


class InvalidSelectionError(AssetcError):
    """A selection that names no asset, or one that cannot be executed."""


class InvariantError(AssetcError):
    """A body did what its definition rules out."""


class OutputMissingError(InvariantError):
    """A body ended without the output that its definition promises."""


class ValueNotFoundError(AssetcError):
    """An asset has no stored value: it was never materialized, or it stores none."""


class Failure(AssetcError):  # noqa: N818  Dagster's name
    """Raised by a body to fail on purpose, with metadata for the record."""

    def __init__(
        self,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        *,
        allow_retries: bool = True,
    ) -> None:
        super().__init__(description or "")
        self.description = description
        self.metadata = dict(metadata or {})
        self.allow_retries = allow_retries
