"""Imports a Python model file as a module of its own project, and leaves no trace of it in the process.

`models/a/c.py` is the module `models.a.c`. The modules of a project are in `sys.modules` while its code is imported or
executed, so that neither an installed package nor another project of the same name is in the way.
"""

from __future__ import annotations

import importlib
import re
import sys
import threading
from collections import UserDict
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path, PurePosixPath
from types import ModuleType

from msgspec import Struct, field

from assetc.definitions.asset import AssetsDefinition

MADE = "__assetc_definitions__"

_lock = threading.RLock()


class _Namespace(Struct, eq=False):
    """The modules of one project. `users` counts who needs them in `sys.modules` now.

    `sys.path` is replaced and never changed: a thread that is importing walks along the list, and would step over
    a folder if another one were inserted or removed before it.
    """

    root: Path
    modules: dict[str, ModuleType] = field(default_factory=dict)
    displaced: dict[str, ModuleType] = field(default_factory=dict)
    before: frozenset[str] = frozenset()
    users: int = 0

    def enter(self) -> None:
        """Put the project's modules in."""
        self.before = frozenset(sys.modules)
        for name, module in self.modules.items():
            if name in sys.modules:
                self.displaced[name] = sys.modules[name]
            sys.modules[name] = module
        sys.path = [str(self.root), *sys.path]
        importlib.invalidate_caches()

    def claim(self, package: str) -> None:
        """Let `package`, a folder of the root, be the project's, whatever is installed or loaded under that name."""
        if package not in self.modules:
            for name in [name for name in list(sys.modules) if name.partition(".")[0] == package]:
                self.displaced.setdefault(name, sys.modules.pop(name))
            self.modules[package] = sys.modules[package] = _package(package, self.root / package)

    def leave(self) -> None:
        """Take the project's modules out, and put back what was there before."""
        # Before the root leaves sys.path: a namespace package works its folders out anew when that changes.
        own = [(name, module) for name, module in sys.modules.copy().items() if _is_below(module, self.root)]
        if str(self.root) in sys.path:
            kept = list(sys.path)
            kept.remove(str(self.root))
            sys.path = kept
        for name, module in own:
            is_new = name not in self.before or name in self.displaced or name in self.modules
            if is_new and name.partition(".")[0] != "assetc":
                self.modules[name] = module
                del sys.modules[name]
        sys.modules.update(self.displaced)
        self.displaced.clear()


_namespaces: dict[Path, _Namespace] = {}


@contextmanager
def project_imports(root: Path) -> Iterator[None]:
    """While it is open, code of the project can import the project's modules. Threads may open it at once."""
    root = root.resolve()
    with _lock:
        namespace = _namespaces.setdefault(root, _Namespace(root))
        namespace.users += 1
        if namespace.users == 1:
            namespace.enter()
    try:
        yield
    finally:
        with _lock:
            namespace.users -= 1
            if namespace.users == 0:
                namespace.leave()


def load_module(root: Path, path: str) -> ModuleType:
    """The module of a file of the project, executed once as long as it does not change. Raises what the file raises."""
    file = root.resolve() / path
    name = ".".join(PurePosixPath(path).with_suffix("").parts)
    with _lock, project_imports(root):
        stamp = file.stat().st_mtime_ns
        known = sys.modules.get(name)
        if known is not None and getattr(known, "__assetc_stamp__", None) == stamp:
            return known
        _namespaces[root.resolve()].claim(name.partition(".")[0])
        return _execute(name, file, stamp)


def forget_modules(root: Path) -> None:
    """Import everything of a project anew the next time: its files changed."""
    with _lock:
        namespace = _namespaces.get(root.resolve())
        if namespace is not None:
            namespace.modules.clear()


