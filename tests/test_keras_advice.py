"""Advice for errors of Keras, and for mistakes in Python."""

from __future__ import annotations

import types

import pytest

from autograder import keras_advice
from autograder.keras_advice import advice, did_you_mean


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
            "The last axis of this layer's inputs must have the length 25, but has 4. What does the layer "
            "below it return?",
        ),
        (
            "expected axis -1 of input shape to have value 3, but received input with shape (None, 8, 8, 1)",
            "The last axis of this layer's inputs must have the length 3, but has 1. What does the layer "
            "below it return?",
        ),
        ("maximum recursion depth exceeded", keras_advice.CALLS_ITSELF),
        ("Cannot convert '4' to a shape.", "A shape is a tuple: `keras.Input((4,))`."),
        ("name 'rihgt' is not defined", ""),
        ("Matrix size-incompatible: In[0]: [2,3], In[1]: [4,4]", keras_advice.SHAPES),
        ("matmul: Input operand 1 has a mismatch in its core dimension 0", keras_advice.SHAPES),
        ("condition [2,1,3], then [2,3,3], and else [] must be broadcastable", keras_advice.SHAPES),
        (
            "Argument `output` must have rank (ndim) `target.ndim - 1`. Received: target.shape=(None, 4)",
            keras_advice.ONE_HOT_TARGETS,
        ),
        (
            "Input 0 is incompatible with the layer: expected shape=(None, 21), found shape=(8, 5)",
            keras_advice.OTHER_SHAPE,
        ),
        ("for the argument 'axis', but received: <KerasTensor shape=(3,)>", keras_advice.TENSOR_AS_SETTING),
        ("Received: data_format=<kerastensor shape=(none, 2)>", keras_advice.TENSOR_AS_SETTING),
        ("Only instances of `keras.Layer` can be added to a Sequential model.", keras_advice.ONLY_LAYERS),
        ("Could not interpret initializer identifier: 4", keras_advice.NUMBER_AS_INITIALIZER),
        (
            "predict() got an unexpected keyword argument 'training'",
            "The called function has no parameter `training`. Which ones does its definition list?",
        ),
        (
            "SelfAttention.__init__() got an unexpected keyword argument 'name'",
            "Every layer of Keras takes `name`. Let `__init__` take `**kwargs`, and pass it on: "
            "`super().__init__(**kwargs)`.",
        ),
        ("got an unexpected keyword argument 'mask'", keras_advice.MASK),
        (
            "Unrecognized keyword arguments passed to Dense: {'activaton': 'relu'}",
            "The called function has no parameter `activaton`. Which ones does its definition list?",
        ),
        (
            "Argument(s) not recognized: {'lr': 0.01}",
            "The optimizers of Keras call this argument `learning_rate`.",
        ),
    ],
)
def test_an_error_that_says_too_little_gets_advice(text: str, says: str) -> None:
    assert advice(ValueError(text), of_student=False) == says


def test_a_network_that_was_never_called_has_inputs_alone() -> None:
    class Sequential:
        inputs = (1,)

        def input(self) -> None:
            raise AttributeError("The layer donor has never been called and thus has no defined input.")

    with pytest.raises(AttributeError) as raised:
        Sequential().input()
    assert advice(raised.value, of_student=False) == keras_advice.NEVER_CALLED


BOX = "class Box:\n    def get(self):\n        return self.size"


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
        ("(1, 2)[0] = 3", ""),
        ("'text'.titel()", "Did you mean 'title'?"),
        ("import math\nmath.sqrtt(4)", "Did you mean 'sqrt'?"),
        ("'text'.zebra()", ""),
        ("flag = True\nflag(3)", keras_advice.NOT_CALLABLE),
        (
            f"{BOX}\nBox().get()",
            "Nothing has set `self.size` before this line runs. Which method should set it?",
        ),
    ],
)
def test_only_a_students_own_slip_in_python_gets_advice(code: str, says: str) -> None:
    with pytest.raises((NameError, LookupError, ImportError, AttributeError, TypeError)) as raised:
        exec(code, {})
    assert advice(raised.value, of_student=True) == says
    assert advice(raised.value, of_student=False) == ""


def test_an_attribute_of_none_outside_of_a_class_is_not_said_to_be_set_by_a_method() -> None:
    with pytest.raises(AttributeError) as raised:
        exec("layers = [].append(1)\nlayers.add(2)", {})
    assert advice(raised.value, of_student=True) == keras_advice.NONE


@pytest.mark.parametrize(
    ("kind", "name", "says"),
    [
        ("optimizer", "adm", "Did you mean 'adam'?"),
        ("optimizer", "adamm", "Did you mean 'adam'?"),
        ("optimizer", "Adamm", "Did you mean 'Adam'?"),
        ("loss", "categorical_crosentropy", "Did you mean 'categorical_crossentropy'?"),
        ("loss", "categorical-crossentropy", "Did you mean 'categorical_crossentropy'?"),
        ("loss", "Categorical Crossentropy", "Did you mean 'categorical_crossentropy'?"),
        ("loss", "categorical_crossentropy ", "Did you mean 'categorical_crossentropy'?"),
        ("loss", "categoricalcrosentropy", "Did you mean 'CategoricalCrossentropy'?"),
        ("loss", "zebra", ""),
        ("loss", "categorical_crossentropy", ""),
        ("planet", "mars", ""),
    ],
)
def test_a_misspelt_name_of_keras(monkeypatch: pytest.MonkeyPatch, kind: str, name: str, says: str) -> None:
    keras = types.ModuleType("keras")
    keras.optimizers = types.SimpleNamespace(Adam=1, Nadam=1, SGD=1)  # type: ignore[attr-defined]
    losses = types.SimpleNamespace(categorical_crossentropy=1, CategoricalCrossentropy=1)
    keras.losses = losses  # type: ignore[attr-defined]
    monkeypatch.setitem(keras_advice.sys.modules, "keras", keras)
    assert did_you_mean(kind, name) == says
    assert advice(ValueError(f"Could not interpret {kind} identifier: {name}"), of_student=False) == says
