"""Define the weights of accepted layers: their shapes, and the initializers that draw them.

The examiner computes the shapes from a layer's settings and its input shape. It compares them with the arrays
that arrived before it builds the layer: a layer never allocates more memory than its message contains. Once
the weights have arrived, an initializer has no further effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .allowed_objects import POSITIVE, SEEDS
from .schema import Field, Fields, Kind, SchemaError, default_only, object_of, one_of, optional, real

Shape = tuple[Any, ...]
Config = Mapping[str, Any]
# The JSON of an unsupported initializer whose weights are sent.
GIVEN = {"class": "GivenByWeights"}
# The package under which Keras registers `GivenByWeights`.
_PACKAGE = "kit"


@dataclass(frozen=True)
class Weight:
    """One weight of a layer: the setting that initializes it, its shape, and its dtype if that is fixed.

    A weight without `initializer` is assigned after the layer is built.
    """

    initializer: str
    shape: Shape
    dtype: str = ""


def dense_weights(config: Config, shape: Shape) -> list[Weight]:
    """Return kernel and bias of a dense layer."""
    return [Weight("kernel_initializer", (shape[-1], config["units"])), *_bias(config, config["units"])]


def convolution_weights(config: Config, shape: Shape) -> list[Weight]:
    """Return kernel and bias of a convolution of any rank."""
    channels = _channels(shape, len(config["kernel_size"]))
    kernel = (*config["kernel_size"], channels // config["groups"], config["filters"])
    return [Weight("kernel_initializer", kernel), *_bias(config, config["filters"])]


def transposed_convolution_weights(config: Config, shape: Shape) -> list[Weight]:
    """Return kernel and bias of a transposed convolution; the kernel's last axis is the input's channels."""
    kernel = (*config["kernel_size"], config["filters"], _channels(shape, len(config["kernel_size"])))
    return [Weight("kernel_initializer", kernel), *_bias(config, config["filters"])]


def depthwise_weights(config: Config, shape: Shape) -> list[Weight]:
    """Return kernel and bias of a depthwise convolution."""
    channels, multiplier = _channels(shape, len(config["kernel_size"])), config["depth_multiplier"]
    kernel = Weight("depthwise_initializer", (*config["kernel_size"], channels, multiplier))
    return [kernel, *_bias(config, channels * multiplier)]


def separable_weights(config: Config, shape: Shape) -> list[Weight]:
    """Return both kernels and the bias of a separable convolution."""
    rank = len(config["kernel_size"])
    channels, multiplier = _channels(shape, rank), config["depth_multiplier"]
    return [
        Weight("depthwise_initializer", (*config["kernel_size"], channels, multiplier)),
        Weight("pointwise_initializer", (*[1] * rank, channels * multiplier, config["filters"])),
        *_bias(config, config["filters"]),
    ]


def embedding_weights(config: Config, shape: Shape) -> list[Weight]:
    """Return the embedding matrix of an embedding layer."""
    return [Weight("embeddings_initializer", (config["input_dim"], config["output_dim"]))]


def batch_normalization_weights(config: Config, shape: Shape) -> list[Weight]:
    """Return scale and offset, if present, and the moving averages."""
    lengths = (shape[config["axis"]],)
    return [
        *_scale_and_offset(config, lengths),
        Weight("moving_mean_initializer", lengths),
        Weight("moving_variance_initializer", lengths),
    ]


def layer_normalization_weights(config: Config, shape: Shape) -> list[Weight]:
    """Return scale and offset, if present, over one or several axes."""
    return _scale_and_offset(config, _lengths(config, shape))


def scale_weights(config: Config, shape: Shape) -> list[Weight]:
    """Return the scale of a root mean square normalization."""
    return [Weight("", _lengths(config, shape))]


def statistics_weights(config: Config, shape: Shape) -> list[Weight]:
    """Return the statistics that `Normalization` adapted, unless its mean was given."""
    if config["mean"] is not None:
        return []
    axes = config["axis"] or ()
    lengths = tuple(shape[axis] for axis in sorted(axis % len(shape) for axis in axes))
    return [Weight("", lengths), Weight("", lengths), Weight("", (), "int64")]


def prelu_weights(config: Config, shape: Shape) -> list[Weight]:
    """Return the slopes, one for each position that is not shared."""
    shared = config["shared_axes"] or ()
    lengths = [1 if axis in shared else length for axis, length in enumerate(shape)]
    return [Weight("alpha_initializer", tuple(lengths[1:]))]


def simple_recurrent_weights(config: Config, shape: Shape) -> list[Weight]:
    """Return the weights of a simple recurrent layer."""
    return _recurrent(config, shape, 1, (config["units"],))


def gru_weights(config: Config, shape: Shape) -> list[Weight]:
    """Return the weights of a GRU; the bias has two rows if `reset_after` is set."""
    bias = (3 * config["units"],)
    return _recurrent(config, shape, 3, (2, *bias) if config["reset_after"] else bias)


def lstm_weights(config: Config, shape: Shape) -> list[Weight]:
    """Return the weights of an LSTM."""
    return _recurrent(config, shape, 4, (4 * config["units"],))


def _recurrent(config: Config, shape: Shape, gates: int, bias: Shape) -> list[Weight]:
    """Return kernel, recurrent kernel and bias, which has the shape `bias`, of a layer with so many gates."""
    _batch, _steps, features = shape
    width = gates * config["units"]
    weights = [Weight("", (features, width)), Weight("", (config["units"], width))]
    return [*weights, Weight("", bias)] if config["use_bias"] else weights


def multi_head_attention_weights(config: Config, shape: Mapping[str, Shape]) -> list[Weight]:
    """Return kernels and biases of the query, the key, the value and the output, in this order."""
    query, value = shape["query_shape"], shape["value_shape"]
    key = shape.get("key_shape") or value
    heads, key_dim = config["num_heads"], config["key_dim"]
    value_dim = config["value_dim"] or key_dim
    output = config["output_shape"] or (query[-1],)
    output = output if isinstance(output, tuple) else (output,)
    weights: list[Weight] = []
    for features, width in ((query, key_dim), (key, key_dim), (value, value_dim)):
        weights.append(Weight("", (features[-1], heads, width)))
        weights += [Weight("", (heads, width))] if config["use_bias"] else []
    weights.append(Weight("", (heads, value_dim, *output)))
    return [*weights, Weight("", tuple(output))] if config["use_bias"] else weights


def attention_weights(config: Config, shape: Shape) -> list[Weight]:
    """Return the scale and the weight of concatenated scores, if present."""
    count = int(config["use_scale"]) + int(config["score_mode"] == "concat")
    return [Weight("", ())] * count


def additive_attention_weights(config: Config, shape: Shape) -> list[Weight]:
    """Return the scale of an additive attention."""
    return [Weight("", (shape[0][-1],))] if config["use_scale"] else []


def _bias(config: Config, count: int) -> list[Weight]:
    return [Weight("bias_initializer", (count,))] if config["use_bias"] else []


def _channels(shape: Shape, rank: int) -> int:
    """Return the number of channels of a convolution's input shape; raise SchemaError for another shape."""
    channels = shape[-1]
    if len(shape) != rank + 2 or not isinstance(channels, int):
        raise SchemaError(f"an input of shape {shape}")
    return channels


