"""Implement `kit pack`: check that the grader can take the answer, and write the file to submit."""

from __future__ import annotations

import ast
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from .. import files
from ..files import METADATA
from ..language import MESSAGES, gettext_noop
from ..language import gettext as _
from ..models import Outcome, ReviewReason, Source, SubmittedFile
from ..sandbox.guest.notebook_environment import STAND_INS
from ..source_code import try_parse
from ..submissions.definitions import attempted_tasks
from ..submissions.file_selection import UnusedReason
from ..submissions.folders import FILE_LIMIT, ZIP_LIMIT, megabytes
from ..submissions.notebooks.notebook import without_outputs
from .check import run_checks
from .handout import Handout
from .task_results import Results

# The name of a module as the end of a string, which a notebook may pass to a function that writes a file.
WRITTEN = re.compile(r"""(\w+)\.py['"]""")


@dataclass(frozen=True)
class Import:
    """An import that the grader cannot execute. `runs` is true if it executes while the answer is loaded."""

    name: str
    line: int
    runs: bool


def unavailable_imports(source: Source, accepted: Collection[str]) -> list[Import]:
    """Return the imports of modules that are neither accepted nor in the standard library.

    Imports in the body of a `try` that has exception handlers are excluded.
    """
    found = []
    for cell in source.cells:
        if (tree := try_parse(cell)) is not None:
            found += list(_unavailable(tree, accepted, runs=True))
    return found


def written(source: Source) -> set[str]:
    """Return the modules that a notebook may write to its own folder, such as with `%%writefile`."""
    return {name for cell in source.cells if source.tolerant for name in WRITTEN.findall(cell)}


def _top_level(module: str) -> str:
    return module.partition(".")[0]


def _unavailable(node: ast.AST, accepted: Collection[str], runs: bool) -> Iterator[Import]:
    """Yield the unavailable imports below a node. `runs` says whether they run while the answer is loaded."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            for name in _modules(child):
                if name not in accepted and name not in sys.stdlib_module_names:
                    yield Import(name, child.lineno, runs)
        elif isinstance(child, ast.Try) and child.handlers:
            for part in (*child.handlers, *child.orelse, *child.finalbody):
                yield from _unavailable(part, accepted, runs)
        else:
            called = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _unavailable(child, accepted, runs and not called)


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Return the top-level modules of an import, or nothing for a relative import."""
    if isinstance(node, ast.Import):
        return [_top_level(alias.name) for alias in node.names]
    return [] if node.level or not node.module else [_top_level(node.module)]


@dataclass
class PackReport:
    """Findings as sentences. `fatal` findings prevent writing; `doubtful` ones may cost points.

    `written` is the file to hand in, and `unwritable` says why there is none although nothing is fatal.
    """

    fatal: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    fine: list[str] = field(default_factory=list)
    written: Path | None = None
    unwritable: str = ""


def pack(handout: Handout, run_checks: Callable[[Handout], Results] = run_checks) -> PackReport:
    """Inspect the answer and write it as a zip, unless there is a fatal finding.

    `run_checks` returns the results of the public checks of a handout. Those that fail become findings.
    """
    found = PackReport()
    chosen = handout.chosen()
    if chosen.source is None:
        found.fatal.append(chosen.problem or _("There is nothing to hand in."))
        return found
    source = chosen.source
    file = next(file for file in handout.submission().files if file.name == source.filename)
    # Other versions are reported below.
    remarks = (note for note in chosen.review if note.reason is not ReviewReason.SEVERAL_VERSIONS)
    found.doubtful += [note.text for note in remarks]
    if not attempted_tasks(source, handout.tasks):
        untouched = _("Every file is still as it was handed out: no task is attempted.")
        found.fatal, found.doubtful = found.doubtful or [untouched], []
        return found
    _inspect(handout, source, file, found, run_checks)
    # An untouched notebook beside a `.py` is common. A `.py` beside a notebook deserves a warning.
    beside = [*(unused.text(gettext_noop("counts")) for unused in chosen.unused), *chosen.unreadable]
    usual = not (source.tolerant or chosen.unreadable) and all(
        unused.reason is UnusedReason.NOT_ATTEMPTED for unused in chosen.unused
    )
    (found.fine if usual else found.doubtful).extend(beside)
    if altered := list(handout.altered()):
        found.doubtful.append(
            _(
                "Changed since it was handed out: {altered}. The grader uses its own copy.",
                altered=", ".join(altered),
            )
        )
    if not found.fatal:
        _write(handout, file, found)
    return found


def packed_name(handout: Handout) -> str:
    """Return the name of the file to hand in. The handout's own zip is called `<slug>.zip`."""
    return f"{handout.module}.zip" if handout.module != handout.slug else f"{handout.module}-answer.zip"


