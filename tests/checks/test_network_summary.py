"""A summary comes from what a reply says of itself: it is sanitized, checked, and never raises."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks.network_summary import read_network
from autograder.models import NetworkLayer
from autograder.wire.call_messages import Returned

DENSE = {
    "class": "Dense",
    "settings": {"units": 5, "activation": "relu"},
    "weights": [{"dtype": "float32", "shape": [4, 5]}, {"dtype": "float32", "shape": [5]}],
}


def reply(*layers: Any, answer: Any = None) -> Returned:
    answer = {"layer": len(layers) - 1} if answer is None else answer
    return Returned({"layers": list(layers), "value": {"dict": {"answer": answer}}})


def test_a_layer_is_told_with_its_size_and_what_trains() -> None:
    """Parameters are counted from the shapes; frozen ones do not train."""
    frozen = DENSE | {"trainable": False}
    half = DENSE | {"trains": [False, True]}
    network = read_network("build", reply(DENSE, frozen, half, {"class": "Sequential", "layers": [0, 1, 2]}))
    assert network is not None
    assert network.layers == (
        NetworkLayer("Dense 5 relu", 25, 25),
        NetworkLayer("Dense 5 relu", 25, 0),
        NetworkLayer("Dense 5 relu", 25, 5),
    )


def test_nested_models_and_graphs_are_opened() -> None:
    """A body inside a model is drawn as its layers."""
    body = {"class": "Sequential", "layers": [0]}
    graph = {"class": "Functional", "graph": {"calls": [{"layer": 1}, {"operation": "Add"}, {"layer": 0}]}}
    network = read_network("build", reply(DENSE, body, graph))
    assert network is not None
    assert [layer.name for layer in network.layers] == ["Dense 5 relu"] * 2


def test_layers_that_were_passed_in_come_first_wherever_they_are_told() -> None:
    """A reply tells layers as it meets them; those that the examiner knows keep their own places."""
    model = {"class": "Sequential", "layers": [0, 2], "known": 1}
    new = DENSE | {"settings": {"units": 7}}
    network = read_network("build", reply(model, new, DENSE | {"known": 0}, answer={"layer": 1}))
    assert network is not None
    assert [layer.name for layer in network.layers] == ["Dense 5 relu", "Dense 7"]


def test_a_model_that_holds_itself_has_no_drawing() -> None:
    """A lie about nesting costs the picture, and no time."""
    assert read_network("build", reply({"class": "Sequential", "layers": [0, 0]})) is None


@pytest.mark.parametrize(
    "shape",
    [
        [10**600, 1.5],
        [10**690] * 10,
        [1e308, 1e308],
        [10**9, 10**9],
        [float("inf")],
        [-1, 5],
        [True, 5],
        [2] * 100,
        "45",
        None,
    ],
)
def test_sizes_that_fit_into_no_reply_have_no_summary(shape: Any) -> None:
    """A lie about a size costs the picture; the report stays readable."""
    assert read_network("build", reply(DENSE | {"weights": [{"dtype": "float32", "shape": shape}]})) is None


def test_what_a_layer_says_about_itself_is_printable() -> None:
    """Escape sequences and marks of direction reach neither page nor report."""
    evil = DENSE | {"class": "\x1b[31m\u202eevil\x9b2J\u2066\ud800\x00"}
    network = read_network("build", reply(evil))
    assert network is not None
    assert network.layers[0].name.isprintable()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["class", "layers", "settings", "weights", "graph", "layer"]), inner
        )
    ),
    max_leaves=12,
)


@given(layers=st.lists(JSON, max_size=3), answer=JSON)
def test_whatever_a_reply_says_nothing_is_raised(layers: list[Any], answer: Any) -> None:
    """Any JSON gives a drawing or none."""
    read_network("build", reply(*layers, answer={"layer": 0} if layers else answer))
