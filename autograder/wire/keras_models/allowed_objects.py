"""Define the tables of accepted small objects, with their settings.

They are regularizers, constraints, activations, losses, learning rate schedules and optimizers. Those of
initializers are in `weights.py`.
"""

from __future__ import annotations

from typing import Any

from ...language import gettext_noop
from .activations import activation_kind
from .schema import (
    Field,
    Fields,
    Kind,
    SchemaError,
    boolean,
    function_of,
    integer,
    keras_module,
    list_of,
    name,
    name_of,
    object_of,
    one_of,
    optional,
    real,
    union,
)

MAX_OUTPUTS = 64
SEEDS = integer(-(2**63), 2**63 - 1)
POSITIVE = real(0.0)
SHARE = real(0.0, 1.0)

MAX_DIMENSIONS = 8
AXIS = integer(-MAX_DIMENSIONS, MAX_DIMENSIONS)
AXES = union(AXIS, list_of(AXIS, 0, MAX_DIMENSIONS))

REGULARIZER_CLASSES: dict[str, Fields] = {
    "L1": {"l1": Field(real(), 0.01)},
    "L2": {"l2": Field(real(), 0.01)},
    "L1L2": {"l1": Field(real(), 0.0), "l2": Field(real(), 0.0)},
    "OrthogonalRegularizer": {
        "factor": Field(real(), 0.01),
        "mode": Field(one_of("rows", "columns"), "rows"),
    },
}
REGULARIZERS = object_of("a regularizer of Keras", "regularizers", REGULARIZER_CLASSES)

CONSTRAINT_CLASSES: dict[str, Fields] = {
    "NonNeg": {},
    "UnitNorm": {"axis": Field(AXES, 0)},
    "MaxNorm": {"max_value": Field(POSITIVE, 2), "axis": Field(AXES, 0)},
    "MinMaxNorm": {
        "min_value": Field(POSITIVE, 0.0),
        "max_value": Field(POSITIVE, 1.0),
        "rate": Field(SHARE, 1.0),
        "axis": Field(AXES, 0),
    },
}
CONSTRAINTS = object_of("a constraint of Keras", "constraints", CONSTRAINT_CLASSES)

