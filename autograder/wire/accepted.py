"""The short lists: activations, initializers, regularizers, constraints, losses and optimizers that may cross."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .fields import Either, Field, Flag, Maybe, OneOf, Only, Real, Several, Unfit, Whole, name_of, shown
from .objects import Objects

_SEED = Field(Maybe(Whole(-(2**63), 2**63 - 1)), None, "_init_seed")
_POSITIVE = Real(0.0)
_SHARE = Real(0.0, 1.0)


def _scaled() -> dict[str, Field]:
    return {"seed": _SEED, "input_axes": Field(Only(None)), "output_axes": Field(Only(None))}


INITIALIZERS = Objects(
    "initializers",
    {
        "Zeros": {},
        "Ones": {},
        "Constant": {"value": Field(Real(), 0.0)},
        "RandomNormal": {"mean": Field(Real(), 0.0), "stddev": Field(_POSITIVE, 0.05), "seed": _SEED},
        "RandomUniform": {"minval": Field(Real(), -0.05), "maxval": Field(Real(), 0.05), "seed": _SEED},
        "TruncatedNormal": {"mean": Field(Real(), 0.0), "stddev": Field(_POSITIVE, 0.05), "seed": _SEED},
        "GlorotNormal": _scaled(),
        "GlorotUniform": _scaled(),
        "HeNormal": _scaled(),
        "HeUniform": _scaled(),
        "LecunNormal": _scaled(),
        "LecunUniform": _scaled(),
        "Orthogonal": {"gain": Field(Real(), 1.0), "seed": _SEED},
        "VarianceScaling": {
            "scale": Field(_POSITIVE, 1.0),
            "mode": Field(OneOf(("fan_in", "fan_out", "fan_avg")), "fan_in"),
            "distribution": Field(
                OneOf(("truncated_normal", "untruncated_normal", "uniform")), "truncated_normal"
            ),
            **_scaled(),
        },
    },
    "an initializer of Keras",
)

REGULARIZERS = Objects(
    "regularizers",
    {
        "L1": {"l1": Field(Real(), 0.01)},
        "L2": {"l2": Field(Real(), 0.01)},
        "L1L2": {"l1": Field(Real(), 0.0), "l2": Field(Real(), 0.0)},
    },
    "a regularizer of Keras",
)

_AXES = Either((Whole(-8, 8), Several(Whole(-8, 8), 0, 8)))
CONSTRAINTS = Objects(
    "constraints",
    {
        "NonNeg": {},
        "UnitNorm": {"axis": Field(_AXES, 0)},
        "MaxNorm": {"max_value": Field(_POSITIVE, 2), "axis": Field(_AXES, 0)},
        "MinMaxNorm": {
            "min_value": Field(_POSITIVE, 0.0),
            "max_value": Field(_POSITIVE, 1.0),
            "rate": Field(_SHARE, 1.0),
            "axis": Field(_AXES, 0),
        },
    },
    "a constraint of Keras",
)

ACTIVATION_NAMES = (
    "linear relu relu6 leaky_relu elu selu celu gelu silu mish softmax log_softmax sigmoid log_sigmoid hard_sigmoid "
    "hard_silu tanh hard_tanh softplus softsign exponential"
).split()

ACTIVATION_LAYERS = Objects(
    "layers",
    {
        "ReLU": {
            "max_value": Field(Maybe(_POSITIVE)),
            "negative_slope": Field(Real(), 0.0),
            "threshold": Field(Real(), 0.0),
        },
        "LeakyReLU": {"negative_slope": Field(Real(), 0.3)},
        "ELU": {"alpha": Field(Real(), 1.0)},
        "Softmax": {"axis": Field(_AXES, -1)},
    },
    "an activation layer",
)


@dataclass(frozen=True)
class Named:
    """A function of a Keras module by its name: the very function, or TensorFlow's of the same name."""

    module: str
    names: tuple[str, ...]
    elsewhere: tuple[str, ...] = ()

    @property
    def accepts(self) -> str:
        return "one of " + ", ".join(self.names)

    def to_wire(self, value: Any) -> Any:
        name = getattr(value, "__name__", None)
        if isinstance(name, str):
            for known in self._spellings(name):
                if value is self._function(known) or any(value is twin for twin in self._twins(known)):
                    return known
        raise Unfit(name_of(value))

    def from_wire(self, tree: Any) -> Any:
        if type(tree) is not str or tree not in self.names:
            raise Unfit(shown(tree))
        return self._function(tree)

    def _spellings(self, name: str) -> tuple[str, ...]:
        bare = name.removesuffix("_v2")
        return tuple(known for known in (name, bare) if known in self.names)

    def _function(self, name: str) -> Any:
        import keras

        return getattr(getattr(keras, self.module), name)

    def _twins(self, name: str) -> list[Any]:
        """Functions of other modules that compute the same, such as `tf.nn.relu`, where already imported."""
        import sys

        import keras

        tensorflow = sys.modules.get("tensorflow")
        places = {"ops": getattr(keras, "ops", None), "nn": getattr(tensorflow, "nn", None)}
        return [getattr(places[place], name) for place in self.elsewhere if hasattr(places[place], name)]


ACTIVATIONS = Either((Named("activations", tuple(ACTIVATION_NAMES), ("nn", "ops")), ACTIVATION_LAYERS))

