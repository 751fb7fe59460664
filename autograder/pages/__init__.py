"""Pages for people: one of feedback for each student, one of the class for its teacher."""

from .write import write_pages

__all__ = ["write_pages"]
