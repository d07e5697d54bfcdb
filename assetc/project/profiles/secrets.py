"""Which values of a profile are secrets, and how they are kept out of everything that is shown or stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from assetc.project.templates import SECRET_PREFIX

MASK = "*****"
SHORTEST = 4
"""A shorter text is not masked: it would be found in every second word, and show where it was masked."""

_SECRET_NAME = re.compile(
    r"pass(word|phrase|code)?$|passphrase|secret|token$|_token|private_key$|access_key|api_?key|credential"
    r"|keyfile_json|^pwd$",
    re.IGNORECASE,
)
_PUBLIC_NAMES = frozenset({"private_key_path", "token_endpoint", "use_credential_provider"})


def is_secret_name(name: str) -> bool:
    """Whether a field of this name holds a secret."""
    return name.lower() not in _PUBLIC_NAMES and _SECRET_NAME.search(name) is not None


def holds_secret(name: str, value: object) -> bool:
    """Whether a field holds a secret as plain text; a template that fetches it from elsewhere is none."""
    return any("{{" not in secret for secret in secrets_in(name, value))


def secrets_in(name: str, value: object) -> Iterator[str]:
    """All secret texts in a field of a profile, however deep they lie."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from secrets_in(str(key), inner)
    elif isinstance(value, list):
        for item in value:
            yield from secrets_in(name, item)
    elif is_secret_name(name) and value is not None and not isinstance(value, bool):
        yield str(value)


def secrets_of_environment(environment: Mapping[str, str]) -> Iterator[str]:
    """The values of the environment variables that dbt's users name as secret."""
    return (value for name, value in environment.items() if name.startswith(SECRET_PREFIX) and value)


def worth_masking(secrets: Iterable[str]) -> tuple[str, ...]:
    """The secrets to look for in whatever is shown, longest first, so that none hides a part of another."""
    return tuple(sorted({secret for secret in secrets if len(secret) >= SHORTEST}, key=lambda each: (-len(each), each)))


def without_secrets(fields: Mapping[str, object], secrets: tuple[str, ...]) -> dict[str, object]:
    """The fields that a template may see: secret ones are gone, secret texts in others are masked."""
    return {key: _masked(value, secrets) for key, value in fields.items() if not is_secret_name(key)}


def _masked(value: object, secrets: tuple[str, ...]) -> object:
    if isinstance(value, Mapping):
        return without_secrets({str(key): inner for key, inner in value.items()}, secrets)
    if isinstance(value, list):
        return [_masked(item, secrets) for item in value]
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
    return value


def named_only(value: object) -> str:
    """How a value that holds secrets, or a whole project, is printed: by its type alone."""
    return f"<{type(value).__name__}>"
