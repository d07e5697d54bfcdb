"""The door to the readers of configuration files: they, and PyYAML, are imported when a file has changed."""

from __future__ import annotations

from assetc.compiler.rules import Flavor, Rules
from assetc.project.documents.readings import ProfilesReading, ProjectFileReading, PropertyFileReading


def read_properties(path: str, text: str, rules: Rules) -> PropertyFileReading:
    """What a property file says, and what is wrong with it. Never raises."""
    from assetc.project.properties import properties

    return properties.read_properties(path, text, rules)


def read_profiles(path: str, text: str) -> ProfilesReading:
    """The profiles of a file, and what is wrong with it. Never raises."""
    from assetc.project.profiles import profiles_file

    return profiles_file.read_profiles(path, text)


def read_project_file(path: str, text: str, flavor: Flavor) -> ProjectFileReading:
    """What a project file says, and what is wrong with it. Never raises."""
    from assetc.project import project_file

    return project_file.read_project_file(path, text, flavor)


def read_selectors_file(path: str, text: str) -> ProjectFileReading:
    """The keys of a `selectors.yml`; what they mean, the compiler says. Never raises."""
    from assetc.project import project_file

    return project_file.read_selectors_file(path, text)


def has_tool_table(text: str) -> bool:
    """Whether the text of a `pyproject.toml` configures assetc."""
    from assetc.project import project_file

    return project_file.has_tool_table(text)
