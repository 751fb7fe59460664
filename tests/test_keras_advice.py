"""Advice for errors of Keras, and for lines that do something else than they seem to."""

from __future__ import annotations

import types

import pytest

from autograder import keras_advice
from autograder.keras_advice import advice, did_you_mean, remarks


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("The layer sequential has never been called and thus has no defined input.", keras_advice.NO_SHAPE),
        ("Sequential model 'sequential_3' has no defined input shape yet.", keras_advice.NO_SHAPE),
        (
            "You called `set_weights(weights)` on layer 'd' with a weight list of length 1, but the layer "
            "was expecting 0 weights.",
            keras_advice.NO_WEIGHTS,
        ),
        ("'NoneType' object has no attribute 'layers'", keras_advice.NONE),
        ("including invalid value <Dense name=dense_11, built=True> of type", keras_advice.IS_A_LAYER),
        ("All layers added to a Sequential model should have unique names.", keras_advice.ONE_NAME),
        (
            "expected axis -1 of input shape to have value 25, but received input with shape (None, 4)",
            "This layer expects 25 numbers a row, but gets 4. Does it stand in the right position?",
        ),
        (
            "expected axis -1 of input shape to have value 3, but received input with shape (None, 8, 8, 1)",
            keras_advice.OTHER_INPUTS,
        ),
        ("maximum recursion depth exceeded", keras_advice.CALLS_ITSELF),
        ("Cannot convert '4' to a shape.", "A shape is a tuple: `keras.Input((4,))`."),
        ("name 'rihgt' is not defined", ""),
    ],
)
def test_an_error_that_says_too_little_gets_advice(text: str, says: str) -> None:
    assert advice(ValueError(text), of_student=False) == says


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("def build():\n    network = 1\n    return netwrok\nbuild()", "Did you mean 'network'?"),
        ("network = 1\ndef build():\n    return netwrok\nbuild()", "Did you mean 'network'?"),
        ("prnt(3)", "Did you mean 'print'?"),
        ("zzzzzz", keras_advice.UNKNOWN_NAME),
        ("def build():\n    network\n    network = 1\nbuild()", ""),
        ("raise NameError('no name')", ""),
        ("[1, 2][2]", keras_advice.FROM_ZERO),
        ("(1, 2)[2]", keras_advice.FROM_ZERO),
        ("{}['a']", ""),
        ("import no_such_module", keras_advice.NOT_INSTALLED),
    ],
)
def test_only_a_students_own_slip_in_python_gets_advice(code: str, says: str) -> None:
    with pytest.raises((NameError, LookupError, ImportError)) as raised:
        exec(code, {})
    assert advice(raised.value, of_student=True) == says
    assert advice(raised.value, of_student=False) == ""


@pytest.mark.parametrize(
    ("kind", "name", "says"),
    [
        ("optimizer", "adm", "Did you mean 'adam'?"),
        ("optimizer", "adamm", "Did you mean 'adam'?"),
        ("optimizer", "Adamm", "Did you mean 'Adam'?"),
        ("loss", "categorical_crosentropy", "Did you mean 'categorical_crossentropy'?"),
        ("loss", "zebra", ""),
        ("loss", "categorical_crossentropy", ""),
        ("planet", "mars", ""),
    ],
)
def test_a_misspelt_name_of_keras(monkeypatch: pytest.MonkeyPatch, kind: str, name: str, says: str) -> None:
    keras = types.ModuleType("keras")
    keras.optimizers = types.SimpleNamespace(Adam=1, Nadam=1, SGD=1)  # type: ignore[attr-defined]
    keras.losses = types.SimpleNamespace(categorical_crossentropy=1)  # type: ignore[attr-defined]
    monkeypatch.setitem(keras_advice.sys.modules, "keras", keras)
    assert did_you_mean(kind, name) == says
    assert advice(ValueError(f"Could not interpret {kind} identifier: {name}"), of_student=False) == says


def pops(model):
    model.layers.pop()
    return model


def deletes(model):
    del model.layers[-1]
    return model


def passes_the_batch_size(keras, model):
    return keras.Input(model.input_shape)


def returns_nothing(model):
    model.trainable = False


def is_fine(keras, model):
    layers = list(model.layers)
    layers.pop()
    return keras.Sequential([keras.Input(model.input_shape[1:]), *layers])


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (pops, [keras_advice.COPIED_LIST]),
        (deletes, [keras_advice.COPIED_LIST]),
        (passes_the_batch_size, [keras_advice.BATCH_SIZE]),
        (returns_nothing, [keras_advice.NO_RETURN]),
        (is_fine, []),
        (None, []),
    ],
)
def test_lines_without_effect_are_told(function, says: list[str]) -> None:
    assert list(remarks(function)) == says
