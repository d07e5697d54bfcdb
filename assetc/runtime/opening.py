"""What is asked for when a project is opened, and what is found before anything is compiled: values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from os import urandom
from pathlib import Path

from msgspec import Struct, field

from assetc.adapters.protocol import Adapter
from assetc.compiler.config import nothing
from assetc.compiler.project import Project
from assetc.project.load import LoadRequest
from assetc.project.memory.cache import Cache
from assetc.project.profiles.secrets import named_only
from assetc.project.properties.load_properties import UnreadProperties


def new_invocation_id() -> str:
    """A random UUID, by which all that one command does is known. The module uuid takes 4 ms to import."""
    digits = urandom(16).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


class OpenRequest(Struct, frozen=True):
    """What a command asks for. `now` fixes the clock; ASSETC_NOW (ISO, UTC) does the same.

    `arguments` are those of the command, with its name as `which`.
    """

    start: Path
    load: LoadRequest
    full_refresh: bool = False
    now: datetime | None = None
    invocation_id: str = field(default_factory=new_invocation_id)
    import_python: bool = True
    arguments: Mapping[str, object] = field(default_factory=nothing)


class Opening(Struct, frozen=True):
    """A project that is loaded and not compiled. `scope` separates in the cache what is true for one target only."""

    __repr__ = named_only

    request: OpenRequest
    project: Project
    unread: UnreadProperties
    adapter: Adapter
    cache: Cache
    scope: str


def moment(environment: Mapping[str, str]) -> datetime:
    """The present time, or the one that ASSETC_NOW fixes."""
    fixed = environment.get("ASSETC_NOW")
    if not fixed:
        return datetime.now(UTC)
    parsed = datetime.fromisoformat(fixed)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
