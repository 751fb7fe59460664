"""Translate messages: in a handout by its catalogue, anywhere else not at all."""

from __future__ import annotations

try:
    from language import gettext as translate
except ImportError:
    translate = None


def gettext(message: str, /, **values: object) -> str:
    """Return the translation of a message, or the message itself, with `values` in its placeholders."""
    if translate is not None:
        return str(translate(message, **values))
    return message.format(**values) if values else message
