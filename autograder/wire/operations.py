"""The short list of operations in a graph beside layers, such as `x * 2.0` and `keras.ops.relu(x)`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .accepted import AXES
from .fields import Field, flag, maybe, real, several, shown, whole
from .layers import MOST_DIMENSIONS, MOST_LENGTH, NAME
from .objects import Fields, UnfitSetting, checked, keras_module, settings_of

_AXIS = Field(maybe(AXES))
_LAST_AXIS = Field(maybe(AXES), -1)
_REDUCTION: Fields = {"axis": _AXIS, "keepdims": Field(flag(), False)}

# The class of a Keras operation, the public function that makes one, and the settings that it has.
OPERATIONS: Mapping[str, tuple[str, Fields]] = {
    "Add": ("ops.add", {}),
    "Subtract": ("ops.subtract", {}),
    "Multiply": ("ops.multiply", {}),
    "Divide": ("ops.divide", {}),
    "TrueDivide": ("ops.true_divide", {}),
    "Negative": ("ops.negative", {}),
    "Maximum": ("ops.maximum", {}),
    "Minimum": ("ops.minimum", {}),
    "Power": ("ops.power", {}),
    "Absolute": ("ops.absolute", {}),
    "Square": ("ops.square", {}),
    "Sqrt": ("ops.sqrt", {}),
    "Exp": ("ops.exp", {}),
    "Log": ("ops.log", {}),
    "Relu": ("ops.relu", {}),
    "Relu6": ("ops.relu6", {}),
    "ReLU": (
        "activations.relu",
        {
            "negative_slope": Field(real(), 0.0),
            "max_value": Field(maybe(real())),
            "threshold": Field(real(), 0.0),
        },
    ),
    "LeakyRelu": ("ops.leaky_relu", {"negative_slope": Field(real(), 0.2)}),
    "Elu": ("ops.elu", {"alpha": Field(real(), 1.0)}),
    "Selu": ("ops.selu", {}),
    "Gelu": ("ops.gelu", {"approximate": Field(flag(), True)}),
    "Silu": ("ops.silu", {}),
    "HardSilu": ("ops.hard_silu", {}),
    "Sigmoid": ("ops.sigmoid", {}),
    "HardSigmoid": ("ops.hard_sigmoid", {}),
    "Tanh": ("ops.tanh", {}),
    "Softplus": ("ops.softplus", {}),
    "Softsign": ("ops.softsign", {}),
    "Softmax": ("ops.softmax", {"axis": _LAST_AXIS}),
    "LogSoftmax": ("ops.log_softmax", {"axis": _LAST_AXIS}),
    "Mean": ("ops.mean", _REDUCTION),
    "Sum": ("ops.sum", _REDUCTION),
    "Max": ("ops.max", _REDUCTION),
    "Min": ("ops.min", _REDUCTION),
    "Concatenate": ("ops.concatenate", {"axis": Field(whole(-8, 8), 0)}),
    "ExpandDims": ("ops.expand_dims", {"axis": _AXIS}),
    "Squeeze": ("ops.squeeze", {"axis": _AXIS}),
    "Reshape": ("ops.reshape", {"newshape": Field(several(whole(-1, MOST_LENGTH), 0, MOST_DIMENSIONS))}),
    "StopGradient": ("ops.stop_gradient", {}),
}


def operation_settings(operation: Any) -> dict[str, Any]:
    """An operation as JSON: its class, its name, its settings; raises UnfitSetting."""
    kind = type(operation).__name__
    if kind not in OPERATIONS or not type(operation).__module__.startswith(
        ("keras.src.ops.", "keras.src.activations.")
    ):
        raise UnfitSetting("operation", kind)
    settings = settings_of(operation, OPERATIONS[kind][1])
    told = {"operation": kind, "name": NAME.to_wire(operation.name)}
    return {**told, "settings": settings} if settings else told


def operate(call: dict[str, Any], arguments: list[Any]) -> Any:
    """The result of an operation of unknown origin on symbolic tensors; raises Unfit."""
    kind = call.get("operation")
    if (
        type(kind) is not str
        or kind not in OPERATIONS
        or set(call) - {"args", "operation", "name", "settings"}
    ):
        raise UnfitSetting("operation", shown(kind))
    path, fields = OPERATIONS[kind]
    module, _, function = path.rpartition(".")
    result = getattr(keras_module(module), function)(*arguments, **checked(call.get("settings", {}), fields))
    history = getattr(result, "_keras_history", None)
    if history is None:
        raise UnfitSetting("operation", f"{kind} of nothing but numbers")
    # Keras wants unique names in a model, so an operation keeps its own beside layers that do.
    history.operation.name = NAME.from_wire(call.get("name"))
    return result
