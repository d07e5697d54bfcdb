"""What stands for a name or an attribute that is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from jinja2.exceptions import UndefinedError
from jinja2.runtime import Undefined
from jinja2.utils import missing

from assetc.compiler.template.members.scopes import PackageNames

_ASKED_BY_JINJA = frozenset({"unsafe_callable", "alters_data", "jinja_pass_arg"})


class UnknownName(UndefinedError):  # noqa: N818
    """A name, or an attribute of `owner`, that is not there was used."""

    def __init__(self, message: str, name: str, *, is_attribute: bool) -> None:
        super().__init__(message)
        self.name = name
        self.is_attribute = is_attribute


class Absent(Undefined):
    """Printed as nothing, false, empty. Any other use is an error, but not before values can be known.

    `report` is told when an absent thing is used; where it gives True, the use yields this value again: so a
    template is read to its end although a query has no result yet.
    """

    __slots__ = ("_report",)

    def __init__(
        self, report: Callable[[Absent, bool], bool], hint: str | None, owner: object, name: str | None
    ) -> None:
        super().__init__(hint=hint, obj=owner, name=name)
        self._report = report

    def _use(self, *_: object, **__: object) -> Any:
        if not self._report(self, False):  # noqa: FBT003
            self._fail()
        return self

    def _fail(self) -> NoReturn:
        name, owner = self.wanted
        if self._undefined_hint is not None:
            raise UnknownName(self._undefined_hint, "", is_attribute=True)
        if owner is missing:
            raise UnknownName(f"{name} is undefined", str(name), is_attribute=False)
        is_attribute = not isinstance(owner, PackageNames)
        raise UnknownName(f"{described(owner)} has no {name}", str(name), is_attribute=is_attribute)

    def __getattr__(self, name: str) -> Any:
        if name[:2] == "__" or name in _ASKED_BY_JINJA:
            raise AttributeError(name)
        return self._use()

    def __str__(self) -> str:
        self._report(self, True)  # noqa: FBT003
        return ""

    def _compare(self, _: object) -> bool:
        self._use()
        return False

    def _no_number(self) -> int:
        self._use()
        return 0

    __call__ = __getitem__ = _use
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _use
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _use
    __pow__ = __rpow__ = __pos__ = __neg__ = _use
    __lt__ = __le__ = __gt__ = __ge__ = _compare  # type: ignore[assignment]
    __int__ = _no_number  # type: ignore[assignment]

    def __float__(self) -> float:  # type: ignore[override]
        return float(self._no_number())

    @property
    def wanted(self) -> tuple[str | None, object]:
        """The name that is not there, and what should have had it (Jinja's `missing` for a bare name)."""
        return self._undefined_name, self._undefined_obj

    @property
    def hint(self) -> str | None:
        """What Jinja says besides: a parameter that was not given has one."""
        return self._undefined_hint


def described(owner: object) -> str:
    """What a value is, in the words of the user."""
    if isinstance(owner, PackageNames):
        return str(owner)
    words = {
        "str": "this text",
        "dict": "this mapping",
        "list": "this list",
        "Watched": "the target",
        "NoneType": "none",
        "LaterRelation": "this relation",
        "tuple": "this list",
    }
    name = type(owner).__name__
    return words.get(name, f"this {name.removesuffix('Value').lower()}")