_REDUCTION = Field(
    OneOf(("sum_over_batch_size", "sum", "mean", "none", "mean_with_sample_weight")), "sum_over_batch_size"
)
_CROSSENTROPY = {
    "from_logits": Field(Flag(), False),
    "label_smoothing": Field(_SHARE, 0.0),
    "axis": Field(Whole(-8, 8), -1),
    "reduction": _REDUCTION,
}
_FOCAL = {"alpha": Field(Real(), 0.25), "gamma": Field(Real(), 2.0)}

LOSSES = Objects(
    "losses",
    {
        "CategoricalCrossentropy": _CROSSENTROPY,
        "BinaryCrossentropy": _CROSSENTROPY,
        "SparseCategoricalCrossentropy": {
            "from_logits": Field(Flag(), False),
            "ignore_class": Field(Maybe(Whole(-(2**31), 2**31))),
            "reduction": _REDUCTION,
        },
        "CategoricalFocalCrossentropy": {**_CROSSENTROPY, **_FOCAL},
        "BinaryFocalCrossentropy": {**_CROSSENTROPY, **_FOCAL, "apply_class_balancing": Field(Flag(), False)},
        "MeanSquaredError": {"reduction": _REDUCTION},
        "MeanAbsoluteError": {"reduction": _REDUCTION},
        "MeanAbsolutePercentageError": {"reduction": _REDUCTION},
        "MeanSquaredLogarithmicError": {"reduction": _REDUCTION},
        "KLDivergence": {"reduction": _REDUCTION},
        "LogCosh": {"reduction": _REDUCTION},
        "Poisson": {"reduction": _REDUCTION},
        "Hinge": {"reduction": _REDUCTION},
        "SquaredHinge": {"reduction": _REDUCTION},
        "CategoricalHinge": {"reduction": _REDUCTION},
    },
    "a loss object of Keras",
)

LOSS_FUNCTION_NAMES = tuple(
    "categorical_crossentropy binary_crossentropy sparse_categorical_crossentropy categorical_focal_crossentropy "
    "binary_focal_crossentropy mean_squared_error mean_absolute_error mean_absolute_percentage_error "
    "mean_squared_logarithmic_error kl_divergence log_cosh poisson hinge squared_hinge categorical_hinge huber".split()
)
LOSS_FUNCTIONS = Named("losses", LOSS_FUNCTION_NAMES)
LOSS_STRINGS = OneOf(
    (
        *LOSS_FUNCTION_NAMES,
        "mse",
        "mae",
        "mape",
        "msle",
        "kld",
        "MSE",
        "MAE",
        "MAPE",
        "MSLE",
        "KLD",
        *LOSSES.classes,
    )
)

_STEPS = Whole(1, 2**31)
SCHEDULES = Objects(
    "optimizers.schedules",
    {
        "ExponentialDecay": {
            "initial_learning_rate": Field(_POSITIVE),
            "decay_steps": Field(_STEPS),
            "decay_rate": Field(Real()),
            "staircase": Field(Flag(), False),
        },
        "CosineDecay": {
            "initial_learning_rate": Field(_POSITIVE),
            "decay_steps": Field(_STEPS),
            "alpha": Field(Real(), 0.0),
            "warmup_target": Field(Maybe(_POSITIVE)),
            "warmup_steps": Field(Whole(0, 2**31), 0),
        },
    },
    "a schedule of Keras",
)

_OPTIMIZER = {
    "learning_rate": Field(Either((SCHEDULES, Real(0.0, 1e6))), None, "_learning_rate"),
    "weight_decay": Field(Maybe(Real())),
    "clipnorm": Field(Maybe(_POSITIVE)),
    "global_clipnorm": Field(Maybe(_POSITIVE)),
    "clipvalue": Field(Maybe(_POSITIVE)),
    "use_ema": Field(Flag(), False),
    "ema_momentum": Field(_SHARE, 0.99),
    "ema_overwrite_frequency": Field(Maybe(_STEPS)),
    "loss_scale_factor": Field(Maybe(_POSITIVE)),
    "gradient_accumulation_steps": Field(Maybe(_STEPS)),
}
_EPSILON = Field(_POSITIVE, 1e-7)
_ADAM = {**_OPTIMIZER, "beta_1": Field(_SHARE, 0.9), "beta_2": Field(_SHARE, 0.999), "epsilon": _EPSILON}
_MOMENTUM = Field(_SHARE, 0.0)

OPTIMIZERS = Objects(
    "optimizers",
    {
        "SGD": {**_OPTIMIZER, "momentum": _MOMENTUM, "nesterov": Field(Flag(), False)},
        "Adam": {**_ADAM, "amsgrad": Field(Flag(), False)},
        "AdamW": {**_ADAM, "amsgrad": Field(Flag(), False), "weight_decay": Field(Maybe(Real()), 0.004)},
        "Adamax": _ADAM,
        "Nadam": _ADAM,
        "RMSprop": {
            **_OPTIMIZER,
            "rho": Field(_SHARE, 0.9),
            "momentum": _MOMENTUM,
            "epsilon": _EPSILON,
            "centered": Field(Flag(), False),
        },
        "Adagrad": {**_OPTIMIZER, "initial_accumulator_value": Field(_POSITIVE, 0.1), "epsilon": _EPSILON},
        "Adadelta": {**_OPTIMIZER, "rho": Field(_SHARE, 0.95), "epsilon": _EPSILON},
    },
    "an optimizer of Keras",
)
