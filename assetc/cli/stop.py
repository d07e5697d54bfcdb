"""How a command ends: the codes with which its process exits, and the end before its end."""

from __future__ import annotations

FAILED = 1
"""Something failed while it ran."""

BAD_INPUT = 2
"""Usage, configuration, or a compile error."""

INTERRUPTED = 130
"""Somebody pressed Ctrl-C."""


class Stopped(Exception):  # noqa: N818  everything has been said already; only the exit code is left
    """The command cannot go on; why was said, and `code` is how the process ends."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code
