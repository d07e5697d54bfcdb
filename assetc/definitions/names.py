"""The valid names of assets, groups and outputs."""

from __future__ import annotations

import keyword
import re

from assetc.definitions.errors import InvalidDefinitionError

ASSET_NAME = re.compile(r"[\w.\-]+")
IDENTIFIER = re.compile(r"\w+")
RESERVED = frozenset(
    {
        *keyword.kwlist,
        *("context", "conf", "config", "meta", "arg_dict", "dict", "input_arg_dict", "output_arg_dict"),
        *("int", "str", "float", "bool", "input", "output", "type"),
    }
)
DEFAULT_GROUP = "default"


def check_asset_name(name: object) -> str:
    """`name` if it can be the last segment of a key, else InvalidDefinitionError (E108)."""
    if isinstance(name, str) and ASSET_NAME.fullmatch(name):
        return name
    message = f'"{name}" is not a valid name for an asset: it may hold letters, digits, "_", "-" and "."'
    if isinstance(name, str) and "/" in name:
        message += '. A key of several segments is written with key="a/b" or key_prefix="a"'
    raise InvalidDefinitionError(message, code="E108")


def check_step_name(name: str) -> str:
    """`name` if it can be the name of an asset's step, else InvalidDefinitionError (E108)."""
    if name in RESERVED:
        message = f'"{name}" is not a valid name for an asset: the word is reserved'
        raise InvalidDefinitionError(message, code="E108")
    return name


def check_group_name(name: object) -> str:
    """`name` if it can name a group, else InvalidDefinitionError (E108)."""
    if isinstance(name, str) and IDENTIFIER.fullmatch(name):
        return name
    message = f'"{name}" is not a valid asset group name: it may hold letters, digits and "_"'
    raise InvalidDefinitionError(message, code="E108")
