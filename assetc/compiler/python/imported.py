"""The result of importing a Python file, as plain data."""

from __future__ import annotations

from msgspec import Struct

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.python.reading import ParameterRole


class ImportedAsset(Struct, frozen=True):
    """One asset of a definition, as it is when its module has been imported.

    `file` and `line` are the place of its function ("" if it is in no file of the project); `outs` has its key if
    the function is a multi-asset, whose name is then the `key`; `values` are the strings, numbers and lists of them
    that the function sees in the scopes around it; a parameter is its name, annotation, role and whether it has a
    default.
    """

    key: str
    function: str
    file: str
    line: int
    deps: tuple[str, ...] = ()
    inputs: tuple[tuple[str, str], ...] = ()
    ignore_deps: tuple[str, ...] = ()
    outs: tuple[str, ...] = ()
    config: tuple[tuple[str, object], ...] = ()
    values: tuple[tuple[str, object], ...] = ()
    parameters: tuple[tuple[str, str, ParameterRole, bool], ...] = ()
    description: str = ""


class ImportedFile(Struct, frozen=True):
    """The result of importing one file: its definitions, or the reason why there are none.

    `files` are the project files that were opened while it was imported. `values` are the constants of the module.
    """

    path: str
    assets: tuple[ImportedAsset, ...] = ()
    problem: Diagnostic | None = None
    files: tuple[str, ...] = ()
    values: tuple[tuple[str, object], ...] = ()
