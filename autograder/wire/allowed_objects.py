"""The short list of optimizers, with finite numbers as settings, and of learning rate schedules."""

from __future__ import annotations

from typing import Any

from .schema import (
    Field,
    Fields,
    Kind,
    SchemaError,
    boolean,
    default_only,
    function_of,
    integer,
    list_of,
    name,
    object_of,
    one_of,
    optional,
    real,
    union,
)

SEEDS = integer(-(2**63), 2**63 - 1)
POSITIVE = real(0.0)
SHARE = real(0.0, 1.0)

_AXIS = integer(-8, 8)
AXES = union(_AXIS, list_of(_AXIS, 0, 8))

_SEED = Field(optional(SEEDS), None, "_init_seed")
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

INITIALIZERS = object_of(
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

REGULARIZERS = object_of(
    "a regularizer of Keras",
    "regularizers",
    {
        "L1": {"l1": Field(real(), 0.01)},
        "L2": {"l2": Field(real(), 0.01)},
        "L1L2": {"l1": Field(real(), 0.0), "l2": Field(real(), 0.0)},
    },
)

CONSTRAINTS = object_of(
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

_ACTIVATION_FUNCTIONS = function_of(
    "activations",
    (
        *("linear", "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish"),
        *("softmax", "log_softmax", "sigmoid", "log_sigmoid", "hard_sigmoid", "hard_silu"),
        *("tanh", "hard_tanh", "softplus", "softsign", "exponential"),
    ),
    twins=("tensorflow.nn", "keras.ops"),
)
_LAYERS = object_of(
    "an activation layer",
    "layers",
    {
        "ReLU": {
            "max_value": Field(optional(POSITIVE)),
            "negative_slope": Field(POSITIVE, 0.0),
            "threshold": Field(POSITIVE, 0.0),
        },
        "LeakyReLU": {"negative_slope": Field(real(), 0.3)},
        "ELU": {"alpha": Field(real(), 1.0)},
        "Softmax": {"axis": Field(AXES, -1)},
    },
)
ACTIVATIONS = union(_ACTIVATION_FUNCTIONS, _LAYERS)


MOST_OUTPUTS = 64

_REDUCTION = Field(optional(one_of("sum_over_batch_size", "sum", "mean", "none")), "sum_over_batch_size")
_LOGITS: Fields = {"from_logits": Field(boolean(), False), "reduction": _REDUCTION}
_CROSSENTROPY: Fields = {**_LOGITS, "label_smoothing": Field(SHARE, 0.0), "axis": Field(integer(-8, 8), -1)}
_FOCAL: Fields = {**_CROSSENTROPY, "alpha": Field(real(), 0.25), "gamma": Field(real(), 2.0)}
_PLAIN: Fields = {"reduction": _REDUCTION}

_CLASSES: dict[str, Fields] = {
    "CategoricalCrossentropy": _CROSSENTROPY,
    "BinaryCrossentropy": _CROSSENTROPY,
    "SparseCategoricalCrossentropy": {**_LOGITS, "ignore_class": Field(optional(integer(-(2**31), 2**31)))},
    "CategoricalFocalCrossentropy": _FOCAL,
    "BinaryFocalCrossentropy": {**_FOCAL, "apply_class_balancing": Field(boolean(), False)},
    "MeanSquaredError": _PLAIN,
    "MeanAbsoluteError": _PLAIN,
    "MeanAbsolutePercentageError": _PLAIN,
    "MeanSquaredLogarithmicError": _PLAIN,
    "KLDivergence": _PLAIN,
    "LogCosh": _PLAIN,
    "Poisson": _PLAIN,
    "Hinge": _PLAIN,
    "SquaredHinge": _PLAIN,
    "CategoricalHinge": _PLAIN,
}
_FUNCTIONS = (
    *("categorical_crossentropy", "binary_crossentropy", "sparse_categorical_crossentropy"),
    *("categorical_focal_crossentropy", "binary_focal_crossentropy", "mean_squared_error"),
    *("mean_absolute_error", "mean_absolute_percentage_error", "mean_squared_logarithmic_error"),
    *("kl_divergence", "log_cosh", "poisson", "hinge", "squared_hinge", "categorical_hinge", "huber"),
)
_SHORT = ("mse", "mae", "mape", "msle", "kld", "MSE", "MAE", "MAPE", "MSLE", "KLD")

_OBJECT = object_of("an object of Keras", "losses", _CLASSES)
_FUNCTION = function_of("losses", _FUNCTIONS)
_STRING = one_of(*_FUNCTIONS, *_SHORT, *_CLASSES)


def _single_to_wire(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        return _STRING.to_wire(str(value))
    try:
        return {"function": _FUNCTION.to_wire(value)}
    except SchemaError:
        return _OBJECT.to_wire(value)


def _single_from_wire(tree: Any) -> Any:
    if tree is None:
        return None
    if type(tree) is str:
        return _STRING.from_wire(tree)
    if type(tree) is dict and set(tree) == {"function"}:
        return _FUNCTION.from_wire(tree["function"])
    return _OBJECT.from_wire(tree)


def for_outputs(single: Kind) -> Kind:
    """One thing for a whole model, or a list, or a dictionary by output name, of one for each output."""

    def to_wire(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [single.to_wire(item) for item in value[: MOST_OUTPUTS + 1]]
        if isinstance(value, dict):
            return {"outputs": {str(key): single.to_wire(item) for key, item in value.items()}}
        return single.to_wire(value)

    def from_wire(tree: Any) -> Any:
        if type(tree) is list and len(tree) <= MOST_OUTPUTS:
            return [single.from_wire(item) for item in tree]
        if type(tree) is dict and set(tree) == {"outputs"} and type(tree["outputs"]) is dict:
            return {key: single.from_wire(item) for key, item in tree["outputs"].items()}
        return single.from_wire(tree)

    return Kind(single.accepts, to_wire, from_wire)


LOSS = for_outputs(
    Kind(
        f"{_STRING.accepts} as a string, the function of such a name, or {_OBJECT.accepts}",
        _single_to_wire,
        _single_from_wire,
    )
)
LOSS_WEIGHTS = for_outputs(optional(real(-1e6, 1e6)))


_STEPS = integer(1, 2**31)

SCHEDULES = object_of(
    "a schedule of Keras",
    "optimizers.schedules",
    {
        "ExponentialDecay": {
            "initial_learning_rate": Field(POSITIVE),
            "decay_steps": Field(_STEPS),
            "decay_rate": Field(real()),
            "staircase": Field(boolean(), False),
        },
        "CosineDecay": {
            "initial_learning_rate": Field(POSITIVE),
            "decay_steps": Field(_STEPS),
            "alpha": Field(real(), 0.0),
            "warmup_target": Field(optional(POSITIVE)),
            "warmup_steps": Field(integer(0, 2**31), 0),
        },
    },
)

_COMMON: Fields = {
    "name": Field(name()),
    "learning_rate": Field(union(SCHEDULES, real(0.0, 1e6)), None, "_learning_rate"),
    "weight_decay": Field(optional(real())),
    "clipnorm": Field(optional(POSITIVE)),
    "global_clipnorm": Field(optional(POSITIVE)),
    "clipvalue": Field(optional(POSITIVE)),
    "use_ema": Field(boolean(), False),
    "ema_momentum": Field(SHARE, 0.99),
    "ema_overwrite_frequency": Field(optional(_STEPS)),
    "loss_scale_factor": Field(optional(POSITIVE)),
    "gradient_accumulation_steps": Field(optional(_STEPS)),
}
_SMALL: Fields = {**_COMMON, "epsilon": Field(POSITIVE, 1e-7)}
_MOMENTS: Fields = {**_SMALL, "beta_1": Field(SHARE, 0.9), "beta_2": Field(SHARE, 0.999)}
_ADAM: Fields = {**_MOMENTS, "amsgrad": Field(boolean(), False)}
_MOMENTUM = Field(SHARE, 0.0)

OPTIMIZERS = object_of(
    "an optimizer of Keras",
    "optimizers",
    {
        "SGD": {**_COMMON, "momentum": _MOMENTUM, "nesterov": Field(boolean(), False)},
        "Adam": _ADAM,
        "AdamW": {**_ADAM, "weight_decay": Field(optional(real()), 0.004)},
        "Adamax": _MOMENTS,
        "Nadam": _MOMENTS,
        "RMSprop": {
            **_SMALL,
            "rho": Field(SHARE, 0.9),
            "momentum": _MOMENTUM,
            "centered": Field(boolean(), False),
        },
        "Adagrad": {**_SMALL, "initial_accumulator_value": Field(POSITIVE, 0.1)},
        "Adadelta": {**_SMALL, "rho": Field(SHARE, 0.95)},
    },
)
