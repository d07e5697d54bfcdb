"""Facts and readings of configuration as bytes, and back: by the types of their fields, as msgpack."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import lru_cache
from threading import Lock
from typing import Any, TypeVar, cast

import msgspec

from assetc.definitions.key import AssetKey

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
