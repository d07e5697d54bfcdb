"""How a command ends before its end."""

from __future__ import annotations


class Stopped(Exception):  # noqa: N818  everything has been said already; only the exit code is left
    """The command cannot go on; why was said, and `code` is how the process ends."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code
