"""What a model was compiled with: loss, loss weights and optimizer, each from a short list. Metrics do not cross."""

from __future__ import annotations

from typing import Any

from .accepted import LOSS_FUNCTIONS, LOSS_STRINGS, LOSSES, OPTIMIZERS
from .fields import Field, Maybe, Real, Unfit, name_of, shown
from .objects import UnfitSetting

MOST_OUTPUTS = 64
_WEIGHT = Maybe(Real(-1e6, 1e6))


class Loss:
    """A loss in the form it was given: a string, a function, an object, None, or one for each output."""

    accepts = f"{LOSS_STRINGS.accepts}; the function of such a name; or {LOSSES.accepts}"

    def to_wire(self, value: Any) -> Any:
        return self._wire(value, nested=True)

    def _wire(self, value: Any, nested: bool) -> Any:
        if value is None:
            return None
        if isinstance(value, str):
            return LOSS_STRINGS.to_wire(str(value))
        if nested and isinstance(value, (list, tuple)):
            return [self._wire(item, nested=False) for item in value[:MOST_OUTPUTS]]
        if nested and isinstance(value, dict):
            return {"outputs": {str(key): self._wire(item, nested=False) for key, item in value.items()}}
        try:
            return {"function": LOSS_FUNCTIONS.to_wire(value)}
        except Unfit:
            return LOSSES.to_wire(value)

    def from_wire(self, tree: Any) -> Any:
        return self._value(tree, nested=True)

    def _value(self, tree: Any, nested: bool) -> Any:
        if tree is None:
            return None
        if type(tree) is str:
            return LOSS_STRINGS.from_wire(tree)
        if nested and type(tree) is list and len(tree) <= MOST_OUTPUTS:
            return [self._value(item, nested=False) for item in tree]
        if type(tree) is dict and set(tree) == {"function"}:
            return LOSS_FUNCTIONS.from_wire(tree["function"])
        if nested and type(tree) is dict and set(tree) == {"outputs"} and type(tree["outputs"]) is dict:
            return {key: self._value(item, nested=False) for key, item in tree["outputs"].items()}
        return LOSSES.from_wire(tree)


class LossWeights:
    """Factors for the losses of several outputs: None, or a number for each, in a list or by name."""

    accepts = "None, a list of numbers, or a dictionary of numbers"

    def to_wire(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {str(key): _WEIGHT.to_wire(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [_WEIGHT.to_wire(item) for item in value]
        return _WEIGHT.to_wire(value)

    def from_wire(self, tree: Any) -> Any:
        if type(tree) is dict and len(tree) <= MOST_OUTPUTS:
            return {key: _WEIGHT.from_wire(item) for key, item in tree.items()}
        if type(tree) is list and len(tree) <= MOST_OUTPUTS:
            return [_WEIGHT.from_wire(item) for item in tree]
        return _WEIGHT.from_wire(tree)


FIELDS = {
    "optimizer": Field(Maybe(OPTIMIZERS)),
    "loss": Field(Loss()),
    "loss_weights": Field(LossWeights()),
}


def compile_settings(model: Any) -> dict[str, Any] | None:
    """What a model is compiled with as JSON, or None for one that is not; raises UnfitSetting."""
    if not model.compiled:
        return None
    compile_loss = getattr(model, "_compile_loss", None)
    found = {
        "optimizer": getattr(model, "optimizer", None),
        "loss": getattr(model, "loss", None),
        "loss_weights": getattr(compile_loss, "_user_loss_weights", None),
    }
    settings: dict[str, Any] = {}
    for key, value in found.items():
        try:
            tree = FIELDS[key].kind.to_wire(value)
        except UnfitSetting as unfit:
            raise UnfitSetting(f"{key} {unfit.key}", unfit.found) from None
        except Unfit as unfit:
            raise UnfitSetting(key, str(unfit)) from None
        if tree is not None:
            settings[key] = tree
    return settings


def compile_model(model: Any, settings: object) -> None:
    """Compile a model with settings of unknown origin; raises Unfit where one is not on the short lists."""
    if type(settings) is not dict or not set(settings) <= set(FIELDS):
        raise UnfitSetting("compile settings", shown(settings))
    arguments: dict[str, Any] = {"optimizer": None}
    for key, tree in settings.items():
        try:
            arguments[key] = FIELDS[key].kind.from_wire(tree)
        except UnfitSetting as unfit:
            raise UnfitSetting(f"{key} {unfit.key}", unfit.found) from None
        except Unfit as unfit:
            raise UnfitSetting(key, str(unfit)) from None
    model.compile(**arguments)


__all__ = ["FIELDS", "compile_model", "compile_settings", "name_of"]
