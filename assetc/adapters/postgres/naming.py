"""How PostgreSQL writes and compares names: always quoted, with case, and of 63 bytes at most."""

from __future__ import annotations

from hashlib import blake2b

from assetc.adapters.protocol import WarehouseError
from assetc.definitions.relation import Relation

LONGEST = 63
"""The bytes of a name that PostgreSQL keeps; it cuts off the rest without an error."""

_OURS = ("__assetc_new", "__assetc_old")


def quote(identifier: str) -> str:
    """The identifier in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'


def name_of(relation: Relation) -> str:
    """The full name, every part quoted."""
    return ".".join(map(quote, relation.parts()))


def stored_name(relation: Relation) -> str:
    """The full name of what is created: a name of ours that is too long is shortened, a user's is refused."""
    return ".".join(map(quote, (*relation.parts()[:-1], fitted(relation.name))))


def fitted(name: str) -> str:
    """The name in at most 63 bytes, always the same for the same name. Raises WarehouseError for a user's."""
    size = len(name.encode())
    if size <= LONGEST:
        return name
    suffix = next((suffix for suffix in _OURS if name.endswith(suffix)), None)
    if suffix is None or len(name.removesuffix(suffix).encode()) > LONGEST:
        raise WarehouseError(
            f"the name `{name}` has {size} bytes, and PostgreSQL keeps {LONGEST}",
            hint="Give it a shorter name or alias",
        )
    ending = f"_{blake2b(name.encode(), digest_size=4).hexdigest()}{suffix}"
    return name.encode()[: LONGEST - len(ending)].decode(errors="ignore") + ending


def literal(text: str) -> str:
    """The text as a string literal; every session has standard_conforming_strings on."""
    return "'" + text.replace("'", "''") + "'"
