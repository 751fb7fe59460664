"""Week 9's pictures: solved tasks, and the flowers as a network sees them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit_code import kit_code


@pytest.fixture(scope="module")
def code() -> Iterator[Any]:
    """The lesson, the library and the solution."""
    with kit_code("week09_transfer") as found:
        import transfer

        yield SimpleNamespace(**vars(found), transfer=transfer)
        del sys.modules["transfer"]


def plain(text: str) -> str:
    """A text without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize(
    ("task", "total"),
    [
        ("build_base", "1,603 parameters: 1,603 train, 0 are frozen."),
        ("copy_layers", "1,603 parameters: 1,603 train, 0 are frozen."),
        ("drop_top", "1,525 parameters: 1,525 train, 0 are frozen."),
        ("freeze", "1,525 parameters: 0 train, 1,525 are frozen."),
        ("add_softmax", "1,629 parameters: 104 train, 1,525 are frozen."),
        ("build_transfer_model", "1,629 parameters: 104 train, 1,525 are frozen."),
    ],
)
def test_every_solved_task_shows_its_network(code: Any, task: str, total: str) -> None:
    assert total in plain(code.lesson.solved(task, code.transfer)).splitlines()


def test_a_donor_that_froze_along_is_told(code: Any) -> None:
    said = code.lesson.solved("freeze", code.transfer)
    assert "Your donor is frozen too now: 78 of its 1,603 parameters still train." in said


def test_a_donor_that_stayed_as_it_was_is_not(code: Any) -> None:
    def drop_top(model: Any) -> Any:
        return code.transfer.drop_top(code.transfer.copy_layers(model))

    careful = SimpleNamespace(drop_top=drop_top, freeze=code.transfer.freeze)
    assert "donor" not in code.lesson.solved("freeze", careful)


def test_freeze_is_drawn_before_drop_top_is_written(code: Any) -> None:
    def drop_top(model: Any) -> Any:
        raise NotImplementedError("drop_top")

    said = plain(
        code.lesson.solved("freeze", SimpleNamespace(drop_top=drop_top, freeze=code.transfer.freeze))
    )
    assert "1,525 parameters: 0 train, 1,525 are frozen." in said


@given(st.integers(2, 12), st.integers(2, 6), st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_principal_components_are_the_flattest_that_keep_the_most(
    code: Any, rows: int, columns: int, seed: int
) -> None:
    """They are centred and uncorrelated, the first is the longer, and shares are those of the variance."""
    x = np.random.default_rng(seed).normal(size=(rows, columns)).astype(np.float32)
    flat, shares = code.lesson.principal(x)
    assert flat.shape == (rows, 2)
    np.testing.assert_allclose(flat.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(flat[:, 0] @ flat[:, 1], 0, atol=1e-6)
    assert shares[0] >= shares[1] >= 0
    total = ((x - x.mean(axis=0)) ** 2).sum(dtype=np.float64)
    np.testing.assert_allclose((flat**2).sum(axis=0) / total, shares, rtol=1e-4, atol=1e-6)


def test_equal_rows_have_no_direction(code: Any) -> None:
    flat, shares = code.lesson.principal(np.ones((4, 3), np.float32))
    assert not flat.any()
    assert not shares.any()


def test_the_scatter_shows_eight_flowers_twice_in_four_shapes(code: Any) -> None:
    plot = code.lesson.scatter(code.support.load("frozen_body"))
    for axes in plot.figure.axes:
        assert [len(points.get_offsets()) for points in axes.collections] == [2, 2, 2, 2]
    markers = {marker for _, marker in code.lesson.KINDS}
    assert len(markers) == len({colour for colour, _ in code.lesson.KINDS}) == 4
    assert "<svg" in plot._repr_svg_()
