"""A class: who is examined, by how many at once, what is on disk already, and `grades.csv`."""

from .attention import Attention, attention
from .classes import ClassGrades, Progress, grade_class
from .executor import CannotExamineError, Executor, LocalExecutor
from .overrides import Override, OverridesError, apply_overrides, load_overrides
from .plan import Entry, UnknownStudentError, Wishes
from .roster import Roster, RosterError, load_roster
from .storage import GradesFolder, StorageError, WrongFolderError, read_report, write_if_other, write_whole

__all__ = [
    "Attention",
    "CannotExamineError",
    "ClassGrades",
    "Entry",
    "Executor",
    "GradesFolder",
    "LocalExecutor",
    "Override",
    "OverridesError",
    "Progress",
    "Roster",
    "RosterError",
    "StorageError",
    "UnknownStudentError",
    "Wishes",
    "WrongFolderError",
    "apply_overrides",
    "attention",
    "grade_class",
    "load_overrides",
    "load_roster",
    "read_report",
    "write_if_other",
    "write_whole",
]
