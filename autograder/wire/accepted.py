"""The short lists of what a layer may hold: activations, initializers, regularizers and constraints."""

from __future__ import annotations

from .fields import Field, either, maybe, one_of, only, real, several, whole
from .objects import Fields, a_function, an_object

SEEDS = whole(-(2**63), 2**63 - 1)
POSITIVE = real(0.0)
SHARE = real(0.0, 1.0)

_AXIS = whole(-8, 8)
AXES = either(_AXIS, several(_AXIS, 0, 8))

_SEED = Field(maybe(SEEDS), None, "_init_seed")
_NORMAL: Fields = {"mean": Field(real(), 0.0), "stddev": Field(POSITIVE, 0.05), "seed": _SEED}
_SCALED: Fields = {"seed": _SEED, "input_axes": Field(only(None)), "output_axes": Field(only(None))}
_VARIANCE: Fields = {
    "scale": Field(POSITIVE, 1.0),
    "mode": Field(one_of("fan_in", "fan_out", "fan_avg"), "fan_in"),
    "distribution": Field(one_of("truncated_normal", "untruncated_normal", "uniform"), "truncated_normal"),
}

INITIALIZERS = an_object(
    "an initializer of Keras",
    "initializers",
    {
        "Zeros": {},
        "Ones": {},
        "Constant": {"value": Field(real(), 0.0)},
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
    },
)

REGULARIZERS = an_object(
    "a regularizer of Keras",
    "regularizers",
    {
        "L1": {"l1": Field(real(), 0.01)},
        "L2": {"l2": Field(real(), 0.01)},
        "L1L2": {"l1": Field(real(), 0.0), "l2": Field(real(), 0.0)},
    },
)

CONSTRAINTS = an_object(
    "a constraint of Keras",
    "constraints",
    {
        "NonNeg": {},
        "UnitNorm": {"axis": Field(AXES, 0)},
        "MaxNorm": {"max_value": Field(POSITIVE, 2), "axis": Field(AXES, 0)},
        "MinMaxNorm": {
            "min_value": Field(POSITIVE, 0.0),
            "max_value": Field(POSITIVE, 1.0),
            "rate": Field(SHARE, 1.0),
            "axis": Field(AXES, 0),
        },
    },
)

_FUNCTIONS = a_function(
    "activations",
    (
        *("linear", "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish"),
        *("softmax", "log_softmax", "sigmoid", "log_sigmoid", "hard_sigmoid", "hard_silu"),
        *("tanh", "hard_tanh", "softplus", "softsign", "exponential"),
    ),
    twins=("tensorflow.nn", "keras.ops"),
)
_LAYERS = an_object(
    "an activation layer",
    "layers",
    {
        "ReLU": {
            "max_value": Field(maybe(POSITIVE)),
            "negative_slope": Field(POSITIVE, 0.0),
            "threshold": Field(POSITIVE, 0.0),
        },
        "LeakyReLU": {"negative_slope": Field(real(), 0.3)},
        "ELU": {"alpha": Field(real(), 1.0)},
        "Softmax": {"axis": Field(AXES, -1)},
    },
)
ACTIVATIONS = either(_FUNCTIONS, _LAYERS)
