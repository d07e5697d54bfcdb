"""Opens connections to PostgreSQL, and tries again while the server does not answer yet."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import psycopg

from assetc.adapters.postgres.driver import Connection
from assetc.adapters.postgres.faults import translate
from assetc.adapters.postgres.naming import quote
from assetc.adapters.postgres.options import Options
from assetc.adapters.postgres.warehouse import PostgresWarehouse
from assetc.adapters.protocol import WarehouseError


def open_warehouse(options: Options) -> PostgresWarehouse:
    """An open warehouse. Raises WarehouseError that says what is wrong and what to do."""
    return PostgresWarehouse(lambda: open_connection(options), options.database, options.schema)


def open_connection(options: Options) -> Connection:
    """A connection on which each statement is a transaction of its own unless one is begun."""
    for attempt in range(options.retries + 1):
        try:
            connection = _connected({**dict(options.driver), "client_encoding": "utf8"})
            break
        except psycopg.Error as error:
            fault = _not_opened(error, options)
            if attempt == options.retries or not fault.transient:
                raise fault from error
            time.sleep(attempt + 1)
    try:
        _prepare(connection, options)
    except psycopg.Error as error:
        connection.close()
        raise translate(error) from error
    return connection


def _connected(words: Mapping[str, Any]) -> Connection:
    """Statements are never prepared: a text of several cannot be, and a pool between us and the server forgets them."""
    return psycopg.connect(**words, autocommit=True, prepare_threshold=None)


def _not_opened(error: psycopg.Error, options: Options) -> WarehouseError:
    """The driver's message without its first words; a connection that failed before the server spoke may come about."""
    reason = str(error).strip().splitlines()[-1].strip()
    fault = translate(error)
    answered = "FATAL:" in reason
    starting = any(words in reason for words in ("starting up", "shutting down", "too many", "remaining connection"))
    reason = reason.rpartition("FATAL:")[2].strip() if answered else reason.rpartition(" failed: ")[2]
    hint = fault.hint or ("" if answered else f"Is the server running at {options.place}?")
    return WarehouseError(
        f"{options.place} cannot be opened: {reason}", transient=starting or not answered, hint=_hint(reason) or hint
    )


_HINTS = (
    ("authentication", "Correct `user` or `password` of the target"),
    ("no password supplied", "Give the target a `password`"),
    ("database", "Create the database, or correct `dbname` of the target"),
    ("role", "Correct `user` of the target, or create the role"),
)


def _hint(reason: str) -> str:
    """What to do, by the words: before a session is open the driver gives no code."""
    return next((hint for sign, hint in _HINTS if sign in reason), "")


_SET = "select set_config(%s, %s, false)"
_NOTICES_LOST_CLIENTS = 140000
"""Since when a server can end the statement of a process that was killed, so that it holds no locks any more."""


def _prepare(connection: Connection, options: Options) -> None:
    """What each connection begins with: how values are written, and where names are looked for."""
    path = options.search_path or f"{quote(options.schema)}, public"
    settings = [
        ("application_name", options.application_name),
        ("standard_conforming_strings", "on"),
        ("datestyle", "ISO"),
        ("intervalstyle", "postgres"),
        ("bytea_output", "hex"),
        ("client_min_messages", "warning"),
        ("search_path", path),
        *([("role", options.role)] if options.role else []),
    ]
    for name, value in settings:
        connection.execute(_SET, (name, value))
    if connection.info.server_version >= _NOTICES_LOST_CLIENTS:
        with suppress(psycopg.errors.InvalidParameterValue):  # not on every operating system
            connection.execute(_SET, ("client_connection_check_interval", "5s"))
