"""The examiner: pytest with all checks of a kit, trusted, against a submission in a sandbox."""

from .client import Examiner, ExaminerDied

__all__ = ["Examiner", "ExaminerDied"]
