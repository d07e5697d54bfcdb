"""The fields of a profile's output of type `postgres`; the names are dbt-postgres's."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from assetc.adapters.protocol import Misfit

_TLS = ("sslmode", "sslcert", "sslkey", "sslrootcert")
FIELDS = frozenset(
    {
        *("host", "port", "user", "password", "pass", "dbname", "database", "schema", "role", "search_path"),
        *("connect_timeout", "keepalives_idle", "retries", "application_name"),
        *_TLS,
    }
)
"""What may be written of a target."""

_NUMBERS = MappingProxyType({"port": 5432, "connect_timeout": 10, "keepalives_idle": 0, "retries": 1})
"""The fields that are whole numbers, with what holds without them."""


class Options(Struct, frozen=True):
    """How to open the target. `driver` are the words that psycopg is given; they hold the password."""

    place: str
    database: str
    schema: str
    driver: tuple[tuple[str, str | int], ...]
    role: str | None
    search_path: str | None
    application_name: str
    retries: int

    def __repr__(self) -> str:
        return f"<Options of {self.place}>"


def read_options(fields: Mapping[str, object]) -> Options | tuple[Misfit, ...]:
    """The typed form of the fields, or what is wrong with them."""
    numbers = {name: _number(fields.get(name), default) for name, default in _NUMBERS.items()}
    misfits = tuple(
        Misfit(name, f"{name} must be a whole number, not {fields[name]!r}")
        for name, number in numbers.items()
        if number is None
    )
    if misfits:
        return misfits
    words: dict[str, str | int | None] = {
        "host": _text(fields.get("host")) or "localhost",
        "user": _text(fields.get("user")),
        "password": _text(fields.get("password")) or _text(fields.get("pass")),
        "dbname": _database(fields),
        **{name: numbers[name] for name in ("port", "connect_timeout")},
        "keepalives_idle": numbers["keepalives_idle"] or None,
        **{name: _text(fields.get(name)) for name in _TLS},
    }
    return Options(
        place=f"{words['host']}:{words['port']}",
        database=_database(fields),
        schema=_text(fields.get("schema")) or "public",
        driver=tuple((name, value) for name, value in words.items() if value is not None),
        role=_text(fields.get("role")),
        search_path=_text(fields.get("search_path")),
        application_name=_text(fields.get("application_name")) or "assetc",
        retries=numbers["retries"] or 0,
    )


def _database(fields: Mapping[str, object]) -> str:
    """The database; without one it is named after the user, as everywhere in PostgreSQL."""
    return _text(fields.get("dbname")) or _text(fields.get("database")) or _text(fields.get("user")) or "postgres"


def _number(value: object, default: int) -> int | None:
    try:
        return default if value in (None, "") else int(str(value))
    except ValueError:
        return None


def _text(value: object) -> str | None:
    return str(value) if value not in (None, "") else None
