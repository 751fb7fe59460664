"""The graph of a functional model as a list of calls in order, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .allowed_layers import MOST_DIMENSIONS, MOST_LENGTH, NAME
from .allowed_objects import AXES
from .schema import (
    Field,
    Fields,
    SchemaError,
    SettingError,
    abbreviate,
    boolean,
    check_settings,
    integer,
    keras_module,
    list_of,
    name_of,
    optional,
    real,
    settings_of,
)

_AXIS = Field(optional(AXES))
_LAST_AXIS = Field(optional(AXES), -1)
_REDUCTION: Fields = {"axis": _AXIS, "keepdims": Field(boolean(), False)}

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
            "max_value": Field(optional(real())),
            "threshold": Field(real(), 0.0),
        },
    ),
    "LeakyRelu": ("ops.leaky_relu", {"negative_slope": Field(real(), 0.2)}),
    "Elu": ("ops.elu", {"alpha": Field(real(), 1.0)}),
    "Selu": ("ops.selu", {}),
    "Gelu": ("ops.gelu", {"approximate": Field(boolean(), True)}),
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
    "Concatenate": ("ops.concatenate", {"axis": Field(integer(-8, 8), 0)}),
    "ExpandDims": ("ops.expand_dims", {"axis": _AXIS}),
    "Squeeze": ("ops.squeeze", {"axis": _AXIS}),
    "Reshape": ("ops.reshape", {"newshape": Field(list_of(integer(-1, MOST_LENGTH), 0, MOST_DIMENSIONS))}),
    "StopGradient": ("ops.stop_gradient", {}),
}


def operation_settings(operation: Any) -> dict[str, Any]:
    """An operation as JSON: its class, its name, its settings; raises SettingError."""
    kind = type(operation).__name__
    if kind not in OPERATIONS or not type(operation).__module__.startswith(
        ("keras.src.ops.", "keras.src.activations.")
    ):
        raise SettingError("operation", kind)
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
        raise SettingError("operation", abbreviate(kind))
    path, fields = OPERATIONS[kind]
    module, _, function = path.rpartition(".")
    result = getattr(keras_module(module), function)(
        *arguments, **check_settings(call.get("settings", {}), fields)
    )
    history = getattr(result, "_keras_history", None)
    if history is None:
        raise SettingError("operation", f"{kind} of nothing but numbers")
    # Keras wants unique names in a model, so an operation keeps its own beside layers that do.
    history.operation.name = NAME.from_wire(call.get("name"))
    return result


MOST_CALLS = 2_000
MOST_NESTING = 8
_NUMBER = real()
_TRAINING = boolean()


def graph_of(model: Any, refer: Callable[[Any], int]) -> dict[str, Any]:
    """A functional model's graph as JSON; `refer` gives a layer's place in the table. Raises SettingError."""
    places: dict[int, int] = {}
    inputs = []
    for tensor in model.inputs:
        places[id(tensor)] = len(places)
        inputs.append(refer(tensor._keras_history.operation))
    calls = []
    for depth in sorted(model._nodes_by_depth, reverse=True):
        for node in model._nodes_by_depth[depth]:
            if node.is_input:
                continue
            calls.append(_call_of(node, places, refer))
            for tensor in node.outputs:
                places[id(tensor)] = len(places)
    return {
        "inputs": inputs,
        "calls": calls,
        "takes": _structure_of(model._inputs_struct, places),
        "gives": _structure_of(model._outputs_struct, places),
    }


def _call_of(node: Any, places: dict[int, int], refer: Callable[[Any], int]) -> dict[str, Any]:
    import keras

    operation = node.operation
    call: dict[str, Any] = {"args": [_structure_of(item, places) for item in node.arguments.args]}
    options = {key: value for key, value in node.arguments.kwargs.items() if value is not None}
    if isinstance(operation, keras.Layer):
        call["layer"] = refer(operation)
        if options:
            call["training"] = _training(options)
        return call
    if options:
        raise SettingError("operation", f"{type(operation).__name__} with {', '.join(map(str, options))}")
    return {**call, **operation_settings(operation)}


def _training(options: dict[str, Any]) -> bool:
    if set(options) != {"training"} or not isinstance(options["training"], (bool, int)):
        raise SettingError("call", f"the arguments {', '.join(map(str, options))}")
    return bool(options["training"])


def _structure_of(value: Any, places: dict[int, int], depth: int = 0) -> Any:
    if id(value) in places:
        return {"tensor": places[id(value)]}
    if depth > MOST_NESTING:
        raise SettingError("call", "an argument nested too deeply")
    if isinstance(value, (list, tuple)):
        items = [_structure_of(item, places, depth + 1) for item in value]
        return items if isinstance(value, list) else {"tuple": items}
    if isinstance(value, dict):
        return {"dict": {str(key): _structure_of(item, places, depth + 1) for key, item in value.items()}}
    if value is None or isinstance(value, bool):
        raise SettingError("call", name_of(value))
    try:
        return _NUMBER.to_wire(value)
    except SchemaError as unfit:
        raise SettingError("call", str(unfit)) from None


def call_graph(graph: object, layers: Sequence[Any]) -> tuple[Any, Any]:
    """The inputs and outputs of a graph of unknown origin, called anew on the layers of the table.

    Raises Unfit where it is not on the short lists; Keras raises what it likes where shapes do not fit.
    """
    import keras

    if type(graph) is not dict or set(graph) != {"inputs", "calls", "takes", "gives"}:
        raise SettingError("graph", abbreviate(graph))
    inputs, calls = graph["inputs"], graph["calls"]
    if type(inputs) is not list or type(calls) is not list or len(inputs) + len(calls) > MOST_CALLS:
        raise SettingError("graph", f"more than {MOST_CALLS} calls")
    tensors: list[Any] = []
    for place in inputs:
        source = _layer(place, layers)
        if type(source) is not keras.layers.InputLayer:
            raise SettingError("input", type(source).__name__)
        tensors.append(source.output)
    takes = _structure(graph["takes"], tensors)
    for call in calls:
        tensors.extend(keras.tree.flatten(_call(call, tensors, layers)))
    return takes, _structure(graph["gives"], tensors)


def _call(call: Any, tensors: list[Any], layers: Sequence[Any]) -> Any:
    if type(call) is not dict or type(call.get("args")) is not list or not call["args"]:
        raise SettingError("call", abbreviate(call))
    arguments = [_structure(item, tensors) for item in call["args"]]
    if set(call) <= {"args", "layer", "training"} and "layer" in call:
        options = {"training": _TRAINING.from_wire(call["training"])} if "training" in call else {}
        return _layer(call["layer"], layers)(*arguments, **options)
    return operate(call, arguments)


def _structure(tree: Any, tensors: list[Any], depth: int = 0) -> Any:
    if depth > 2 * MOST_NESTING:
        raise SettingError("call", "an argument nested too deeply")
    if type(tree) is list:
        return [_structure(item, tensors, depth + 1) for item in tree]
    if type(tree) is dict and len(tree) == 1:
        ((tag, content),) = tree.items()
        if tag == "tensor" and type(content) is int and 0 <= content < len(tensors):
            return tensors[content]
        if tag == "tuple" and type(content) is list:
            return tuple(_structure(item, tensors, depth + 1) for item in content)
        if tag == "dict" and type(content) is dict:
            return {key: _structure(item, tensors, depth + 1) for key, item in content.items()}
        raise SettingError("call", abbreviate(tag))
    return _NUMBER.from_wire(tree)


def _layer(place: object, layers: Sequence[Any]) -> Any:
    if type(place) is not int or not 0 <= place < len(layers):
        raise SettingError("layer", abbreviate(place))
    return layers[place]
