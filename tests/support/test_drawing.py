"""Draw models as stacks of layers, in notebooks and terminals, and trainings as curves."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree

import pytest

from autograder import support
from autograder.support.drawing import BLUE, MAX_LAYERS, ORANGE, TERMINAL

pytestmark = pytest.mark.xdist_group("support")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def graft() -> support.Drawing:
    """A drawing of three layers, of which the last one trains."""
    layers = [(50, "relu", False), (25, "relu", False), (4, "softmax", True)]
    return support.draw(support.dense_model("graft", 4, layers))


def plain(text: str) -> str:
    """A text without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_graft_is_frozen_below_and_new_on_top(graft: support.Drawing) -> None:
    top, middle, bottom, inputs, total = graft.text(colour=False).splitlines()
    assert top.split()[1:] == ["Dense", "4", "softmax", "104", "train"]
    assert middle.split()[1:] == ["Dense", "25", "relu", "1,275", "frozen"]
    assert bottom.split()[1:] == ["Dense", "50", "relu", "250", "frozen"]
    assert inputs.split(maxsplit=1)[1] == "rows of 4 numbers"
    assert total == "1,629 parameters: 104 train, 1,525 are frozen."


def test_bars_are_as_wide_as_layers(graft: support.Drawing) -> None:
    assert [line.count("█") for line in graft.text(colour=False).splitlines()[:3]] == [2, 12, 25]


def test_colours_say_what_words_say(graft: support.Drawing) -> None:
    coloured = graft.text(colour=True).splitlines()
    blue, orange = (TERMINAL[colour] for colour in (BLUE, ORANGE))
    assert [orange in line for line in coloured[:3]] == [True, False, False]
    assert [blue in line for line in coloured[:3]] == [False, True, True]
    assert plain(graft.text(colour=True)) == graft.text(colour=False)


def test_a_notebook_gets_the_same_as_svg(graft: support.Drawing) -> None:
    picture = ElementTree.fromstring(graft._repr_svg_())
    boxes = picture.findall(f"{SVG}rect")
    assert [box.get("fill") for box in boxes] == [ORANGE, BLUE, BLUE]
    words = [text.text for text in picture.findall(f"{SVG}text")]
    assert "Dense 4 softmax: 104 parameters, train" in words
    assert "Dense 25 relu: 1,275 parameters, frozen" in words
    assert picture.findtext(f"{SVG}title") == words[-3] == "1,629 parameters: 104 train, 1,525 are frozen."


def test_nested_networks_and_activations_of_their_own_are_drawn_flat() -> None:
    keras = support.keras
    body = keras.Sequential([keras.Input((4,)), keras.layers.Dense(5), keras.layers.ReLU()])
    model = keras.Sequential(
        [keras.Input((4,)), body, keras.layers.Dense(3), keras.layers.Activation("softmax")]
    )
    found = [layer.activation for layer in support.draw(model).layers]
    assert found == ["linear, ReLU", "linear, softmax"]


@pytest.mark.parametrize("nothing", [None, 7])
def test_what_is_no_network_is_not_drawn(nothing: object) -> None:
    with pytest.raises(AssertionError, match="Expected a Keras model"):
        support.draw(nothing)


def test_of_many_layers_the_last_ones_are_drawn() -> None:
    layers = [(3, "relu", True)] * (MAX_LAYERS + 5)
    drawing = support.draw(support.dense_model("tall", 2, layers))
    text = drawing.text(colour=False)
    assert text.count("Dense") == MAX_LAYERS
    assert "and 5 layers below" in text
    picture = drawing._repr_svg_()
    assert picture.count("<rect") == MAX_LAYERS
    assert "and 5 layers below" in picture


def test_a_training_is_plotted() -> None:
    plot = support.plot_history({"accuracy": 0.875, "losses": [1.0, 0.5, 0.25]})
    (axes,) = plot.figure.axes
    assert axes.lines[0].get_ydata().tolist() == [1.0, 0.5, 0.25]
    assert axes.get_title() == "accuracy 0.875"
    assert "<svg" in plot._repr_svg_()


def test_a_network_is_compared_with_the_expected_one(graft: support.Drawing) -> None:
    """Other names make no difference; another flag does, and so does a layer that is not expected."""
    layers = [(50, "relu", False), (25, "relu", True), (4, "softmax", True), (4, "softmax", True)]
    yours = support.draw(support.dense_model("mine", 4, layers))
    comparison = support.Comparison(yours, graft)
    assert comparison.differs == [False, True, False, True]
    pictures = list(ElementTree.fromstring(comparison._repr_html_()).iter(f"{SVG}svg"))
    outlined = [
        [box.get("stroke") is not None for box in picture.findall(f"{SVG}rect")] for picture in pictures
    ]
    assert outlined == [[True, False, True, False], [False, True, False]]
    titles = [picture.findtext(f"{SVG}title") or "" for picture in pictures]
    assert [re.split(r" \d", title)[0] for title in titles] == ["your network", "expected"]
    assert len({picture.get("height") for picture in pictures}) == 1
    assert str(comparison).startswith("your network\n")
    same = support.Comparison(
        graft,
        support.draw(
            support.dense_model("other", 4, [*layers[:1], (25, "relu", False), (4, "softmax", True)])
        ),
    )
    assert not any(same.differs)
    assert same._repr_html_() == graft._repr_svg_()


def test_several_trainings_are_plotted_with_their_names() -> None:
    plot = support.plot_losses(donor={"losses": [1.0, 0.5]}, graft={"losses": [2.0, 0.1]})
    (legend,) = plot.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["donor", "graft"]
    assert "<svg" in plot._repr_svg_()


def test_a_terminal_without_blocks_gets_other_symbols(
    graft: support.Drawing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert str(graft).isascii()
    assert str(graft).count("#") == 2 + 12 + 25
