"""Convert the graph of a functional model to an ordered list of calls, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..array_blobs import MAX_LENGTH
from .allowed_objects import AXES, AXIS, MAX_DIMENSIONS
from .layer_settings import NAME
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
    one_of,
    optional,
    real,
    settings_of,
)

MAX_CALLS = 2_000
# Maximum nesting of the containers in an argument of a call.
MAX_NESTING = 8
# Arguments of a layer's call in addition to its inputs: flags, and tensors or structures of them.
CALL_FLAGS = ("training", "use_causal_mask", "return_attention_scores")
CALL_TENSORS = (
    *("mask", "initial_state", "query", "value", "key"),
    *("attention_mask", "query_mask", "value_mask", "key_mask"),
)

# A number, a flag, and a bound of a slice among the arguments of a call.
_NUMBER = real()
_FLAG = boolean()
_BOUND = optional(integer(-MAX_LENGTH, MAX_LENGTH))

_ANY_AXES = Field(optional(AXES))
_LAST_AXIS = Field(optional(AXES), -1)
_PERMUTATION = list_of(AXIS, 0, MAX_DIMENSIONS)
_DTYPES = one_of("float32", "float64", "float16", "int32", "int64", "bool")
# Settings of reductions over any axes, and over one axis.
_REDUCTION: Fields = {"axis": _ANY_AXES, "keepdims": Field(boolean(), False)}
_ARG_REDUCTION: Fields = {"axis": Field(optional(AXIS)), "keepdims": Field(boolean(), False)}

# The class of each Keras operation, the public function that creates it, and its settings. `GetItem` has no
# such function: indexing creates it.
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
    "Var": ("ops.var", _REDUCTION),
    "Std": ("ops.std", _REDUCTION),
    "Prod": ("ops.prod", _REDUCTION),
    "Any": ("ops.any", _REDUCTION),
    "All": ("ops.all", _REDUCTION),
    "Argmax": ("ops.argmax", _ARG_REDUCTION),
    "Argmin": ("ops.argmin", _ARG_REDUCTION),
    "Logsumexp": ("ops.logsumexp", _REDUCTION),
    "Clip": ("ops.clip", {"x_min": Field(real()), "x_max": Field(real())}),
    "Reciprocal": ("ops.reciprocal", {}),
    "Rsqrt": ("ops.rsqrt", {}),
    "Expm1": ("ops.expm1", {}),
    "Log1p": ("ops.log1p", {}),
    "Sin": ("ops.sin", {}),
    "Cos": ("ops.cos", {}),
    "Sign": ("ops.sign", {}),
    "Floor": ("ops.floor", {}),
    "Equal": ("ops.equal", {}),
    "NotEqual": ("ops.not_equal", {}),
    "Greater": ("ops.greater", {}),
    "GreaterEqual": ("ops.greater_equal", {}),
    "Less": ("ops.less", {}),
    "LessEqual": ("ops.less_equal", {}),
    "LogicalAnd": ("ops.logical_and", {}),
    "LogicalOr": ("ops.logical_or", {}),
    "LogicalNot": ("ops.logical_not", {}),
    "Where": ("ops.where", {}),
    "OnesLike": ("ops.ones_like", {}),
    "ZerosLike": ("ops.zeros_like", {}),
    "Cast": ("ops.cast", {"dtype": Field(_DTYPES)}),
    "Matmul": ("ops.matmul", {}),
    "GetItem": ("", {}),
    "Transpose": ("ops.transpose", {"axes": Field(optional(_PERMUTATION))}),
    "Swapaxes": ("ops.swapaxes", {"axis1": Field(AXIS), "axis2": Field(AXIS)}),
    "Flip": ("ops.flip", {"axis": _ANY_AXES}),
    "Stack": ("ops.stack", {"axis": Field(AXIS, 0)}),
    "Repeat": ("ops.repeat", {"repeats": Field(integer(1, 4096)), "axis": Field(optional(AXIS))}),
    "OneHot": (
        "ops.one_hot",
        {
            "num_classes": Field(integer(1, 2**20)),
            "axis": Field(AXIS, -1),
            "dtype": Field(optional(_DTYPES)),
        },
    ),
    "Concatenate": ("ops.concatenate", {"axis": Field(AXIS, 0)}),
    "ExpandDims": ("ops.expand_dims", {"axis": _ANY_AXES}),
    "Squeeze": ("ops.squeeze", {"axis": _ANY_AXES}),
    "Reshape": ("ops.reshape", {"newshape": Field(list_of(integer(-1, MAX_LENGTH), 0, MAX_DIMENSIONS))}),
    "StopGradient": ("ops.stop_gradient", {}),
}


def _operation_of(operation: Any) -> dict[str, Any]:
    """Return an operation as JSON: its class, its name and its settings; raise SettingError."""
    class_name = type(operation).__name__
    if class_name not in OPERATIONS or not type(operation).__module__.startswith(
        ("keras.src.ops.", "keras.src.activations.")
    ):
        raise SettingError("operation", class_name)
    settings = settings_of(operation, OPERATIONS[class_name][1])
    entry = {"operation": class_name, "name": NAME.to_wire(operation.name)}
    return {**entry, "settings": settings} if settings else entry


def _apply_operation(call: dict[str, Any], arguments: list[Any]) -> Any:
    """Return the result of an operation of unknown origin on symbolic tensors; raise SchemaError."""
    class_name = call.get("operation")
    if (
        type(class_name) is not str
        or class_name not in OPERATIONS
        or set(call) - {"args", "operation", "name", "settings"}
    ):
        raise SettingError("operation", abbreviate(class_name))
    path, fields = OPERATIONS[class_name]
    settings = check_settings(call.get("settings", {}), fields)
    if class_name == "GetItem":
        if len(arguments) != 2 or not hasattr(arguments[0], "_keras_history"):
            raise SettingError("operation", "a slice of nothing")
        result = arguments[0][arguments[1]]
    else:
        module, _, function = path.rpartition(".")
        result = getattr(keras_module(module), function)(*arguments, **settings)
    history = getattr(result, "_keras_history", None)
    if history is None:
        raise SettingError("operation", f"{class_name} of nothing but numbers")
    # Keras requires unique names in a model, so an operation keeps its own name as layers do.
    history.operation.name = NAME.from_wire(call.get("name"))
    return result


def graph_of(model: Any, refer: Callable[[Any], int]) -> dict[str, Any]:
    """Return a functional model's graph as JSON; raise SettingError.

    `refer` returns a layer's index in the table.
    """
    indices: dict[int, int] = {}
    inputs = []
    for tensor in model.inputs:
        indices[id(tensor)] = len(indices)
        inputs.append(refer(tensor._keras_history.operation))
    calls = []
    for depth in sorted(model._nodes_by_depth, reverse=True):
        for node in model._nodes_by_depth[depth]:
            if node.is_input:
                continue
            calls.append(_call_of(node, indices, refer))
            for tensor in node.outputs:
                indices[id(tensor)] = len(indices)
    return {
        "inputs": inputs,
        "calls": calls,
        "takes": _structure_of(model._inputs_struct, indices),
        "gives": _structure_of(model._outputs_struct, indices),
    }


def _call_of(node: Any, indices: dict[int, int], refer: Callable[[Any], int]) -> dict[str, Any]:
    import keras

    operation = node.operation
    call: dict[str, Any] = {"args": [_structure_of(item, indices) for item in node.arguments.args]}
    options = {key: value for key, value in node.arguments.kwargs.items() if value is not None}
    if isinstance(operation, keras.Layer):
        call["layer"] = refer(operation)
        if options:
            call["options"] = {key: _option(key, value, indices) for key, value in options.items()}
        return call
    if options:
        raise SettingError("operation", f"{type(operation).__name__} with {', '.join(map(str, options))}")
    return {**call, **_operation_of(operation)}


def _option(key: str, value: Any, indices: dict[int, int]) -> Any:
    if key in CALL_FLAGS and isinstance(value, (bool, int)):
        return bool(value)
    if key in CALL_TENSORS:
        return _structure_of(value, indices)
    raise SettingError("call", f"the argument {key}")


def _structure_of(value: Any, indices: dict[int, int], depth: int = 0) -> Any:
    if id(value) in indices:
        return {"tensor": indices[id(value)]}
    if depth > MAX_NESTING:
        raise SettingError("call", "an argument nested too deeply")
    if isinstance(value, (list, tuple)):
        items = [_structure_of(item, indices, depth + 1) for item in value]
        return items if isinstance(value, list) else {"tuple": items}
    if isinstance(value, dict):
        return {"dict": {str(key): _structure_of(item, indices, depth + 1) for key, item in value.items()}}
    if isinstance(value, slice):
        return {"slice": [_structure_of(item, {}) for item in (value.start, value.stop, value.step)]}
    if value is Ellipsis:
        return {"ellipsis": None}
    if value is None or isinstance(value, bool):
        return value
    try:
        return _NUMBER.to_wire(value)
    except SchemaError as error:
        raise SettingError("call", str(error)) from None


def call_graph(graph: object, layers: Sequence[Any]) -> tuple[Any, Any]:
    """Rebuild a graph of unknown origin on the layers of the table; return its inputs and outputs.

    Raises SchemaError for anything that is not listed. Keras raises its own errors if shapes do not match.
    """
    import keras

    if type(graph) is not dict or set(graph) != {"inputs", "calls", "takes", "gives"}:
        raise SettingError("graph", abbreviate(graph))
    inputs, calls = graph["inputs"], graph["calls"]
    if type(inputs) is not list or type(calls) is not list or len(inputs) + len(calls) > MAX_CALLS:
        raise SettingError("graph", f"more than {MAX_CALLS} calls")
    tensors: list[Any] = []
    for index in inputs:
        source = _layer(index, layers)
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
    if set(call) <= {"args", "layer", "options"} and "layer" in call:
        return _layer(call["layer"], layers)(*arguments, **_options(call.get("options", {}), tensors))
    return _apply_operation(call, arguments)


def _options(options: Any, tensors: list[Any]) -> dict[str, Any]:
    if type(options) is not dict or not set(options) <= {*CALL_FLAGS, *CALL_TENSORS}:
        raise SettingError("call", abbreviate(options))
    return {
        key: _FLAG.from_wire(tree) if key in CALL_FLAGS else _structure(tree, tensors)
        for key, tree in options.items()
    }


def _structure(tree: Any, tensors: list[Any], depth: int = 0) -> Any:
    if depth > 2 * MAX_NESTING:
        raise SettingError("call", "an argument nested too deeply")
    if type(tree) is list:
        return [_structure(item, tensors, depth + 1) for item in tree]
    if type(tree) is dict and len(tree) == 1:
        ((tag, content),) = tree.items()
        if tag == "tensor" and type(content) is int and 0 <= content < len(tensors):
            return tensors[content]
        if tag == "tuple" and type(content) is list:
            return tuple(_structure(item, tensors, depth + 1) for item in content)
        if tag == "slice" and type(content) is list and len(content) == 3:
            return slice(*(_BOUND.from_wire(bound) for bound in content))
        if tag == "ellipsis":
            return Ellipsis
        if tag == "dict" and type(content) is dict:
            return {key: _structure(item, tensors, depth + 1) for key, item in content.items()}
        raise SettingError("call", abbreviate(tag))
    return tree if tree is None or type(tree) is bool else _NUMBER.from_wire(tree)


def _layer(index: object, layers: Sequence[Any]) -> Any:
    if type(index) is not int or not 0 <= index < len(layers):
        raise SettingError("layer", abbreviate(index))
    return layers[index]
