"""Limit the computation of a rebuilt model, based on the shapes of its graph and before it runs."""

from __future__ import annotations

from math import prod
from typing import Any

from ...language import gettext_noop
from ..array_blobs import UnexpectedAnswerError
from .allowed_layers import LAYERS
from .schema import SettingError

# Maximum number of layer calls in a model, including those of models inside it.
MAX_LAYERS = 5_000
# Maximum nesting of models inside each other.
MAX_NESTING = 40
# Maximum number of elements that one call of a layer, and all calls of a model, compute for one example.
MAX_LAYER_SIZE = 2**21
MAX_MODEL_SIZE = 2**24
# The length that is assumed for an axis of unknown length.
UNKNOWN_LENGTH = 32
# `support.networks` refuses the same answers in the same words.
BUILT = gettext_noop("a built model")
NOT_BUILT = gettext_noop("one whose layers have no weights yet")
HOW_TO_BUILD = gettext_noop(
    "Where does the model learn the shape of its inputs? It could begin with keras.Input."
)
# Layers whose outputs may be much larger than their inputs.
ENLARGING = (
    *(f"{kind}{rank}D" for kind in ("ZeroPadding", "UpSampling") for rank in (1, 2, 3)),
    *(f"Conv{rank}DTranspose" for rank in (1, 2, 3)),
    *("RepeatVector", "Resizing", "CategoryEncoding", "TextVectorization", "Dot"),
    *(f"Adaptive{kind}Pooling{rank}D" for kind in ("Max", "Average") for rank in (1, 2, 3)),
)


class TableSizes:
    """The number of layers and the nesting depth of every entry in a table of layers so far."""

    def __init__(self) -> None:
        self._sizes: dict[int, tuple[int, int]] = {}

    def note(self, entry: dict[str, Any], index: int) -> None:
        """Record an entry, which refers to earlier ones; raise SettingError if it is too large or deep."""
        calls = entry["graph"]["calls"] if "graph" in entry else []
        inside = [*entry.get("layers", ()), *(call.get("layer") for call in calls)]
        sizes = [self._sizes.get(part, (1, 1)) for part in inside]
        size = max(1, sum(size for size, _ in sizes))
        depth = 1 + max((depth for _, depth in sizes), default=0)
        if size > MAX_LAYERS or depth > MAX_NESTING:
            raise SettingError("layers", f"{size} layers, up to {depth} models inside each other")
        self._sizes[index] = size, depth


def check_outputs(model: Any) -> None:
    """Raise SettingError if a model computes too many elements for one example."""
    graph = getattr(model, "_functional", model)
    if graph is None or not hasattr(graph, "_nodes_by_depth"):
        _check_unbuilt(model)
        return
    total = 0
    for nodes in graph._nodes_by_depth.values():
        for node in nodes:
            size = sum(_elements(tensor.shape) for tensor in node.outputs) + _computed(node)
            total += size
            if size > MAX_LAYER_SIZE or total > MAX_MODEL_SIZE:
                raise SettingError(
                    "size",
                    f"{size:,} numbers for one example as the output of “{node.operation.name}” "
                    f"(at most {MAX_LAYER_SIZE:,} for a layer, {MAX_MODEL_SIZE:,} for all)",
                )
            _check_noise_shape(node)


def check_inputs(shape: Any) -> None:
    """Raise SettingError if a layer would be built for very large inputs, given as one or several shapes."""
    shapes = list(shape.values()) if isinstance(shape, dict) else [shape]
    if shape and isinstance(shape, (list, tuple)) and all(isinstance(part, (list, tuple)) for part in shape):
        shapes = list(shape)
    for each in shapes:
        if isinstance(each, (list, tuple)) and _elements(each) > MAX_LAYER_SIZE:
            raise SettingError("input shape", f"{_elements(each):,} numbers for one example")


def _check_unbuilt(model: Any) -> None:
    """Raise UnexpectedAnswerError if a model of unknown shapes has a layer that may enlarge its inputs."""
    for layer in model.layers:
        if type(layer).__name__ in ENLARGING:
            raise UnexpectedAnswerError(BUILT, NOT_BUILT, HOW_TO_BUILD)


def _elements(shape: Any) -> int:
    """Return the number of elements for one example; the first axis is that of the batch."""
    return prod(UNKNOWN_LENGTH if length is None else length for length in shape[1:])


def _computed(node: Any) -> int:
    """Return the number of elements that a call computes besides its outputs, such as attention scores."""
    layer_class = LAYERS.get(type(node.operation).__name__)
    if layer_class is None or layer_class.computed is None:
        return 0
    lengths = [
        [UNKNOWN_LENGTH if length is None else length for length in tensor.shape]
        for tensor in node.input_tensors
    ]
    return layer_class.computed(node.operation, lengths)


def _check_noise_shape(node: Any) -> None:
    """Raise SettingError if a dropout layer's noise shape makes training impossible."""
    noise = getattr(node.operation, "noise_shape", None)
    if noise is None or not node.input_tensors:
        return
    shape = node.input_tensors[0].shape
    wrong = len(noise) != len(shape) or any(
        length is not None and length != 1 and (index == 0 or length != whole)
        for index, (length, whole) in enumerate(zip(noise, shape, strict=False))
    )
    if wrong:
        raise SettingError(
            "noise_shape", f"{tuple(noise)} in “{node.operation.name}” for inputs of {tuple(shape)}"
        )
