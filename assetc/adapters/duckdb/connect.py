"""Opens a DuckDB database: folder, lock, settings, extensions, attached databases."""

from __future__ import annotations

import re
import time
from pathlib import Path

import duckdb

from assetc.adapters.duckdb.faults import translate
from assetc.adapters.duckdb.naming import quote
from assetc.adapters.duckdb.options import Attachment, Extension, Options
from assetc.adapters.duckdb.render import literal
from assetc.adapters.duckdb.session import DuckDbWarehouse
from assetc.adapters.protocol import Canceled, WarehouseError

_HELD = re.compile(r"Could not set lock on file|being used by another process")
_HOLDER = re.compile(r"(?:lock is held in|already open in)\s+(?P<program>.*?) \(PID (?P<process>\d+)\)", re.DOTALL)
_POLL_SECONDS = 0.1
_OWN_FOLDER = ".assetc"


def open_warehouse(options: Options) -> DuckDbWarehouse:
    """An open warehouse. Raises WarehouseError that says what is wrong and what to do."""
    if options.not_built is not None:
        raise WarehouseError(options.not_built.message, hint=options.not_built.hint)
    _check_folder(options)
    connection = _connect(options)
    try:
        _prepare(connection, options)
    except duckdb.Error as error:
        connection.close()
        raise translate(error) from error
    except WarehouseError:
        connection.close()
        raise
    return DuckDbWarehouse(connection, options.database, options.schema)


def _check_folder(options: Options) -> None:
    """Only our own folder is created; any other that is missing is more likely a misspelt path."""
    if options.in_memory:
        return
    folder = Path(options.path).parent
    if folder.name == _OWN_FOLDER:
        folder.mkdir(exist_ok=True)
    if not folder.is_dir():
        raise WarehouseError(
            f"the folder of the database file {options.shown_path} does not exist",
            hint=f"Create {folder}, or correct `path` of the target",
        )
    if Path(options.path).is_dir():
        raise WarehouseError(f"the database file {options.shown_path} is a folder", hint="Correct `path` of the target")


def _connect(options: Options) -> duckdb.DuckDBPyConnection:
    """Wait while the file is held. Settings come later: a body that opens it without any is not refused."""
    give_up = time.monotonic() + options.lock_timeout
    while True:
        try:
            return duckdb.connect(options.path, read_only=options.read_only)
        except duckdb.Error as error:
            if not _HELD.search(str(error)):
                raise _not_opened(error, options) from error
            if time.monotonic() >= give_up:
                raise _held(str(error), options) from error
        time.sleep(_POLL_SECONDS)


def _held(told: str, options: Options) -> WarehouseError:
    """The program that holds the file, where DuckDB says which: a run of ours, a notebook, its own command line ..."""
    found = _HOLDER.search(told)
    program = re.split(r"[/\\]", found["program"])[-1] if found else ""
    who = f"{program} (PID {found['process']})" if found else "another program"
    return WarehouseError(
        f"{who} holds {options.shown_path}",
        transient=True,
        hint=f"Waited {options.lock_timeout:g} s; `lock_timeout` of the target sets how long to wait",
    )


def _not_opened(error: duckdb.Error, options: Options) -> WarehouseError:
    fault = translate(error)
    assert not isinstance(fault, Canceled)  # noqa: S101  nothing can be interrupted before it is open
    return WarehouseError(f"{options.shown_path} cannot be opened: {fault.message}", hint=fault.hint)


def _prepare(connection: duckdb.DuckDBPyConnection, options: Options) -> None:
    for name, value in options.settings:
        connection.execute(f"set global {quote(name)} = {literal(value)}")
    for extension in options.extensions:
        _load(connection, extension)
    for attachment in options.attachments:
        connection.execute(_attach(attachment))
    _name_database(connection, options)


def _load(connection: duckdb.DuckDBPyConnection, extension: Extension) -> None:
    try:
        connection.execute(f"load {quote(extension.name)}")
    except duckdb.Error:
        source = f" from {quote(extension.repository)}" if extension.repository else ""
        connection.execute(f"install {quote(extension.name)}{source}")
        connection.execute(f"load {quote(extension.name)}")


def _attach(attachment: Attachment) -> str:
    alias = f" as {quote(attachment.alias)}" if attachment.alias else ""
    wanted = [f"type {attachment.type}"] if attachment.type else []
    wanted += ["read_only"] if attachment.read_only else []
    return f"attach if not exists {literal(attachment.path)}{alias}" + (f" ({', '.join(wanted)})" if wanted else "")


def _name_database(connection: duckdb.DuckDBPyConnection, options: Options) -> None:
    """The name that the compiled SQL uses must be the one that the file has here."""
    row = connection.execute("select current_database()").fetchone()
    actual = str(row[0]) if row else ""
    if actual != options.database:
        raise WarehouseError(
            f"the database of {options.shown_path} is named `{actual}`, not `{options.database}`",
            hint=f"Leave `database` out of the target, or set it to {actual}",
        )
