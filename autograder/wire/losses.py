"""The short list of losses: by name, as a function, as an object, and one for each output."""

from __future__ import annotations

from typing import Any

from .accepted import SHARE
from .fields import Field, Kind, Unfit, flag, maybe, one_of, real, whole
from .objects import Fields, a_function, an_object

MOST_OUTPUTS = 64

_REDUCTION = Field(maybe(one_of("sum_over_batch_size", "sum", "mean", "none")), "sum_over_batch_size")
_LOGITS: Fields = {"from_logits": Field(flag(), False), "reduction": _REDUCTION}
_CROSSENTROPY: Fields = {**_LOGITS, "label_smoothing": Field(SHARE, 0.0), "axis": Field(whole(-8, 8), -1)}
_FOCAL: Fields = {**_CROSSENTROPY, "alpha": Field(real(), 0.25), "gamma": Field(real(), 2.0)}
_PLAIN: Fields = {"reduction": _REDUCTION}

_CLASSES: dict[str, Fields] = {
    "CategoricalCrossentropy": _CROSSENTROPY,
    "BinaryCrossentropy": _CROSSENTROPY,
    "SparseCategoricalCrossentropy": {**_LOGITS, "ignore_class": Field(maybe(whole(-(2**31), 2**31)))},
    "CategoricalFocalCrossentropy": _FOCAL,
    "BinaryFocalCrossentropy": {**_FOCAL, "apply_class_balancing": Field(flag(), False)},
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

_OBJECT = an_object("an object of Keras", "losses", _CLASSES)
_FUNCTION = a_function("losses", _FUNCTIONS)
_STRING = one_of(*_FUNCTIONS, *_SHORT, *_CLASSES)


def _single_to_wire(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        return _STRING.to_wire(str(value))
    try:
        return {"function": _FUNCTION.to_wire(value)}
    except Unfit:
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
LOSS_WEIGHTS = for_outputs(maybe(real(-1e6, 1e6)))
