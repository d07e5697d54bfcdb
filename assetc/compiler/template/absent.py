"""What stands for a name or an attribute that is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from jinja2.exceptions import UndefinedError
from jinja2.runtime import Undefined
from jinja2.utils import missing

from assetc.compiler.diagnostic import Annotation, diagnostic, did_you_mean
from assetc.compiler.place import file_span
from assetc.compiler.template.members.nodes import Early
from assetc.compiler.template.members.scopes import PackageNames
from assetc.compiler.template.members.settings import Watched
from assetc.compiler.template.rendering import Rendering

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
    if isinstance(owner, Watched):
        return f"the {owner.kind}"
    words = {
        "str": "this text",
        "dict": "this mapping",
        "list": "this list",
        "NoneType": "none",
        "tuple": "this list",
    }
    name = type(owner).__name__
    return words.get(name, f"this {name.removesuffix('Value').lower()}")


def report_absent(rendering: Rendering, absent: Absent, *, is_print: bool) -> None:
    """Report the use of an absent thing, unless it ends the render or is no fault."""
    name, owner = absent.wanted
    if absent.hint is not None or name is None:
        return
    if owner is missing:
        passes = is_print or not rendering.surroundings.flags.execute
        if passes and not _is_assigned(rendering, name):
            _report_unknown_name(rendering, name, is_print=is_print)
    elif isinstance(owner, PackageNames):
        if is_print or not rendering.surroundings.flags.execute:
            _report_no_macro(rendering, name, owner)
    elif is_print and owner is not None and not isinstance(owner, Absent | Early):
        near = did_you_mean(name, owner) if isinstance(owner, Watched) else ""
        rendering.warn("W232", f"{described(owner)} has no {name}: nothing is printed", near)


def _is_assigned(rendering: Rendering, name: str) -> bool:
    """Whether a text that is being executed gives the name a value somewhere, as in a branch that was not taken."""
    return any(name in position.unit.assigned for position in rendering.positions())


def _report_unknown_name(rendering: Rendering, name: str, *, is_print: bool) -> None:
    """A name that nothing gives a value; printed in a dbt project, it is nothing, as in dbt."""
    is_error = rendering.surroundings.unknown_names == "error" or not is_print
    hint = did_you_mean(name, rendering.known_names())
    positions = rendering.positions()
    span = positions[0].name_span(name) if positions else file_span(rendering.unit.path)
    related = [Annotation(position.tag_span(), "called here") for position in positions[1:]]
    code = "E112" if is_error else "W231"
    rendering.findings.report(
        diagnostic(code, f"{name} is undefined", span, hint=hint or no_such_name(rendering), related=related)
    )


def _report_no_macro(rendering: Rendering, name: str, package: PackageNames) -> None:
    """A macro that a package lacks; printed or called, it can only be a mistake."""
    positions = rendering.positions()
    span = positions[0].tag_span() if positions else file_span(rendering.unit.path)
    related = [Annotation(position.tag_span(), "called here") for position in positions[1:]]
    hint = did_you_mean(name, rendering.known_names()) or no_such_name(rendering)
    rendering.findings.report(diagnostic("E112", f"{package} has no {name}", span, hint=hint, related=related))


def no_such_name(rendering: Rendering) -> str:
    """What to think of where no name is near; in a dbt project it may be the namespace of a package."""
    hint = "No macro, variable of the template or member has this name"
    is_dbt = rendering.surroundings.unknown_names != "error"
    return f"{hint}; packages and dbt's global macros are not built yet" if is_dbt else hint
