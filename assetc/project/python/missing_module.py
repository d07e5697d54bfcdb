"""What to do about a Python module that is not there."""

from __future__ import annotations

import re

_MISSING = re.compile(r"ModuleNotFoundError: No module named '(\w+)")


def missing_module_hint(message: str) -> str:
    """The next step for whom an import failed with this message; "" if no module is missing."""
    found = _MISSING.match(message)
    if found is None:
        return ""
    if found[1] == "dagster":
        return "assetc has Dagster's names itself: from assetc import asset"
    return f"Install {found[1]} into the Python that runs assetc (assetc debug shows it), if it is no file of yours"
