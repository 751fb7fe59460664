"""What a model was compiled with: loss, loss weights and optimizer. Metrics do not cross."""

from __future__ import annotations

from typing import Any

from .fields import Field, Unfit, maybe, shown
from .losses import LOSS, LOSS_WEIGHTS
from .objects import Fields, UnfitSetting
from .optimizers import OPTIMIZERS

FIELDS: Fields = {
    "optimizer": Field(maybe(OPTIMIZERS)),
    "loss": Field(LOSS),
    "loss_weights": Field(LOSS_WEIGHTS),
}


def compile_settings(model: Any) -> dict[str, Any] | None:
    """What a model is compiled with as JSON, or None for one that is not; raises UnfitSetting."""
    if not model.compiled:
        return None
    found = {
        "optimizer": getattr(model, "optimizer", None),
        "loss": getattr(model, "loss", None),
        "loss_weights": getattr(getattr(model, "_compile_loss", None), "_user_loss_weights", None),
    }
    return {
        key: _converted(FIELDS[key].kind.to_wire, key, value)
        for key, value in found.items()
        if value is not None
    }


def compile_model(model: Any, settings: object) -> None:
    """Compile a model with settings of unknown origin; raises UnfitSetting."""
    if type(settings) is not dict or not set(settings) <= set(FIELDS):
        raise UnfitSetting("compile", shown(settings))
    arguments = {key: _converted(FIELDS[key].kind.from_wire, key, tree) for key, tree in settings.items()}
    model.compile(**{"optimizer": None, **arguments})


def _converted(way: Any, key: str, value: Any) -> Any:
    try:
        return way(value)
    except UnfitSetting as unfit:
        raise UnfitSetting(f"{key} {unfit.key}", unfit.found) from None
    except Unfit as unfit:
        raise UnfitSetting(key, str(unfit)) from None
