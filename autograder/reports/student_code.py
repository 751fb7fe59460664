"""Show students' code by task, without comments and without names, also as entries for `mistakes.py`.

The code is never run. It is parsed, although some code makes Python's parser crash: this code was parsed
before, when it was graded, in a process of its own.
"""

from __future__ import annotations

import ast
import builtins
import re
import textwrap
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ..grading.storage import ClassRecord, GradesFolder
from ..models import Report
from ..source_code import CallGraph, Function, definitions, try_parse
from .context import Context, find_context
from .wrong_answers import Group, find_groups

# Shorter parts of a name, such as initials, are also parts of ordinary words and identifiers.
MIN_NAME_PART = 3
REMOVED = "someone"
# The fields of syntax trees that hold an identifier.
IDENTIFIERS = ("name", "id", "arg", "attr", "asname", "rest")
# Nodes that stand for variables, also those that a `case` assigns.
VARIABLES = (ast.Name, ast.MatchAs, ast.MatchStar, ast.MatchMapping)


def task_code(source: str, task: str, names: Collection[str] = (), *, tasks: Collection[str] = ()) -> str:
    """Return a task and the helpers that it uses, in one layout, without comments and docstrings.

    Equal programs have equal texts, whatever their layout. The other `tasks` are left out, and `names` of
    students are removed. The text is empty if the source does not define the task.
    """
    tree = try_parse(source)
    if tree is None:
        return ""
    defined = definitions(tree)
    if task not in defined:
        return ""
    own = {name: node for name, node in defined.items() if name == task or name not in tasks}
    wanted = CallGraph(ast.Module([*own.values()], [])).needed_by([task])
    helpers = [node for name, node in own.items() if name in wanted and name != task]
    nodes = [*helpers, own[task]]
    anonymous = _Anonymous(names, {task, *tasks}, nodes)
    try:
        return "\n\n\n".join(ast.unparse(anonymous.visit(node)) for node in nodes)
    except RecursionError:
        return ""


def without_names(text: str, names: Iterable[str]) -> str:
    """Return `text` with every part of these names replaced, in any letter case."""
    pattern = _pattern(names)
    return pattern.sub(REMOVED, text) if pattern else text


class _Anonymous(ast.NodeTransformer):
    """Removes docstrings, and names of students from texts and identifiers.

    Identifiers in `kept` and those of builtins stay. Attributes, keywords and methods change only if `nodes`
    define them: `np.max` stays for a student called Max.
    """

    def __init__(self, names: Iterable[str], kept: Collection[str], nodes: Iterable[ast.AST]) -> None:
        self._pattern = _pattern(names)
        self._kept = {*kept, *dir(builtins)}
        self._defined = {name for node in nodes for part in ast.walk(node) for name in _defined_by(part)}

    def visit(self, node: ast.AST) -> ast.AST:
        """Return the node without docstring and without names."""
        if isinstance(node, Function | ast.ClassDef) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return ast.Constant(self._removed(node.value))
        if isinstance(node, ast.Global | ast.Nonlocal):
            node.names = [self._identifier(name) for name in node.names]
        for field in IDENTIFIERS:
            name = getattr(node, field, None)
            if isinstance(name, str) and (isinstance(node, VARIABLES) or name in self._defined):
                setattr(node, field, self._identifier(name))
        return self.generic_visit(node)

    def _identifier(self, name: str) -> str:
        return name if name in self._kept else self._removed(name)

    def _removed(self, text: str) -> str:
        return self._pattern.sub(REMOVED, text) if self._pattern else text


def _defined_by(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node defines: a function, a parameter, an attribute that is set, or an alias."""
    match node:
        case (
            ast.FunctionDef(name=str(name))
            | ast.AsyncFunctionDef(name=str(name))
            | ast.ClassDef(name=str(name))
            | ast.ExceptHandler(name=str(name))
            | ast.arg(arg=str(name))
            | ast.alias(asname=str(name))
            | ast.Attribute(attr=str(name), ctx=ast.Store())
        ):
            yield name


def _pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern of all parts of the names that stand alone: not the `ada` in `Adam`."""
    parts = {part for name in names for part in re.split(r"[\W\d_]+", name) if len(part) >= MIN_NAME_PART}
    if not parts:
        return None
    longest_first = sorted(map(re.escape, parts), key=lambda part: (-len(part), part))
    return re.compile(rf"(?<![^\W\d_])(?:{'|'.join(longest_first)})(?![^\W\d_])", re.IGNORECASE)


def mistake_entries(folder: Path, root: Path | None) -> str:
    """Return entries for `mistakes.py`, the most frequent first. Raises NoGradesError.

    Each has the checks that fail and the answer of one student, without names.
    """
    grades = GradesFolder(folder)
    record = grades.required_record()
    reports = {report.student: report for report in grades.reports().values()}
    return "\n\n".join(_entries(record, reports, find_context(record, root)))


def _entries(record: ClassRecord, reports: Mapping[str, Report], context: Context) -> Iterator[str]:
    groups = find_groups(list(reports.values()), context.mistakes)
    unknown = [group for group in groups if not group.mistakes]
    for number, group in enumerate(unknown, 1):
        members = [reports[student] for student in group.students]
        yield _entry(f"unknown_{number}", group, members, record.names, record.tasks)


def _entry(
    name: str, group: Group, members: Sequence[Report], names: Sequence[str], tasks: Sequence[str]
) -> str:
    sample, alike = _most_frequent(group, members)
    code = task_code(sample.source, group.task, names, tasks=tasks)
    about = f"{_count(len(members))} failed these checks; {alike} of them gave exactly these replies."
    resembling = "".join(f"\n# Fails like {mistake.name}, with other replies." for mistake in group.resembles)
    checks = "".join(f'    "{check}",\n' for check in group.outcomes)
    body = code or f"# The answer is not in the grades folder, or it does not define {group.task}."
    return (
        f"# {about}{resembling}\n"
        f"class {name}:\n"
        '    """FILL IN the misconception: what do they think?"""\n\n'
        f"    FAILS = (\n{textwrap.indent(checks, '    ')}    )\n\n"
        f"{textwrap.indent(body, '    ')}\n"
    )


def _most_frequent(group: Group, members: Sequence[Report]) -> tuple[Report, int]:
    """Return a submission with the most frequent replies to the task, and the number of such submissions."""
    counts = Counter(report.replies.get(group.task, report.student) for report in members)
    ((digest, count),) = counts.most_common(1)
    return next(
        report for report in members if report.replies.get(group.task, report.student) == digest
    ), count


def _count(students: int) -> str:
    return "1 student" if students == 1 else f"{students} students"
