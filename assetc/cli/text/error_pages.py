"""The pages of `docs/errors`, which are packaged as `assetc/errors`."""

from __future__ import annotations

import re
from importlib.resources import files

CODE = re.compile(r"[EWN]\d{3}", re.IGNORECASE)


def is_code(text: str) -> bool:
    """Whether a word is the code of a diagnostic."""
    return CODE.fullmatch(text) is not None


def page_of(code: str) -> str | None:
    """The text of a code's page."""
    page = files("assetc") / "errors" / f"{code.upper()}.md"
    return page.read_text(encoding="utf-8") if page.is_file() else None


def known_codes() -> tuple[str, ...]:
    """All codes that have a page."""
    folder = files("assetc") / "errors"
    names = (page.name.removesuffix(".md") for page in folder.iterdir() if page.name.endswith(".md"))
    return tuple(sorted(filter(is_code, names)))
