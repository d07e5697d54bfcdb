"""The definitions of a project's Python files, each file imported once, when the first of its assets runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

from assetc.definitions.asset import AssetsDefinition
from assetc.definitions.collect import collected_definitions
from assetc.definitions.definitions import Definitions
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.key import AssetKey
from assetc.runtime.python.dbt_model import DbtModel

LoadModule: TypeAlias = Callable[[Path, str], ModuleType]
AnyBody: TypeAlias = AssetsDefinition | DbtModel


class ModelFiles:
    """Finds definitions in the Python files of one project, for one run; safe to use from several threads."""

    def __init__(self, root: Path, load_module: LoadModule) -> None:
        self._root = root
        self._load_module = load_module
        self._lock = threading.RLock()
        self._modules: dict[str, ModuleType] = {}
        self._definitions: dict[str, tuple[AssetsDefinition, ...]] = {}

    def find(self, path: str, key: AssetKey) -> AnyBody:
        """The definition of an asset, importing its file if that has not happened yet.

        Raises what the file raises when it is imported, and InvalidDefinitionError (E189) when the file does not
        define the asset.
        """
        with self._lock:
            if path not in self._modules:
                self._import(path)
            definition = _match(self._definitions[path], key)
            if definition is None:
                others = (item for found in self._definitions.values() for item in found)
                definition = _match(tuple(others), key)
        body = definition or _dbt_model(self._modules[path], key)
        if body is None:
            raise InvalidDefinitionError(f"{path} does not define {key} when it is imported", code="E189")
        return body

    def _import(self, path: str) -> None:
        with collected_definitions() as collected:
            module = self._load_module(self._root, path)
        kept = _definitions_in(vars(module).values())
        unique = {id(definition): definition for definition in (*kept, *collected)}
        self._definitions[path] = tuple(unique.values())
        self._modules[path] = module


def _match(definitions: tuple[AssetsDefinition, ...], key: AssetKey) -> AssetsDefinition | None:
    """The definition of a key; else the only one of its last segment, below whichever prefix a folder gives it."""
    exact = [definition for definition in definitions if key in definition.keys]
    if exact:
        return exact[-1]
    named = [item for item in definitions if any(other.name == key.name for other in item.keys)]
    return named[0] if len(named) == 1 else None


def _definitions_in(values: Iterable[object]) -> Iterator[AssetsDefinition]:
    for value in values:
        if isinstance(value, AssetsDefinition):
            yield value
        elif isinstance(value, list | tuple):
            yield from _definitions_in(value)
        elif isinstance(value, Definitions):
            yield from _definitions_in(value.assets)


def _dbt_model(module: ModuleType, key: AssetKey) -> DbtModel | None:
    model = getattr(module, "model", None)
    return DbtModel(key, model) if callable(model) else None
