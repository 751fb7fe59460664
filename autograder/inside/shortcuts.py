"""Shorter ways through code that every network takes hundreds of times, to the same ends.

A tenth of the time in which a network is built, and an examination builds dozens.
"""

from __future__ import annotations

import functools
import sys
import typing
from typing import Any

TRACKABLES = "tensorflow.python.trackable.autotrackable"
# Asked for whenever TensorFlow looks whether something is a tensor. Python 3.12 works it out once, too.
PARTS_OF_PROTOCOL = "_get_protocol_attrs"
# Of these nothing is ever tracked or wrapped.
PLAIN = frozenset({bool, float, int, str, type(None)})


def take_shortcuts() -> None:
    """Take them from now on; without effect where Keras is not imported, or where they are taken already."""
    parts: Any = getattr(typing, PARTS_OF_PROTOCOL, None)
    if sys.version_info < (3, 12) and not hasattr(parts, "__wrapped__"):
        setattr(typing, PARTS_OF_PROTOCOL, functools.cache(parts))
    if "keras" in sys.modules and TRACKABLES in sys.modules:
        layers, trackables = sys.modules["keras"].Layer, sys.modules[TRACKABLES].AutoTrackable
        # With another backend than TensorFlow they are none.
        if issubclass(layers, trackables) and not hasattr(layers.__setattr__, "__wrapped__"):
            _set_plain_attributes_directly(layers, trackables)


def _set_plain_attributes_directly(layers: Any, trackables: Any) -> None:
    """Have layers set numbers, strings and the like as Keras does in the end, without looking what to track.

    Keras 3.15 and TensorFlow 2.21 look in `Layer`, in `KerasAutoTrackable` and, last, in `AutoTrackable`.
    """
    in_full = layers.__setattr__

    @functools.wraps(in_full)
    def set_attribute(layer: Any, name: str, value: Any) -> None:
        if type(value) not in PLAIN or "_tracker" not in vars(layer):
            in_full(layer, name, value)
            return
        try:
            if getattr(layer, name) is value:
                return
        except AttributeError:
            pass
        super(trackables, layer).__setattr__(name, value)

    layers.__setattr__ = set_attribute
