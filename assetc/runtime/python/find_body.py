"""The definition of an asset in the Python file of a project that makes it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

from assetc.definitions.asset import AssetsDefinition, collected_definitions
from assetc.definitions.definitions import Definitions
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.key import AssetKey
from assetc.project.python.model_module import definitions_of, load_module
from assetc.runtime.python.dbt_model import DbtModel

AnyBody: TypeAlias = AssetsDefinition | DbtModel

COLLECTED = "__assetc_collected__"
"""The attribute of a module with the definitions that its execution made, those that no variable keeps among them."""

_LOCK = threading.Lock()


def find_body(root: Path, path: str, key: AssetKey) -> AnyBody:
    """The definition of an asset; its file is imported once. Raises InvalidDefinitionError (E189) without one."""
    module, definitions = _load(root, path)
    definition = _match(definitions, key)
    if definition is not None:
        return definition
    model = getattr(module, "model", None)
    if callable(model) and not definitions:
        return DbtModel(key, model)
    raise InvalidDefinitionError(f"{path} does not define {key} when it is imported", code="E189")


def _load(root: Path, path: str) -> tuple[ModuleType, tuple[AssetsDefinition, ...]]:
    with _LOCK:
        with collected_definitions() as made:
            module = load_module(root, path)
        if made:
            setattr(module, COLLECTED, tuple(made))
        kept = (*definitions_of(module), *_definitions_in(vars(module).values()), *getattr(module, COLLECTED, ()))
    return module, tuple({id(definition): definition for definition in kept}.values())


def _definitions_in(values: Iterable[object]) -> Iterator[AssetsDefinition]:
    for value in values:
        if isinstance(value, Definitions):
            yield from (item for item in value.assets if isinstance(item, AssetsDefinition))


def _match(definitions: tuple[AssetsDefinition, ...], key: AssetKey) -> AssetsDefinition | None:
    """The definition of a key; else the only one of its last segment, below whichever prefix a folder gives it."""
    exact = [definition for definition in definitions if key in definition.keys or definition.node_name == str(key)]
    if exact:
        return exact[-1]
    named = [item for item in definitions if any(other.name == key.name for other in item.keys)]
    return named[0] if len(named) == 1 else None
