"""How a member of the template environment ends a render: exceptions that become diagnostics, and dbt's return."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818
    """A template asked for what cannot be given."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


class Exhausted(Exception):  # noqa: N818
    """A template would not end, or would grow without end."""


class Returned(Exception):  # noqa: N818
    """`return(value)` of a macro."""

    def __init__(self, value: object) -> None:
        super().__init__("return() stands outside of a macro")
        self.value = value


class Unreadable(Exception):  # noqa: N818
    """A text is no Jinja: what is wrong, at which offset of the file."""

    def __init__(self, path: str, file_text: str, message: str, offset: int) -> None:
        super().__init__(message)
        self.path = path
        self.file_text = file_text
        self.message = message
        self.offset = offset
