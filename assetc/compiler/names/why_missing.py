"""Why a name leads nowhere: what bears it that is no asset, what is called alike, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from msgspec import Struct

from assetc.compiler.diagnostic import Annotation, did_you_mean
from assetc.compiler.names.names import Names, known_names
from assetc.compiler.names.namesake import KINDS, Kind, Namesake

ALL: frozenset[Kind] = frozenset((*KINDS, "file"))
MOST_FILES = 3


class Missing(Struct, frozen=True):
    """Why a name leads nowhere: `instead` says what bears it, if anything does.

    `is_uncertain`: it may stand in a file that could not be read.
    """

    hint: str
    instead: str = ""
    related: tuple[Annotation, ...] = ()
    is_uncertain: bool = False


def why_missing(
    names: Names, written: str, *, kinds: Collection[Kind] = ALL, but: str = "", near: str | None = None
) -> Missing:
    """Why nothing is found for a name, as written, and which of these kinds bears it.

    `but` is the name of who asks, which it does not mean; `near` says which names are near, if that is known.
    """
    others = [each for each in names.others if each.kind in kinds]
    if near is None:
        near = _near(written, [known for known in known_names(names) if known != but])
    return _why(written, near, others, names.fold)


def why_unknown(written: str, known: Sequence[str], others: Sequence[Namesake]) -> Missing:
    """Why a name is none of those that are known."""
    return _why(written, _near(written, known), others, str.casefold)


def _near(written: str, known: Sequence[str]) -> str:
    return did_you_mean(written, known) or did_you_mean(_last(written), known)


def _last(written: str) -> str:
    return written.replace("/", ".").rpartition(".")[2]


def _why(written: str, near: str, others: Sequence[Namesake], fold: Callable[[str], str]) -> Missing:
    last = _last(written)
    same = next((each for each in others if each.name and fold(each.name) == fold(last)), None)
    if same is not None:
        what, helps = KINDS[same.kind]
        return Missing(helps.replace("NAME", last), f"{last} is {what}", (Annotation(same.span, "it is here"),))
    unread = _unread(others)
    return Missing(" ".join(filter(None, (near, unread))), is_uncertain=bool(unread))


def _unread(others: Iterable[Namesake]) -> str:
    """`models/a.py does not parse (E117 at line 3): what it defines is not known`."""
    files = [each for each in others if each.kind == "file"]
    told = [f"{each.span.path} {each.fault} at line {each.span.line})" for each in files[:MOST_FILES]]
    it_defines = "it defines" if len(files) == 1 else "they define"
    return f"{', '.join(told)}: what {it_defines} is not known" if files else ""


def is_unread(names: Names, path: str) -> bool:
    """Whether a file has a fault of which everything else that is missing in it may be the consequence."""
    return any(each.kind == "file" and each.span.path == path for each in names.others)


def source_named(names: Names, name: str) -> str:
    """The `source()` that has a table of this name, where there is one."""
    found = ((source, table) for source, table in names.declared if table == names.fold(name))
    return next((f"source('{source}', '{table}')" for source, table in found), "")
