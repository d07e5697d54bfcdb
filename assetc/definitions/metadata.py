"""What is recorded about one materialization: values of the kinds that can be shown and charted."""

from __future__ import annotations

import builtins
import numbers
from collections.abc import Mapping
from os import PathLike, fspath
from typing import Literal, TypeAlias

from msgspec import Struct

from assetc.definitions.errors import InvalidMetadataError
from assetc.definitions.key import AssetKey, KeyLike, key_of

MetadataKind = Literal["text", "url", "path", "md", "json", "int", "float", "bool", "null", "timestamp", "asset"]


class MetadataValue(Struct, frozen=True):
    """One value of metadata, with the kind that determines how it is shown."""

    kind: MetadataKind
    value: object

    @staticmethod
    def text(text: str) -> MetadataValue:
        """Plain text."""
        return MetadataValue("text", text)

    @staticmethod
    def url(url: str) -> MetadataValue:
        """An address that can be followed."""
        return MetadataValue("url", url)

    @staticmethod
    def path(path: str | PathLike[str]) -> MetadataValue:
        """A place in a file system or an object store."""
        return MetadataValue("path", fspath(path))

    @staticmethod
    def md(text: str) -> MetadataValue:
        """Markdown."""
        return MetadataValue("md", text)

    @staticmethod
    def json(data: object) -> MetadataValue:
        """Nested lists and mappings."""
        return MetadataValue("json", data)

    @staticmethod
    def int(number: builtins.int) -> MetadataValue:
        """A whole number; charted over time."""
        return MetadataValue("int", number)

    @staticmethod
    def float(number: builtins.float) -> MetadataValue:
        """A number; charted over time."""
        return MetadataValue("float", number)

    @staticmethod
    def bool(value: builtins.bool) -> MetadataValue:
        """Yes or no."""
        return MetadataValue("bool", value)

    @staticmethod
    def null() -> MetadataValue:
        """Nothing."""
        return MetadataValue("null", None)

    @staticmethod
    def timestamp(seconds: builtins.float) -> MetadataValue:
        """A time, in seconds since 1970 UTC."""
        return MetadataValue("timestamp", seconds)

    @staticmethod
    def asset(key: KeyLike) -> MetadataValue:
        """Another asset."""
        return MetadataValue("asset", key_of(key))


Metadata: TypeAlias = dict[str, MetadataValue]


def to_metadata(given: Mapping[str, object] | None) -> Metadata:
    """Each value with its kind. Raises InvalidMetadataError for an object of another kind."""
    return {str(name): _to_value(str(name), value) for name, value in (given or {}).items()}


def _to_value(name: str, value: object) -> MetadataValue:
    if isinstance(value, MetadataValue):
        return value
    if isinstance(value, AssetKey):
        return MetadataValue.asset(value)
    if isinstance(value, PathLike):
        return MetadataValue.path(value)
    kind = _KINDS.get(type(value))
    if kind:
        return MetadataValue(kind, value)
    if isinstance(value, numbers.Integral):
        return MetadataValue("int", int(value))
    if isinstance(value, numbers.Real):
        return MetadataValue("float", float(value))
    raise InvalidMetadataError(f"metadata {name!r} is a {type(value).__name__}, which cannot be recorded")


_KINDS: dict[type, MetadataKind] = {
    str: "text",
    bool: "bool",
    int: "int",
    float: "float",
    dict: "json",
    list: "json",
    type(None): "null",
}


def plain_metadata(metadata: Metadata) -> tuple[tuple[str, object], ...]:
    """The names and values as they are recorded."""
    values = ((name, found.value) for name, found in metadata.items())
    return tuple((name, str(value) if isinstance(value, AssetKey) else value) for name, value in values)
