"""Format messages in English.

In a handout autograder/language.py takes the place of this module and translates them.
"""

from __future__ import annotations


def gettext(message: str, /, **values: object) -> str:
    """Return the message with `values` in its placeholders."""
    return message.format(**values) if values else message
