"""What one property file says: the value that is remembered until the file changes."""

from __future__ import annotations

from dataclasses import dataclass

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.project import DeclaredSource, Patch


@dataclass(frozen=True, slots=True)
class PropertyFileReading:
    """The patches and sources of one file, its faults, and whether values are still to be rendered."""

    patches: tuple[Patch, ...] = ()
    sources: tuple[DeclaredSource, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    has_templates: bool = False
