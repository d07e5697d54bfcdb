"""The identity of an asset, the same in every target."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import total_ordering
from operator import attrgetter
from typing import Protocol, TypeAlias

from assetc.definitions.errors import InvalidDefinitionError


@total_ordering
class AssetKey:
    """A path of segments: `AssetKey("shop/orders") == AssetKey(["shop", "orders"])`.

    A string is split at "/"; the scheme and host of a URL are one segment. `path=` and `key=` are both accepted as the
    argument's name.
    Raises InvalidDefinitionError (E108) for an empty path or an empty segment.
    """

    __slots__ = ("_hash", "parts")

    parts: tuple[str, ...]

    def __init__(self, path: str | Sequence[str] | None = None, *, key: str | Sequence[str] | None = None) -> None:
        given = key if path is None else path
        parts = _segments(given) if isinstance(given, str) else tuple(given or ())
        if not parts or not all(isinstance(part, str) and part for part in parts):
            message = f"an asset key needs one or more non-empty segments, got {given!r}"
            raise InvalidDefinitionError(message, code="E108")
        self.parts = parts
        self._hash = hash(parts)

    @property
    def path(self) -> list[str]:
        """The segments as a list, first one outermost."""
        return list(self.parts)

    @property
    def name(self) -> str:
        """The last segment."""
        return self.parts[-1]

    def to_user_string(self) -> str:
        """The key as text: segments joined by "/"."""
        return "/".join(self.parts)

    def to_string(self) -> str:
        """The segments as a JSON list."""
        return json.dumps(self.path)

    @staticmethod
    def from_coercible(value: KeyLike) -> AssetKey:
        """The key of a key, a string, a list of segments or an asset."""
        return key_of(value)

    @staticmethod
    def from_user_string(text: str) -> AssetKey:
        """The key that `to_user_string` wrote."""
        return AssetKey(text)

    def to_python_identifier(self) -> str:
        """The key as a name: segments joined by "__", other characters replaced."""
        return "__".join(part.replace("-", "_").replace(".", "_") for part in self.parts)

    def with_prefix(self, prefix: str | Sequence[str]) -> AssetKey:
        """This key below `prefix`."""
        return AssetKey((*AssetKey(prefix).parts, *self.parts))

    def has_prefix(self, prefix: Sequence[str]) -> bool:
        """Whether the key begins with these segments."""
        return self.parts[: len(prefix)] == tuple(prefix)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AssetKey) and self.parts == other.parts

    def __lt__(self, other: AssetKey) -> bool:
        return self.parts < other.parts

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type[AssetKey], tuple[tuple[str, ...]]]:
        return AssetKey, (self.parts,)  # the hash differs between processes

    def __str__(self) -> str:
        return self.to_user_string()

    def __repr__(self) -> str:
        return f"AssetKey({self.path!r})"


def _segments(text: str) -> tuple[str, ...]:
    scheme, mark, rest = text.partition("://")
    if not mark:
        return tuple(text.split("/"))
    host, *path = rest.split("/")
    return (f"{scheme}{mark}{host}", *path)


class HasKey(Protocol):
    """A value with one key: a definition, a source, a spec, a dependency."""

    @property
    def key(self) -> AssetKey:
        """The key of the asset."""


KeyLike: TypeAlias = AssetKey | str | Sequence[str] | HasKey
"""What every argument that names an asset accepts. A string is split at "/"."""


parts_of: Callable[[AssetKey], tuple[str, ...]] = attrgetter("parts")
"""Sorting many keys by their parts is faster than comparing the keys themselves."""


def key_of(value: KeyLike) -> AssetKey:
    """The key of `value`. Raises InvalidDefinitionError (E108) if it has none."""
    if isinstance(value, AssetKey):
        return value
    if isinstance(value, str):
        return AssetKey(value)
    key = getattr(value, "key", None)
    if isinstance(key, AssetKey):
        return key
    if isinstance(value, Sequence):
        return AssetKey(value)
    message = f"expected an asset, a key, a string or a list of segments, got {value!r}"
    raise InvalidDefinitionError(message, code="E108")
