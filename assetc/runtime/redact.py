"""Takes secrets out of texts, by their values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from assetc.project.profiles.secrets import MASK


def redactor(secrets: Iterable[str]) -> Callable[[str], str]:
    """A function that masks every occurrence of the secrets, the longest first."""
    wanted = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
    if not wanted:
        return lambda text: text
    pattern = re.compile("|".join(map(re.escape, wanted)))
    return lambda text: pattern.sub(MASK, text)


def redact_within(value: object, redact: Callable[[str], str]) -> object:
    """A value whose texts are redacted, however deep they lie; values that hold no texts stay what they are."""
    match value:
        case str():
            return redact(value)
        case Mapping():
            return {redact_within(key, redact): redact_within(inner, redact) for key, inner in value.items()}
        case list() | tuple() if type(value) in (list, tuple):
            return type(value)(redact_within(inner, redact) for inner in value)
        case _:
            return value
