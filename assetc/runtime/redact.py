"""Takes secrets out of texts, by their values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from assetc.project.secrets import MASK


def redactor(secrets: Iterable[str]) -> Callable[[str], str]:
    """A function that masks every occurrence of the secrets, the longest first."""
    wanted = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
    if not wanted:
        return lambda text: text
    pattern = re.compile("|".join(map(re.escape, wanted)))
    return lambda text: pattern.sub(MASK, text)
