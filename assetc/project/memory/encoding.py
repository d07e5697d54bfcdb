"""Facts and readings of configuration as bytes, and back: by the types of their fields, as msgpack."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import lru_cache
from hashlib import blake2b
from threading import Lock
from typing import Any, TypeVar, cast

import msgspec

from assetc.definitions.key import AssetKey
from assetc.project.memory.cache import Cache

T = TypeVar("T")

_ONE_AT_A_TIME = Lock()
"""msgspec learns the fields of a class when it first meets it, and crashes if two threads do that at once."""


def encode(value: object) -> bytes:
    """A value of ours as bytes."""
    return _ENCODER.encode(value)


def decode(form: type[T], content: bytes) -> T | None:
    """The value that `encode` wrote, or None if it does not fit."""
    try:
        with _ONE_AT_A_TIME:
            value: T = _decoder(cast("Hashable", form)).decode(content)
    except (msgspec.MsgspecError, ValueError):
        return None
    return value


class ReadingsMemory:
    """Readings of configuration files in the cache, each with the stamp of its file."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def recall(self, form: type[T], path: str, stamp: tuple[int, int, int]) -> T | None:
        """The reading of this file, if it was remembered with this stamp."""
        row = self._cache.get(form.__name__, path)
        if row is None or row[:STAMP_LENGTH] != _stamp_bytes(stamp):
            return None
        return decode(form, row[STAMP_LENGTH:])

    def remember(self, path: str, stamp: tuple[int, int, int], reading: object) -> None:
        """Keep a reading for the next load."""
        self._cache.keep(type(reading).__name__, path, _stamp_bytes(stamp) + encode(reading))


STAMP_LENGTH = 16


def _stamp_bytes(stamp: tuple[int, int, int]) -> bytes:
    return blake2b(repr(stamp).encode(), digest_size=STAMP_LENGTH).digest()


@lru_cache(maxsize=64)
def _decoder(form: Hashable) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(form, dec_hook=_from_plain)


def _to_plain(value: object) -> object:
    if isinstance(value, AssetKey):
        return value.to_user_string()
    if isinstance(value, Mapping):
        return dict(value)
    return repr(value)


def _from_plain(form: type, value: Any) -> object:
    return AssetKey(value) if form is AssetKey else value


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_to_plain)
