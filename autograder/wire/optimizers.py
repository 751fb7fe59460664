"""The short list of optimizers, with finite numbers as settings, and of learning rate schedules."""

from __future__ import annotations

from .accepted import POSITIVE, SHARE
from .fields import Field, either, flag, maybe, name, real, whole
from .objects import Fields, an_object

_STEPS = whole(1, 2**31)

SCHEDULES = an_object(
    "a schedule of Keras",
    "optimizers.schedules",
    {
        "ExponentialDecay": {
            "initial_learning_rate": Field(POSITIVE),
            "decay_steps": Field(_STEPS),
            "decay_rate": Field(real()),
            "staircase": Field(flag(), False),
        },
        "CosineDecay": {
            "initial_learning_rate": Field(POSITIVE),
            "decay_steps": Field(_STEPS),
            "alpha": Field(real(), 0.0),
            "warmup_target": Field(maybe(POSITIVE)),
            "warmup_steps": Field(whole(0, 2**31), 0),
        },
    },
)

_COMMON: Fields = {
    "name": Field(name()),
    "learning_rate": Field(either(SCHEDULES, real(0.0, 1e6)), None, "_learning_rate"),
    "weight_decay": Field(maybe(real())),
    "clipnorm": Field(maybe(POSITIVE)),
    "global_clipnorm": Field(maybe(POSITIVE)),
    "clipvalue": Field(maybe(POSITIVE)),
    "use_ema": Field(flag(), False),
    "ema_momentum": Field(SHARE, 0.99),
    "ema_overwrite_frequency": Field(maybe(_STEPS)),
    "loss_scale_factor": Field(maybe(POSITIVE)),
    "gradient_accumulation_steps": Field(maybe(_STEPS)),
}
_SMALL: Fields = {**_COMMON, "epsilon": Field(POSITIVE, 1e-7)}
_MOMENTS: Fields = {**_SMALL, "beta_1": Field(SHARE, 0.9), "beta_2": Field(SHARE, 0.999)}
_ADAM: Fields = {**_MOMENTS, "amsgrad": Field(flag(), False)}
_MOMENTUM = Field(SHARE, 0.0)

OPTIMIZERS = an_object(
    "an optimizer of Keras",
    "optimizers",
    {
        "SGD": {**_COMMON, "momentum": _MOMENTUM, "nesterov": Field(flag(), False)},
        "Adam": _ADAM,
        "AdamW": {**_ADAM, "weight_decay": Field(maybe(real()), 0.004)},
        "Adamax": _MOMENTS,
        "Nadam": _MOMENTS,
        "RMSprop": {
            **_SMALL,
            "rho": Field(SHARE, 0.9),
            "momentum": _MOMENTUM,
            "centered": Field(flag(), False),
        },
        "Adagrad": {**_SMALL, "initial_accumulator_value": Field(POSITIVE, 0.1)},
        "Adadelta": {**_SMALL, "rho": Field(SHARE, 0.95)},
    },
)
