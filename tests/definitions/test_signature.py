"""What the annotations of a body mean when it is executed: the same as when its file is read."""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING, Annotated, NewType, Optional, TypedDict

import pandas as pd
import pytest
from pandas import DataFrame as Frame

from assetc.definitions.form import form_of
from assetc.definitions.signature import read_signature

if TYPE_CHECKING:
    import polars as lazy  # noqa: ICN001
    from pyarrow import Table as ArrowTable

Rows = list[dict]
Checked = NewType("Checked", pd.DataFrame)


class Row(TypedDict):
    id: int


class Orders(pd.DataFrame): ...


class DataFrame: ...


def frames(a: Frame, b: "Frame", c: Optional["Frame"], d: Annotated[Frame, 1], e: Orders, f: Checked) -> None: ...  # noqa: UP037, UP045
def rows(a: Rows, b: typing.List[typing.Dict], c: list[Row], d: list["Row"]) -> None: ...  # noqa: UP006, UP037
def polars(a: lazy.DataFrame, b: lazy.DataFrame | None) -> None: ...
def arrow(a: ArrowTable) -> None: ...
def none(a: DataFrame, b: dict[str, Frame], c: list[int], d: Frame | int) -> None: ...


@pytest.mark.parametrize(
    ("body", "form"),
    [(frames, "pandas"), (rows, "dicts"), (polars, "polars"), (arrow, "pyarrow"), (none, None)],
)
def test_an_annotation_asks_for_the_form_of_what_it_names(body, form):
    found = {each.name: form_of(each.annotation) for each in read_signature(body, {}).parameters}
    assert found == dict.fromkeys(found, form)