def _lengths(config: Config, shape: Shape) -> Shape:
    """Return the lengths of the axes in the setting `axis`, which is a number or a sequence."""
    axes = config["axis"] if isinstance(config["axis"], (tuple, list)) else (config["axis"],)
    return tuple(shape[axis] for axis in sorted(axes))


def _scale_and_offset(config: Config, lengths: Shape) -> list[Weight]:
    gamma = [Weight("gamma_initializer", lengths)] if config["scale"] else []
    beta = [Weight("beta_initializer", lengths)] if config["center"] else []
    return gamma + beta


def _initial_seed() -> Kind:
    """Return the kind of an initializer's seed; a generator is sent as its initial seed."""
    kind = optional(SEEDS)

    def to_wire(value: Any) -> Any:
        return kind.to_wire(getattr(value, "_initial_seed", value))

    return Kind(kind.accepts, to_wire, kind.from_wire)


_SEED = Field(_initial_seed(), None, "_init_seed")
_NORMAL: Fields = {"mean": Field(real(), 0.0), "stddev": Field(POSITIVE, 0.05), "seed": _SEED}
_SCALED: Fields = {
    "seed": _SEED,
    "input_axes": Field(default_only(None)),
    "output_axes": Field(default_only(None)),
}
_VARIANCE: Fields = {
    "scale": Field(POSITIVE, 1.0),
    "mode": Field(one_of("fan_in", "fan_out", "fan_avg"), "fan_in"),
    "distribution": Field(one_of("truncated_normal", "untruncated_normal", "uniform"), "truncated_normal"),
}

