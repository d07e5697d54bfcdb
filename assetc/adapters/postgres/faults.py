"""What PostgreSQL's errors mean: exceptions of the driver become WarehouseError."""

from __future__ import annotations

import psycopg

from assetc.adapters.protocol import WarehouseError

_TRANSIENT = ("40", "08", "57P", "55P03", "53300")
"""Conflicts of transactions, lost connections, a server that stops or starts, locks, too many connections."""

_HINTS = {
    "2BP01": "Drop what depends on it, or let it depend on something else, then run again",
    "3D000": "Create the database, or correct `dbname` of the target",
    "28P01": "Correct `user` or `password` of the target",
    "28000": "Correct `user` or `password` of the target, or let the server's pg_hba.conf accept it",
    "42501": "Grant it to the user of the target, or set `role` to one who may",
    "53100": "Free some space on the server's disk, then run again",
    "53300": "Lower the number of threads, or raise max_connections of the server",
}


def translate(error: psycopg.Error, *, lost: bool = False) -> WarehouseError:
    """The error as the rest of assetc knows it; `lost`: the connection is gone, whatever the error says."""
    told, state = error.diag, error.sqlstate or ""
    message = (told.message_primary or str(error)).strip()
    detail = f" ({told.message_detail.strip().rstrip('.')})" if told.message_detail else ""
    return WarehouseError(
        message + detail,
        transient=lost or state.startswith(_TRANSIENT),
        position=int(told.statement_position) - 1 if told.statement_position else None,
        hint=_HINTS.get(state) or told.message_hint or "",
    )
