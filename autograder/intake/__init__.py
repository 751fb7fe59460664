"""Finds the submissions in a class, reads them within limits, and chooses what counts."""

from autograder.intake.choosing import Chosen, choose
from autograder.intake.layout import ClassError, Found, find
from autograder.intake.names import safe_name
from autograder.intake.reading import digest

__all__ = ["Chosen", "ClassError", "Found", "choose", "digest", "find", "safe_name"]
