"""The driver's connection, as the files of this adapter pass it to each other."""

from __future__ import annotations

from typing import Any, TypeAlias

import psycopg

Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"
