"""Write a new kit from templates, with its handout."""

from __future__ import annotations

import builtins
import keyword
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..text import toml_string
from .sync import write as sync
from .sync import write_files

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
CLASS_NAME = re.compile(r"([A-Z][a-z0-9]*)+")
# Advice on the name of a class where a function is expected, and the other way round.
CLASSES = " For layers, add --kind layer; for another class, put it in place of a function afterwards."
FUNCTIONS = " Functions can follow the first layer."
WEEK = re.compile(r"week\d+_")
# Keeps generated lines within the linter's limit.
LONGEST = 30
# Names of modules that a submission imports, or of files in a handout.
TAKEN = frozenset(
    {
        *("numpy", "pandas", "tensorflow", "keras", "sklearn", "matplotlib", "scipy"),
        *("pytest", "otter", "nbgrader", "nbformat", "autograder", "conftest"),
        *("lesson", "mistakes", "alternatives", "support", "inputs"),
    }
)

# The folders of a repository that have a folder for each kit.
TREES = ("autograder/kits", "solutions", "assignments")
# The suffix of templates.
SUFFIX = ".j2"


class Kind(StrEnum):
    """What the tasks of a skeleton are: functions of arrays, functions that build networks, or layers."""

    NUMPY = "numpy"
    KERAS = "keras"
    LAYER = "layer"


class PlanError(ValueError):
    """Raised if a name or a date is not valid. The message says what was expected and found."""


@dataclass(frozen=True)
class Plan:
    """The names and dates of a new kit. Raises PlanError if one is not valid.

    `module` is the name of the student's module, `tasks` are the functions or classes in it, in teaching
    order, and `kind` says what the tasks of the skeleton are.
    """

    slug: str
    title: str
    module: str
    tasks: tuple[str, ...]
    release: date
    due: date
    kind: Kind = Kind.NUMPY

    def is_example(self, task: str) -> bool:
        """Return whether the skeleton has a worked example for a task. All other tasks have a few lines."""
        return task == self.tasks[0]

    def is_class(self, task: str) -> bool:
        """Return whether a task is a class."""
        return bool(CLASS_NAME.fullmatch(task))

    def __post_init__(self) -> None:
        """Raise PlanError with one sentence per problem."""
        if problems := list(self._problems()):
            raise PlanError("\n".join(problems))

    def _problems(self) -> Iterator[str]:
        yield from slug_problems(self.slug)
        title = self.title
        if not title.strip() or not title.isprintable() or len(title) > 2 * LONGEST:
            yield f"Expected a title of one line of at most {2 * LONGEST} letters, found {self.title!r}."
        elif "\\" in title or '"""' in title:
            yield f"Expected a title that a docstring can hold, found {title!r}."
        yield from module_problems(self.module)
        yield from task_problems(self.tasks, self.module, self.kind)
        if self.due < self.release:
            yield f"Expected it to be due on or after its release on {self.release}, found {self.due}."


def module_of(slug: str) -> str:
    """Return the default module of a slug: `attention` for `week11_attention`."""
    return WEEK.sub("", slug, count=1)


def slug_problems(slug: str) -> Iterator[str]:
    """Yield what is wrong with a slug. Two-letter names are reserved for languages."""
    if not NAME.fullmatch(slug) or not 3 <= len(slug) <= LONGEST:
        yield (
            f"Expected a slug of 3 to {LONGEST} lower-case letters, digits and underscores, such as "
            f"week11_attention, found {slug!r}."
        )


def module_problems(module: str) -> Iterator[str]:
    """Yield what is wrong with the name of the student's file, which must not hide another module."""
    if (
        not NAME.fullmatch(module)
        or len(module) > LONGEST
        or keyword.iskeyword(module)
        or module.startswith("test_")
    ):
        yield f"Expected a module's name such as attention, found {module!r}: name one with --module."
    elif module in TAKEN or module in sys.stdlib_module_names:
        yield f"Expected a module's name of its own, found {module!r}: name another with --module."


def task_problems(tasks: Sequence[str], module: str, kind: Kind) -> Iterator[str]:
    """Yield what is wrong with the names of the functions or classes."""
    if not tasks:
        yield "Expected one task or more, found none: name them with --task."
    for place, task in enumerate(dict.fromkeys(tasks)):
        pattern, example = NAME, "in lower case, such as add_softmax"
        if kind == Kind.LAYER and (place == 0 or not NAME.fullmatch(task)):
            pattern, example = CLASS_NAME, "of a class, such as SelfAttention"
        taken = hasattr(builtins, task) or keyword.iskeyword(task) or keyword.issoftkeyword(task)
        if not pattern.fullmatch(task) or len(task) > LONGEST or task.startswith("test_"):
            other = ""
            if kind == Kind.LAYER:
                other = FUNCTIONS if NAME.fullmatch(task) else ""
            elif CLASS_NAME.fullmatch(task):
                other = CLASSES
            yield f"Expected a task's name {example}, found {task!r}.{other}"
        elif taken or task in TAKEN or task in (module, "np", "hidden_look_at"):
            yield f"Expected a task's name of its own, found {task!r}, which means something else already."
        if tasks.count(task) > 1:
            yield f"Expected every task once, found {task!r} {tasks.count(task)} times."


def snake_case(name: str) -> str:
    """Return the name of a class as part of a function's name: `self_attention` for `SelfAttention`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def write_kit(root: Path, plan: Plan) -> list[str]:
    """Write the kit into the three trees of `root`; return the sorted paths of its files.

    Raises PlanError if something of that name exists; nothing is overwritten.
    """
    if there := [tree for tree in TREES if (root / tree / plan.slug).exists()]:
        raise PlanError(
            f"Expected no {plan.slug} yet, found one in {', '.join(there)}. "
            "Take another slug, or remove what is there."
        )
    files = sources(plan)
    write_files(files, root)
    handout = [difference.path for difference in sync(root, plan.slug)]
    return sorted({*files, *handout})


def sources(plan: Plan) -> dict[str, bytes]:
    """Return a kit's sources by path in the repository."""
    return {path: text.encode() for path, text in _rendered(plan)}


def _rendered(plan: Plan) -> Iterator[tuple[str, str]]:
    # The templates are Python, TOML and Markdown: no HTML escaping.
    environment = Environment(
        loader=PackageLoader(__name__.rpartition(".")[0]),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701
    )
    environment.filters |= {"quoted": toml_string, "snake": snake_case}
    folders = {"checks": f"autograder/kits/{plan.slug}", "solution": f"solutions/{plan.slug}"}
    for name in environment.list_templates(filter_func=lambda name: name.startswith(f"{plan.kind}/")):
        _kind, tree, path = name.removesuffix(SUFFIX).split("/", 2)
        path = path.replace("MODULE", plan.module)
        yield f"{folders[tree]}/{path}", environment.get_template(name).render(plan=plan)