def definitions_of(module: ModuleType) -> tuple[AssetsDefinition, ...]:
    """The assets that a loaded module defines, in order: those bound at its top, also in lists, also bound anew."""
    made: list[object] = [*getattr(module, MADE, ()), *vars(module).values()]
    found: dict[int, AssetsDefinition] = {}
    for value in made:
        for each in value if isinstance(value, (list, tuple, set)) else (value,):
            if isinstance(each, AssetsDefinition) and not _is_of_another(each, module):
                found[id(each)] = each
    return tuple(found.values())


def _package(name: str, folder: Path) -> ModuleType:
    """The package of a folder, with or without an `__init__.py`."""
    initial = folder / "__init__.py"
    found = spec_from_file_location(name, initial, submodule_search_locations=[str(folder)])
    if initial.exists() and found is not None and found.loader is not None:
        package = module_from_spec(found)
        sys.modules[name] = package
        found.loader.exec_module(package)
        return package
    package = ModuleType(name)
    package.__path__ = [str(folder)]
    return package


def _execute(name: str, file: Path, stamp: int) -> ModuleType:
    parent = name.rpartition(".")[0]
    if parent:
        importlib.import_module(parent)
    module = ModuleType(name)
    module.__file__ = str(file)
    module.__package__ = parent
    made: list[AssetsDefinition] = []
    module.__dict__.update({"__assetc_stamp__": stamp, MADE: made})
    sys.modules[name] = module
    try:
        code = compile(file.read_bytes(), str(file), "exec", dont_inherit=True)
        exec(code, module.__dict__, _Recorder(module.__dict__, made))  # noqa: S102  this is what importing is
    except BaseException:
        sys.modules.pop(name, None)
        raise
    if parent:
        setattr(sys.modules[parent], name.rpartition(".")[2], module)
    return module


class _Recorder(UserDict[str, object]):
    """The names of a module while it is executed: a definition whose name is bound anew, in a loop, is not lost."""

    def __init__(self, names: dict[str, object], made: list[AssetsDefinition]) -> None:
        self.data = names
        self._made = made

    def __setitem__(self, name: str, value: object) -> None:
        self.data[name] = value
        if isinstance(value, AssetsDefinition):
            self._made.append(value)


def _is_of_another(definition: AssetsDefinition, module: ModuleType) -> bool:
    """Whether a definition was only imported from the module that made it."""
    name = str(getattr(definition.body, "__module__", ""))
    homes = [each.modules.get(name) for each in _namespaces.values() if module in each.modules.values()]
    home = next((home for home in homes if home is not None), sys.modules.get(name))
    if home is None or home is module:
        return False
    return any(value is definition for value in (*getattr(home, MADE, ()), *vars(home).values()))


def _is_below(module: ModuleType, root: Path) -> bool:
    """Whether a module is the project's own: its file, or its folder, stands below the root and is not installed."""
    paths = [getattr(module, "__file__", None), *_folders(module)]
    known = [Path(path) for path in paths if isinstance(path, str)]
    return any(path.is_relative_to(root) and "site-packages" not in path.parts for path in known[:1])


def _folders(module: ModuleType) -> list[object]:
    try:
        return list(getattr(module, "__path__", ()))
    except (KeyError, TypeError, ModuleNotFoundError):  # a namespace package whose parent is gone
        return []


_MISSING = re.compile(r"ModuleNotFoundError: No module named '(\w+)|'(\w+)' is required for this operation")
"""In the words of Python, or of DuckDB."""

EXTRAS = {"numpy": "pandas", "pandas": "pandas", "polars": "polars", "pyarrow": "pyarrow", "psycopg": "postgres"}
"""The extra of assetc that installs a package."""


def missing_module_hint(message: str) -> str:
    """The next step for whom an import failed with this message; "" if no module is missing."""
    found = _MISSING.search(message)
    if found is None:
        return ""
    name = found[1] or found[2]
    if name == "dagster":
        return "assetc has Dagster's names itself: from assetc import asset"
    if name in EXTRAS:
        return f"Install it: pip install 'assetc[{EXTRAS[name]}]'"
    return f"Install {name} into the Python that runs assetc (assetc debug shows it), if it is no file of yours"
