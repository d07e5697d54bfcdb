"""The fields of a profile's output of type `duckdb`; the names are dbt-duckdb's."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path

from msgspec import Struct

from assetc.adapters.protocol import Misfit

MEMORY = ":memory:"
_MOTHERDUCK = ("md:", "motherduck:")
_RESERVED = ("main", "system", "temp")
_NOT_BUILT = ("secrets", "filesystems", "plugins", "is_ducklake", "remote", "use_credential_provider")
_READ = (
    *("path", "database", "schema", "read_only", "lock_timeout"),
    *("extensions", "settings", "config_options", "attach"),
)
UNREAD = frozenset({"retries", "keep_open", "disable_transactions", "module_paths", "external_root"})
"""What dbt-duckdb knows and has no effect here."""

FIELDS = UNREAD.union(_READ, _NOT_BUILT)
"""The fields of a target; one that is not supported yet is refused when the target is opened."""


class Attachment(Struct, frozen=True):
    """Another database that is attached to the connection."""

    path: str
    alias: str | None
    type: str | None
    read_only: bool


class Extension(Struct, frozen=True):
    """An extension to load; one that is not installed yet is fetched from its repository."""

    name: str
    repository: str | None = None


class Options(Struct, frozen=True):
    """How to open the target; `path` is absolute, or `:memory:`. `not_built` is why it cannot be opened."""

    path: str
    shown_path: str
    database: str
    schema: str
    read_only: bool
    lock_timeout: float
    extensions: tuple[Extension, ...]
    settings: tuple[tuple[str, str], ...]
    attachments: tuple[Attachment, ...]
    not_built: Misfit | None = None

    @property
    def in_memory(self) -> bool:
        """Whether nothing is kept."""
        return self.path == MEMORY


def read_options(fields: Mapping[str, object], root: str) -> Options | tuple[Misfit, ...]:
    """The typed form of the fields, or what is wrong with them."""
    shown = _text(fields.get("path")) or MEMORY
    timeout = _seconds(fields.get("lock_timeout", 10))
    if timeout is None:
        given = fields["lock_timeout"]
        return (Misfit("lock_timeout", f"`lock_timeout` must be a number of seconds, not {given!r}"),)
    attachments = tuple(_attachment(item, root) for item in _items(fields.get("attach")))
    return Options(
        path=_absolute_path(shown, root),
        shown_path=shown,
        database=_database_of(fields, shown),
        schema=_text(fields.get("schema")) or "main",
        read_only=bool(fields.get("read_only")),
        lock_timeout=timeout,
        extensions=tuple(_extension(item) for item in _items(fields.get("extensions"))),
        settings=(("file_search_path", root), *_settings(fields)),  # `from 'data/x.csv'` means the same everywhere
        attachments=attachments,
        not_built=_not_built(fields, (shown, *(attachment.path for attachment in attachments))),
    )


def _not_built(fields: Mapping[str, object], paths: Iterable[str]) -> Misfit | None:
    """The first thing that is not supported yet: the target can be named, but not opened."""
    for field in _NOT_BUILT:
        if fields.get(field):
            return Misfit(field, f"`{field}` of a duckdb target is not supported yet", "Leave it out")
    if any(path.startswith(_MOTHERDUCK) for path in paths):
        return Misfit("path", "MotherDuck is not supported yet", "Use the path of a file")
    return None


def _database_of(fields: Mapping[str, object], path: str) -> str:
    """The name of the target's database: the one given, else the file's, up to its first dot."""
    given = _text(fields.get("database"))
    if given or path == MEMORY:
        return given or "memory"
    name = Path(path).name.split(".")[0]
    return f"{name}_db" if name.lower() in _RESERVED else name


def _absolute_path(path: str, root: str) -> str:
    """The path of a database file, relative to the project's folder; what is no file stays."""
    if path == MEMORY or path.startswith(_MOTHERDUCK):
        return path
    return str((Path(root) / os.path.expanduser(path)).resolve())  # noqa: PTH111  leaves what names no home as it is


def _seconds(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def _settings(fields: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Nothing is fetched from the network unless the configuration names it."""
    wanted: dict[str, str] = {"autoinstall_known_extensions": "false"}
    for field in ("config_options", "settings"):
        given = fields.get(field)
        if isinstance(given, Mapping):
            wanted.update({str(name): _setting(value) for name, value in given.items()})
    return tuple(wanted.items())


def _setting(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _extension(item: object) -> Extension:
    if isinstance(item, Mapping):
        return Extension(str(item.get("name")), _text(item.get("repo") or item.get("repository")))
    return Extension(str(item))


def _attachment(item: object, root: str) -> Attachment:
    if not isinstance(item, Mapping):
        return Attachment(_absolute_path(str(item), root), None, None, read_only=False)
    path, kind = str(item.get("path")), _text(item.get("type"))
    is_file = "://" not in path and kind in (None, "duckdb", "sqlite")
    return Attachment(
        _absolute_path(path, root) if is_file else path,
        _text(item.get("alias")),
        kind,
        read_only=bool(item.get("read_only")),
    )


def _items(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list | tuple) else ()


def _text(value: object) -> str | None:
    return str(value) if value not in (None, "") else None


_HEADER_LENGTH = 3 * 4096
"""The bytes of a database file in which it says, among others, how many checkpoints there have been."""


def stamp_of(options: Options) -> str | None:
    """The stamp of a target; None where its files do not show it."""
    try:
        return None if options.in_memory else _stamp(options)
    except OSError:
        return None


def _stamp(options: Options) -> str | None:
    if any(attachment.type not in (None, "duckdb") for attachment in options.attachments):
        return None
    paths = (options.path, *(attachment.path for attachment in options.attachments))
    hashed = blake2b(repr((options.database, options.attachments)).encode(), digest_size=16)
    for path in paths:
        hashed.update(_look_at(path))
    return hashed.hexdigest()


def _look_at(path: str) -> bytes:
    """The identity, size and time of a database file and of its log, and its headers. Raises OSError without a file."""
    log = f"{path}.wal"
    with open(path, "rb") as file:  # noqa: PTH123  pathlib is slower to import
        found, headers = os.fstat(file.fileno()), file.read(_HEADER_LENGTH)
    log_stamp = os.stat(log) if os.path.exists(log) else None  # noqa: PTH110, PTH116
    stamps = [(each.st_ino, each.st_size, each.st_mtime_ns) for each in (found, log_stamp) if each]
    return repr((path, stamps)).encode() + headers
