"""Texts of errors are cut to what helps a student."""

from __future__ import annotations

import pytest

from autograder.support.errors import readable_error, without_escapes


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
        (
            "{{function_node __wrapped__MatMul_device_/job:localhost}} Matrix size-incompatible: "
            "In[0]: [2,3], In[1]: [4,4] [Op:MatMul] name: ",
            "Matrix size-incompatible: In[0]: [2,3], In[1]: [4,4]",
        ),
        (
            "Error when deserializing class 'A' using config={'name': 'a'}.\n\nException encountered: "
            "A.__init__() got an unexpected keyword argument 'name'",
            "A.__init__() got an unexpected keyword argument 'name'",
        ),
        (
            "Exception encountered when calling X.call().\n\n\x1b[1mNo table.\x1b[0m"
            "\n\nArguments received by X",
            "No table.",
        ),
        ("A plain text for input 3.", "A plain text for input 3."),
    ],
)
def test_what_keras_adds_for_its_developers_is_left_out(text: str, shown: str) -> None:
    assert readable_error(text) == shown


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("\x1b[1mno such table\x1b[0m", "no such table"),
        ("\x1b[1;31mred\x1b[2J\x1b[?25l.", "red."),
        ("x[1m]\n", "x[1m]\n"),
        ("\x1bno", "\x1bno"),
    ],
)
def test_escape_sequences_are_left_out_as_a_whole(text: str, plain: str) -> None:
    assert without_escapes(text) == plain