ACTIVATION_FUNCTIONS = (
    *("linear", "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "glu"),
    *("softmax", "log_softmax", "sigmoid", "log_sigmoid", "hard_sigmoid", "hard_silu", "sparsemax"),
    *("tanh", "hard_tanh", "tanh_shrink", "soft_shrink", "hard_shrink", "threshold", "squareplus"),
    *("softplus", "softsign", "exponential", "sparse_plus", "sparse_sigmoid"),
)
ACTIVATION_LAYERS: dict[str, Fields] = {
    "ReLU": {
        "max_value": Field(optional(POSITIVE)),
        "negative_slope": Field(POSITIVE, 0.0),
        "threshold": Field(POSITIVE, 0.0),
    },
    "LeakyReLU": {"negative_slope": Field(real(), 0.3)},
    "ELU": {"alpha": Field(real(), 1.0)},
    "Softmax": {"axis": Field(AXES, -1)},
}
ACTIVATIONS = activation_kind(
    function_of("activations", ACTIVATION_FUNCTIONS, aliases=("tensorflow.nn", "keras.ops")),
    object_of("an activation layer", "layers", ACTIVATION_LAYERS),
    ACTIVATION_FUNCTIONS,
)

_REDUCTION = Field(
    optional(one_of("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none")),
    "sum_over_batch_size",
)
_PLAIN: Fields = {
    "reduction": _REDUCTION,
    "dtype": Field(one_of("float32", "float64", "float16"), "float32", explicit=True),
}
_LOGITS: Fields = {**_PLAIN, "from_logits": Field(boolean(), False)}
_CROSSENTROPY: Fields = {**_LOGITS, "label_smoothing": Field(SHARE, 0.0), "axis": Field(AXIS, -1)}
_FOCAL: Fields = {**_CROSSENTROPY, "alpha": Field(real(), 0.25), "gamma": Field(real(), 2.0)}
_OVERLAP: Fields = {**_PLAIN, "axis": Field(optional(AXES))}


def _wrapped_argument(key: str) -> Any:
    """Return a function that reads an argument that a loss passes to its wrapped function."""
    return lambda loss: loss._fn_kwargs.get(key)


LOSS_CLASSES: dict[str, Fields] = {
    "CategoricalCrossentropy": _CROSSENTROPY,
    "BinaryCrossentropy": _CROSSENTROPY,
    "SparseCategoricalCrossentropy": {
        **_LOGITS,
        "ignore_class": Field(optional(integer(-(2**31), 2**31))),
        "axis": Field(AXIS, -1, _wrapped_argument("axis")),
    },
    "CategoricalFocalCrossentropy": _FOCAL,
    "BinaryFocalCrossentropy": {**_FOCAL, "apply_class_balancing": Field(boolean(), False)},
    "CategoricalGeneralizedCrossEntropy": {**_PLAIN, "q": Field(SHARE, 0.5)},
    "MeanSquaredError": _PLAIN,
    "MeanAbsoluteError": _PLAIN,
    "MeanAbsolutePercentageError": _PLAIN,
    "MeanSquaredLogarithmicError": _PLAIN,
    "Huber": {**_PLAIN, "delta": Field(POSITIVE, 1.0, _wrapped_argument("delta"))},
    "CosineSimilarity": {**_PLAIN, "axis": Field(AXIS, -1, _wrapped_argument("axis"))},
    "KLDivergence": _PLAIN,
    "LogCosh": _PLAIN,
    "Poisson": _PLAIN,
    "Hinge": _PLAIN,
    "SquaredHinge": _PLAIN,
    "CategoricalHinge": _PLAIN,
    "Dice": _OVERLAP,
    "Tversky": {**_OVERLAP, "alpha": Field(real(), 0.5), "beta": Field(real(), 0.5)},
}
_LOSS_FUNCTIONS = (
    *("categorical_crossentropy", "binary_crossentropy", "sparse_categorical_crossentropy"),
    *("categorical_focal_crossentropy", "binary_focal_crossentropy", "mean_squared_error"),
    *("mean_absolute_error", "mean_absolute_percentage_error", "mean_squared_logarithmic_error"),
    *("kl_divergence", "log_cosh", "poisson", "hinge", "squared_hinge", "categorical_hinge", "huber"),
    *("cosine_similarity", "dice", "tversky", "categorical_generalized_cross_entropy"),
)
_LOSS_ABBREVIATIONS = ("mse", "mae", "mape", "msle", "kld", "MSE", "MAE", "MAPE", "MSLE", "KLD")

_LOSS_OBJECT = object_of("an object of Keras", "losses", LOSS_CLASSES)
_LOSS_FUNCTION = function_of("losses", _LOSS_FUNCTIONS)
_LOSS_NAME = one_of(*_LOSS_FUNCTIONS, *_LOSS_ABBREVIATIONS, *LOSS_CLASSES)


def _loss_to_wire(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        return _LOSS_NAME.to_wire(str(value))
    class_name = value.__name__ if isinstance(value, type) else ""
    if class_name and value is getattr(keras_module("losses"), class_name, None):
        return _LOSS_NAME.to_wire(class_name)  # Keras makes an object of the class, as of its name
    try:
        return {"function": _LOSS_FUNCTION.to_wire(value)}
    except SchemaError:
        return _LOSS_OBJECT.to_wire(value)


def _loss_from_wire(tree: Any) -> Any:
    if tree is None:
        return None
    if type(tree) is str:
        return _LOSS_NAME.from_wire(tree)
    if type(tree) is dict and set(tree) == {"function"}:
        return _LOSS_FUNCTION.from_wire(tree["function"])
    return _LOSS_OBJECT.from_wire(tree)


def for_outputs(single: Kind) -> Kind:
    """Return the kind of one object for a model, or of a list or dictionary with one object per output."""

    def to_wire(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [single.to_wire(item) for item in value[: MAX_OUTPUTS + 1]]
        if isinstance(value, dict):
            return {"outputs": {str(key): single.to_wire(item) for key, item in value.items()}}
        return single.to_wire(value)

    def from_wire(tree: Any) -> Any:
        if type(tree) is list and len(tree) <= MAX_OUTPUTS:
            return [single.from_wire(item) for item in tree]
        if type(tree) is dict and set(tree) == {"outputs"} and type(tree["outputs"]) is dict:
            return {key: single.from_wire(item) for key, item in tree["outputs"].items()}
        return single.from_wire(tree)

    return Kind(single.accepts, to_wire, from_wire)


LOSS = for_outputs(
    Kind(
        gettext_noop("a loss of Keras: its name, its function or an object"),
        _loss_to_wire,
        _loss_from_wire,
    )
)
LOSS_WEIGHTS = for_outputs(optional(real(-1e6, 1e6)))


def _as_list(kind: Kind) -> Kind:
    """Return the kind of the same sequences, decoded as lists instead of tuples."""
    return Kind(kind.accepts, kind.to_wire, lambda tree: list(kind.from_wire(tree)))


_STEPS = integer(1, 2**31)
_STEP_NUMBERS = real(0, 1e12)

SCHEDULE_CLASSES: dict[str, Fields] = {
    "ExponentialDecay": {
        "initial_learning_rate": Field(POSITIVE),
        "decay_steps": Field(_STEP_NUMBERS),
        "decay_rate": Field(real()),
        "staircase": Field(boolean(), False),
    },
    "InverseTimeDecay": {
        "initial_learning_rate": Field(POSITIVE),
        "decay_steps": Field(_STEP_NUMBERS),
        "decay_rate": Field(real()),
        "staircase": Field(boolean(), False),
    },
    "PolynomialDecay": {
        "initial_learning_rate": Field(POSITIVE),
        "decay_steps": Field(_STEP_NUMBERS),
        "end_learning_rate": Field(POSITIVE, 0.0001),
        "power": Field(real(), 1.0),
        "cycle": Field(boolean(), False),
    },
    "PiecewiseConstantDecay": {
        "boundaries": Field(_as_list(list_of(_STEP_NUMBERS, 0, 1_000))),
        "values": Field(_as_list(list_of(POSITIVE, 1, 1_001))),
    },
    "CosineDecay": {
        "initial_learning_rate": Field(POSITIVE),
        "decay_steps": Field(_STEP_NUMBERS),
        "alpha": Field(real(), 0.0),
        "warmup_target": Field(optional(POSITIVE)),
        "warmup_steps": Field(_STEP_NUMBERS, 0),
    },
    "CosineDecayRestarts": {
        "initial_learning_rate": Field(POSITIVE),
        "first_decay_steps": Field(_STEP_NUMBERS),
        "t_mul": Field(POSITIVE, 2.0, "_t_mul"),
        "m_mul": Field(POSITIVE, 1.0, "_m_mul"),
        "alpha": Field(real(), 0.0),
    },
}
SCHEDULES = object_of("a schedule of Keras", "optimizers.schedules", SCHEDULE_CLASSES)


def _learning_rate() -> Kind:
    """Return the kind of learning rates: a number, a variable, a schedule, or a constant function."""
    number = real(0.0, 1e6)
    kind = union(SCHEDULES, number)

    def to_wire(value: Any) -> Any:
        try:
            return kind.to_wire(value)
        except SchemaError as error:
            if not callable(value):
                raise
            refusal = error
        try:
            first, second = float(value()), float(value())
        except Exception:
            raise refusal from None
        if first != second:
            raise SchemaError(f"{name_of(value)}, which gives another number every time")
        return number.to_wire(first)

    return Kind(kind.accepts, to_wire, kind.from_wire)


_COMMON: Fields = {
    "name": Field(name()),
    "learning_rate": Field(_learning_rate(), None, "_learning_rate"),
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

OPTIMIZER_CLASSES: dict[str, Fields] = {
    "SGD": {**_COMMON, "momentum": _MOMENTUM, "nesterov": Field(boolean(), False)},
    "Adam": _ADAM,
    "AdamW": {**_ADAM, "weight_decay": Field(optional(real()), 0.004)},
    "Adamax": _MOMENTS,
    "Nadam": _MOMENTS,
    "Lamb": _MOMENTS,
    "Lion": {**_COMMON, "beta_1": Field(SHARE, 0.9), "beta_2": Field(SHARE, 0.99)},
    "RMSprop": {
        **_SMALL,
        "rho": Field(SHARE, 0.9),
        "momentum": _MOMENTUM,
        "centered": Field(boolean(), False),
    },
    "Adagrad": {**_SMALL, "initial_accumulator_value": Field(POSITIVE, 0.1)},
    "Adadelta": {**_SMALL, "rho": Field(SHARE, 0.95)},
    "Adafactor": {
        **_COMMON,
        "beta_2_decay": Field(real(), -0.8),
        "epsilon_1": Field(POSITIVE, 1e-30),
        "epsilon_2": Field(POSITIVE, 0.001),
        "clip_threshold": Field(POSITIVE, 1.0),
        "relative_step": Field(boolean(), True),
    },
    "Ftrl": {
        **_COMMON,
        "learning_rate_power": Field(real(high=0.0), -0.5),
        "initial_accumulator_value": Field(POSITIVE, 0.1),
        "l1_regularization_strength": Field(POSITIVE, 0.0),
        "l2_regularization_strength": Field(POSITIVE, 0.0),
        "l2_shrinkage_regularization_strength": Field(POSITIVE, 0.0),
        "beta": Field(real(), 0.0),
    },
}
OPTIMIZERS = object_of("an optimizer of Keras", "optimizers", OPTIMIZER_CLASSES)
