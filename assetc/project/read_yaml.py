"""The door to the YAML reader: PyYAML is imported when a YAML file has changed, and not before."""

from __future__ import annotations

from assetc.compiler.project import Flavor
from assetc.project.written import WrittenFile


def read_yaml(path: str, text: str, flavor: Flavor) -> WrittenFile:
    """The content of a YAML file. Never raises; a file that is no YAML has E122 and no content."""
    from assetc.project import yaml_positions

    return yaml_positions.read_yaml(path, text, flavor)