def run_alone(handout: Handout, file: SubmittedFile, run_checks: Callable[[Handout], Results]) -> Results:
    """Return what `run_checks` returns for `file` beside what was handed out.

    Only this file is handed in, so modules and data that lie in the student's folder cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="kit-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        metadata = (handout.folder / METADATA).read_bytes()
        for path, content in {**handout.files(), METADATA: metadata, file.name: file.content}.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        copy = Handout.read(folder)
        with suppress(OSError):  # without stored trainings the checks only take longer
            shutil.copytree(handout.trainings, copy.trainings)
        return run_checks(copy)


def _inspect(
    handout: Handout,
    source: Source,
    file: SubmittedFile,
    found: PackReport,
    run_checks: Callable[[Handout], Results],
) -> None:
    """Add the findings about the file, up to the first step with a fatal one."""
    _add_size(found, source, file)
    if not found.fatal:
        _add_imports(found, handout, source)
    if not found.fatal:
        _add_tasks(found, handout, source, run_alone(handout, file, run_checks))


def _add_size(found: PackReport, source: Source, file: SubmittedFile) -> None:
    size = len(without_outputs(file.content) if source.tolerant else file.content)
    if size > FILE_LIMIT or len(file.content) > ZIP_LIMIT:
        found.fatal.append(
            _(
                "{name} has {size}, and the grader reads {file_limit} at most, or {zip_limit} with a "
                "notebook's outputs: does it contain data?",
                name=source.filename,
                size=megabytes(len(file.content)),
                file_limit=megabytes(FILE_LIMIT),
                zip_limit=megabytes(ZIP_LIMIT),
            )
        )


def _add_imports(found: PackReport, handout: Handout, source: Source) -> None:
    """Add which modules the grader does not have."""
    accepted = {*handout.about.imports, *handout.about.given, *map(_top_level, STAND_INS), *written(source)}
    for module in unavailable_imports(source, accepted):
        advice = _advice(handout, module.name)
        sentence = _(
            "{name} imports {module} in line {line}, which the grader does not have{advice}.",
            name=source.filename,
            module=module.name,
            line=module.line,
            advice=advice,
        )
        (found.fatal if module.runs and not source.tolerant else found.doubtful).append(sentence)


def _add_tasks(found: PackReport, handout: Handout, source: Source, checked: Results) -> None:
    """Add which tasks are attempted and what the public checks say, or why the file cannot be loaded."""
    name, tasks = source.filename, attempted_tasks(source, handout.tasks)
    if checked.problem is not None:
        found.fatal.append(
            _(
                "{name} cannot be loaded, so no task in it would count: {problem}",
                name=name,
                problem=checked.problem,
            )
        )
        return
    found.doubtful += [note for note in checked.notes if note not in found.doubtful]
    _add_results(found, checked)
    if untouched := [task for task in handout.tasks if task not in tasks]:
        found.doubtful.append(_("Not attempted: {untouched}.", untouched=", ".join(untouched)))
    found.fine.append(_("{name} loads by itself.", name=name))
    found.fine.append(
        _("Attempted: {tasks}.", tasks=", ".join(task for task in handout.tasks if task in tasks))
    )


def _add_results(found: PackReport, results: Results) -> None:
    """Add which public checks fail and why. Tasks that are not attempted are reported elsewhere."""
    in_order = (results.by_check.get(check.name) for check in results.handout.checks)
    failed = [
        each for each in in_order if each and each.outcome not in (Outcome.PASSED, Outcome.NOT_ATTEMPTED)
    ]
    earned, most = results.points()
    found.fine.append(_("Public checks: {earned:g} of {most:g} points.", earned=earned, most=most))
    found.doubtful += [
        _(
            "Public check fails: {task}: {sentence} {message}",
            task=each.task,
            sentence=_(each.sentence),
            message=MESSAGES.failure(each.message),
        )
        for each in failed
    ]


def _advice(handout: Handout, module: str) -> str:
    if (handout.folder / f"{module}.py").is_file():
        return _(
            ": {module}.py is in your folder, but one file is handed in. Move what you need into it",
            module=module,
        )
    return _(
        " (it has the standard library, {imports} and the modules of this handout)",
        imports=", ".join(handout.about.imports),
    )


def _write(handout: Handout, file: SubmittedFile, found: PackReport) -> None:
    """Write a zip that contains only the answer, with the time of its last change.

    It stands in the handout's folder, or in the one around it if that cannot be written to.
    """
    content = files.pack({file.name: file.content}, modified=file.modified)
    name = packed_name(handout)
    for folder in (handout.folder, handout.folder.parent):
        try:
            files.write_atomic(folder / name, content)
        except OSError as error:
            found.unwritable = _(
                "{name} cannot be written in {folder}: {reason}.",
                name=name,
                folder=folder,
                reason=error.strerror or error,
            )
        else:
            found.written, found.unwritable = folder / name, ""
            return
