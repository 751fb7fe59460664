"""Week 9's pictures: networks as stacks of layers, solved tasks, and the flowers as a network sees them."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def code() -> Any:
    """The given modules, Keras and the solution."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "solutions" / "week09_transfer"))
        import lesson  # first, for it brings in Keras with the lesson's settings

        # isort: split
        import drawing
        import keras
        import scatter
        import transfer

        yield SimpleNamespace(lesson=lesson, drawing=drawing, keras=keras, scatter=scatter, transfer=transfer)


@pytest.fixture(scope="module")
def graft(code: Any) -> Any:
    """A graft onto the lesson's donor, drawn."""
    return code.drawing.draw(code.transfer.build_transfer_model(code.lesson.load("iris_donor")))


def plain(text: str) -> str:
    """A text without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_graft_is_frozen_below_and_new_on_top(graft: Any) -> None:
    top, middle, bottom, inputs, total = graft.text(colour=False).splitlines()
    assert top.split()[1:] == ["Dense", "4", "softmax", "104", "train"]
    assert middle.split()[1:] == ["Dense", "25", "relu", "1,275", "frozen"]
    assert bottom.split()[1:] == ["Dense", "50", "relu", "250", "frozen"]
    assert inputs.split(maxsplit=1)[1] == "rows of 4 numbers"
    assert total == "1,629 parameters: 104 train, 1,525 are frozen."


def test_bars_are_as_wide_as_layers(graft: Any) -> None:
    assert [line.count("█") for line in graft.text(colour=False).splitlines()[:3]] == [2, 12, 25]


def test_colours_say_what_words_say(code: Any, graft: Any) -> None:
    coloured = graft.text(colour=True).splitlines()
    blue, orange = (code.drawing.TERMINAL[colour] for colour in (code.drawing.BLUE, code.drawing.ORANGE))
    assert [orange in line for line in coloured[:3]] == [True, False, False]
    assert [blue in line for line in coloured[:3]] == [False, True, True]
    assert plain(graft.text(colour=True)) == graft.text(colour=False)


def test_a_notebook_gets_the_same_as_svg(code: Any, graft: Any) -> None:
    picture = ElementTree.fromstring(graft._repr_svg_())
    boxes = picture.findall(f"{SVG}rect")
    assert [box.get("fill") for box in boxes] == [code.drawing.ORANGE, code.drawing.BLUE, code.drawing.BLUE]
    words = [text.text for text in picture.findall(f"{SVG}text")]
    assert "Dense 4 softmax: 104 parameters, train" in words
    assert "Dense 25 relu: 1,275 parameters, frozen" in words
    assert picture.findtext(f"{SVG}title") == words[-1] == "1,629 parameters: 104 train, 1,525 are frozen."


def test_nested_networks_and_activations_of_their_own_are_drawn_flat(code: Any) -> None:
    keras = code.keras
    body = keras.Sequential([keras.Input((4,)), keras.layers.Dense(5), keras.layers.ReLU()])
    model = keras.Sequential(
        [keras.Input((4,)), body, keras.layers.Dense(3), keras.layers.Activation("softmax")]
    )
    bends = [part.bends for part in code.drawing.draw(model).parts]
    assert bends == ["linear, ReLU", "linear, softmax"]


@pytest.mark.parametrize("nothing", [None, 7])
def test_what_is_no_network_is_not_drawn(code: Any, nothing: Any) -> None:
    with pytest.raises(AssertionError, match="Expected a Keras model"):
        code.drawing.draw(nothing)


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
    assert total in plain(code.drawing.solved(task, code.transfer)).splitlines()


def test_a_donor_that_froze_along_is_told(code: Any) -> None:
    said = code.drawing.solved("freeze", code.transfer)
    assert "Your donor is frozen too now: 78 of its 1,603 parameters still train." in said


def test_a_donor_that_stayed_as_it_was_is_not(code: Any) -> None:
    def drop_top(model: Any) -> Any:
        return code.transfer.drop_top(code.transfer.copy_layers(model))

    careful = SimpleNamespace(drop_top=drop_top, freeze=code.transfer.freeze)
    assert "donor" not in code.drawing.solved("freeze", careful)


def test_freeze_is_drawn_before_drop_top_is_written(code: Any) -> None:
    def drop_top(model: Any) -> Any:
        raise NotImplementedError("drop_top")

    said = plain(
        code.drawing.solved("freeze", SimpleNamespace(drop_top=drop_top, freeze=code.transfer.freeze))
    )
    assert "1,525 parameters: 0 train, 1,525 are frozen." in said


@given(st.integers(2, 12), st.integers(2, 6), st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_principal_components_are_the_flattest_that_keep_the_most(
    code: Any, rows: int, columns: int, seed: int
) -> None:
    """They are centred and uncorrelated, the first is the longer, and shares are those of the variance."""
    x = np.random.default_rng(seed).normal(size=(rows, columns)).astype(np.float32)
    flat, shares = code.scatter.principal(x)
    assert flat.shape == (rows, 2)
    np.testing.assert_allclose(flat.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(flat[:, 0] @ flat[:, 1], 0, atol=1e-6)
    assert shares[0] >= shares[1] >= 0
    total = ((x - x.mean(axis=0)) ** 2).sum(dtype=np.float64)
    np.testing.assert_allclose((flat**2).sum(axis=0) / total, shares, rtol=1e-4, atol=1e-6)


def test_equal_rows_have_no_direction(code: Any) -> None:
    flat, shares = code.scatter.principal(np.ones((4, 3), np.float32))
    assert not flat.any()
    assert not shares.any()


def test_the_scatter_shows_eight_flowers_twice_in_four_shapes(code: Any) -> None:
    plot = code.scatter.scatter(code.lesson.load("frozen_body"))
    for axes in plot.figure.axes:
        assert [len(points.get_offsets()) for points in axes.collections] == [2, 2, 2, 2]
    markers = {marker for _, marker in code.scatter.KINDS}
    assert len(markers) == len({colour for colour, _ in code.scatter.KINDS}) == 4
    assert "<svg" in plot._repr_svg_()
