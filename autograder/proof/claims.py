"""Make answers that say of themselves what the solution says, and whose outputs are zero.

What a handle says of itself is a claim. A hidden check has to compare what it computes on unseen inputs.
"""

from __future__ import annotations

from collections.abc import Iterator

from .answers import Answer

OPERATOR = "claimed outputs"
# Replaces a task by one whose answers compute zeros; all other attributes are those of the right answer.
CLAIM = """
def _zero(value):
    if isinstance(value, (list, tuple)):
        return type(value)(map(_zero, value))
    try:
        return value if isinstance(value, str) else value * 0
    except Exception:
        return value


def _claiming_class(kind):
    def zeroed(name):
        return lambda self, *args, **kwargs: _zero(getattr(kind, name)(self, *args, **kwargs))

    computing = [name for name in ("__call__", "predict", "transform") if callable(getattr(kind, name, None))]
    return type(kind)(kind.__name__, (kind,), {{name: zeroed(name) for name in computing}})


def _claiming_function(function):
    def claiming(*args, **kwargs):
        answer = function(*args, **kwargs)
        try:
            object.__setattr__(answer, "__class__", _claiming_class(type(answer)))
        except Exception:
            return _zero(answer)
        return answer

    return claiming


{task} = (_claiming_class if isinstance({task}, type) else _claiming_function)({task})
"""


def claims(right: Answer, remote: tuple[str, ...]) -> Iterator[Answer]:
    """Yield an answer for each task of `remote`, whose answers stay in the sandbox."""
    for task in right.tasks:
        if task in remote:
            yield Answer(
                "mutant",
                f"{task}: {OPERATOR}",
                f"{task} says what the solution says, and computes zeros.",
                right.text + CLAIM.format(task=task),
                (task,),
                own=f"def {task}(): ...\n",
                operator=OPERATOR,
            )
