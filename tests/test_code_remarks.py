"""Remarks on code that does something else than it seems to."""

from __future__ import annotations

import numpy as np
import pytest

from autograder import code_remarks
from autograder.code_remarks import definition_of, remarks


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


def returns_what_compile_returns(model):
    return model.compile(loss="mse")


def returns_a_summary(model):
    return model.summary()


def keeps_what_compile_returns(model):
    model = model.compile(loss="mse")
    return model  # noqa: RET504 - as beginners write it


def keeps_what_a_function_of_a_module_returns(numbers):
    numbers = np.append(numbers, 1)
    return numbers  # noqa: RET504 - as beginners write it


def returns_what_a_function_of_a_module_returns(pattern):
    import re

    return re.compile(pattern)


def misspells_what_it_sets(model):
    model.trainble = False
    return model


class Layer:
    """Stands for a layer of Keras."""

    def build(self, shape): ...

    def call(self, x): ...


class Misspelt(Layer):
    def biuld(self, shape):
        self.shape = shape


class WithoutSelf(Layer):
    def call(x):  # noqa: N805
        return x


class WithoutReturn(Layer):
    def call(self, x):
        x + 1


class Fine(Layer):
    def build(self, shape):
        self.shape = shape

    def call(self, x):
        return x

    @staticmethod
    def double(x):
        return 2 * x


def is_fine(keras, model):
    layers = list(model.layers)
    layers.pop()
    return keras.Sequential([keras.Input(model.input_shape[1:]), *layers])


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (pops, [code_remarks.COPIED_LIST]),
        (deletes, [code_remarks.COPIED_LIST]),
        (passes_the_batch_size, [code_remarks.BATCH_SIZE]),
        (returns_nothing, [code_remarks.NO_RETURN]),
        (
            returns_what_compile_returns,
            ["Your code returns what `compile(…)` returns, and that is None."],
        ),
        (returns_a_summary, ["Your code returns what `summary(…)` returns, and that is None."]),
        (keeps_what_compile_returns, ["Your code keeps what `compile(…)` returns, and that is None."]),
        (keeps_what_a_function_of_a_module_returns, []),
        (returns_what_a_function_of_a_module_returns, []),
        (
            misspells_what_it_sets,
            ["Your code sets `trainble`, which Keras does not read. Did you mean `trainable`?"],
        ),
        (Misspelt, ["Your class defines `biuld`. Did you mean `build`, which Keras calls?"]),
        (
            WithoutSelf,
            ["`call` does not begin with the parameter `self`, which Python passes to a method."],
        ),
        (WithoutReturn, ["`call` has no `return` with a value, so it returns None."]),
        (Fine, []),
        (is_fine, []),
        (None, []),
    ],
)
def test_lines_without_effect_are_told(function, says: list[str]) -> None:
    assert list(remarks(function)) == says


@pytest.mark.parametrize("value", [is_fine, Fine, Fine.call])
def test_the_definition_of_a_function_or_class_is_found(value) -> None:
    found = definition_of(value)
    assert found is not None
    filename, node = found
    assert (filename, node.name) == (__file__, value.__name__)


@pytest.mark.parametrize("value", [None, 3, int, len])
def test_what_is_not_written_in_python_has_no_definition(value) -> None:
    assert definition_of(value) is None