INITIALIZER_CLASSES: dict[str, Fields] = {
    "Zeros": {},
    "Ones": {},
    "Constant": {"value": Field(real(), 0.0)},
    "Identity": {"gain": Field(real(), 1.0)},
    "RandomNormal": _NORMAL,
    "RandomUniform": {"minval": Field(real(), -0.05), "maxval": Field(real(), 0.05), "seed": _SEED},
    "TruncatedNormal": _NORMAL,
    "GlorotNormal": _SCALED,
    "GlorotUniform": _SCALED,
    "HeNormal": _SCALED,
    "HeUniform": _SCALED,
    "LecunNormal": _SCALED,
    "LecunUniform": _SCALED,
    "Orthogonal": {"gain": Field(real(), 1.0), "seed": _SEED},
    "VarianceScaling": {**_VARIANCE, **_SCALED},
}
INITIALIZERS = object_of("an initializer of Keras", "initializers", INITIALIZER_CLASSES)


class FixedInitializer:
    """An initializer that returns the one array that arrived and refuses any other shape."""

    def __init__(self, array: Any) -> None:
        self._array = array

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Return the array; raise SchemaError for another shape."""
        if tuple(shape) != self._array.shape:
            raise SchemaError(
                f"a weight of shape {tuple(shape)} where one of shape {self._array.shape} arrived"
            )
        return self._array


class GivenByWeights:
    """A replacement for an unsupported initializer, on a layer whose weights arrive.

    A clone of such a layer starts with Keras' default values.
    """

    def __call__(self, shape: Any, dtype: Any = None, **options: Any) -> Any:
        """Return Keras' default initial values: Glorot values for matrices, zeros for vectors."""
        import keras

        plain = keras.initializers.GlorotUniform() if len(shape) > 1 else keras.initializers.Zeros()
        return plain(shape, dtype=dtype)

    def get_config(self) -> dict[str, Any]:
        """Return an empty configuration, which Keras reads when it clones a layer."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> GivenByWeights:
        """Return a new instance."""
        return cls()


def with_weights(initializers: Kind) -> Kind:
    """Return the kind of any initializer of a layer; an unsupported one becomes `GivenByWeights`."""

    def to_wire(value: Any) -> Any:
        try:
            return initializers.to_wire(value)
        except SchemaError:
            return GIVEN

    def from_wire(tree: Any) -> Any:
        return _registered()() if tree == GIVEN else initializers.from_wire(tree)

    return Kind(initializers.accepts, to_wire, from_wire)


def _registered() -> Any:
    """Return the class after registering it with Keras, which clones layers by their registered names."""
    import keras

    name = f"{_PACKAGE}>{GivenByWeights.__name__}"
    if keras.saving.get_registered_object(name) is None:
        keras.saving.register_keras_serializable(_PACKAGE)(GivenByWeights)
    return GivenByWeights
