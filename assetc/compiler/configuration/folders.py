"""To which assets the configuration of a folder applies."""

from __future__ import annotations

from collections.abc import Mapping

from assetc.compiler.asset import AssetKind
from assetc.compiler.project import FolderConfig

SECTIONS: Mapping[AssetKind, str] = {"model": "models", "python": "models", "seed": "seeds", "snapshot": "snapshots"}
"""Where a project file configures each kind of asset."""


def is_over(folder: FolderConfig, kind: AssetKind, fqn: tuple[str, ...]) -> bool:
    """Whether an asset is in the folder. A `fqn` begins with the name of the package."""
    if folder.kind != SECTIONS[kind] or folder.package not in (None, fqn[0]):
        return False
    return folder.folder == fqn[1 : len(folder.folder) + 1]
