"""Texts of Keras' errors are cut to what helps a student."""

from __future__ import annotations

import pytest

from autograder.support.keras_errors import without_noise


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "Only input tensors may be passed as positional arguments. The following argument value should "
            "be passed as a keyword argument: <Sequential name=body, built=True> (of type <class "
            "'keras.src.models.sequential.Sequential'>)",
            "Only input tensors may be passed as positional arguments.",
        ),
        (
            "All `outputs` values must be KerasTensors. Received: outputs=<Dense name=top, built=True> "
            "including invalid value <Dense name=top, built=True> of type <class "
            "'keras.src.layers.core.dense.Dense'>",
            "All `outputs` values must be KerasTensors. Received: outputs=<Dense name=top, built=True>",
        ),
        (
            "Received: 3 (of type <class 'int'>). Expected a layer.",
            "Received: 3. Expected a layer.",
        ),
        (
            "Invalid input shape for input [[1. 2.]\n [3. 4.]] with name 'keras_tensor_1' and path ''; "
            "Expected shape (None, None, 2), but input has incompatible shape (2, 2)",
            "Invalid input shape; Expected shape (None, None, 2), but input has incompatible shape (2, 2)",
        ),
        (
            "Exception encountered when calling Sequential.call().\n\nInput 0 is incompatible."
            "\n\nArguments received by Sequential.call():\n  • inputs=tf.Tensor(shape=(2, 3))",
            "Input 0 is incompatible.",
        ),
        ("A plain text for input 3.", "A plain text for input 3."),
    ],
)
def test_what_keras_adds_for_its_developers_is_left_out(text: str, shown: str) -> None:
    assert without_noise(text) == shown
