"""Shorten the texts of Keras' errors to what helps a student."""

from __future__ import annotations

import re

# What Keras adds before and after the message of an error in a call, and parts of its sentences that repeat a
# value or tell where Keras keeps it.
NOISE = re.compile(
    r"Exception encountered when calling .*?\n\n"
    r"|\n\nArguments received by .*"
    r"| The following argument value should be passed as a keyword argument: .*? \(of type <class '[^']*'>\)"
    r"| including invalid value .*? of type <class '[^']*'>"
    r"| \(of type <class '[^']*'>\)"
    r"| for input \[.*?\] with name '[^']*' and path '[^']*'",
    re.DOTALL,
)


def without_noise(text: str) -> str:
    """Return an error's text without what Keras adds for its own developers."""
    return NOISE.sub("", text)
