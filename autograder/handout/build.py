"""Build a handout's files in memory."""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Iterator, Mapping
from importlib import metadata as distributions
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from packaging.requirements import Requirement

from ..files import METADATA, checksum, sha256
from ..kit import SETTINGS, TRANSLATIONS, Kit, KitError, languages, read_text
from ..kit_config import SUPPORT
from ..language import ENGLISH
from ..language import HERE as PACKAGE
from ..source_code import Definition, definitions, parse
from ..validation import place, toml_error
from .lesson_text import LESSON_FILE
from .message_catalogues import catalogue_path, compiled, ids, kit_messages, read_catalogue
from .stub import make_stub
from .student_notebook import notebook, public_otter_tests
from .translation import TABLE, read_translation

DISTRIBUTION = "weekly-kits"
CONFTEST = '''\
"""Make `python -m pytest` report like the grader. You need not read this to do the tasks."""
from support.pytest_plugin import *  # noqa: F403
'''
# Keeps the settings of folders above the handout out.
PYTEST_INI = "[pytest]\npythonpath = .\n"
# Copied into the folder `support`.
HELPERS = (
    "handout/static/check_report.py",
    "handout/static/notebook_cards.py",
    "handout/static/notebook_checks.py",
    "handout/static/notebook_file.py",
    "handout/static/pytest_plugin.py",
    "handout/static/student_frames.py",
    "code_remarks.py",
    "keras_advice.py",
    "language.py",
    "support/errors.py",
)
# The distributions that students install, and the modules of each that submissions may import. pytest runs
# the checks; ipykernel and otter-grader run the notebook.
FOR_STUDENTS = {
    "ipykernel": (),
    "matplotlib": ("matplotlib",),
    "numpy": ("numpy",),
    "otter-grader": (),
    "pandas": ("pandas",),
    "pytest": (),
    "scikit-learn": ("sklearn",),
    "tensorflow": ("tensorflow", "keras"),
}
# What submissions may import beside the standard library and support code.
IMPORTS = tuple(sorted(name for names in FOR_STUDENTS.values() for name in names))
# Files of a handout whose changes neither make another version nor are reported to the student.
NOT_CHECKED = ("README.md", "requirements.txt")
# Optional keys of kit.toml that kit.json repeats.
DECLARED = ("remote", "preload", "prepare", "train", "picture")


def requirements() -> str:
    """Return the text of `requirements.txt`: the version ranges that the project declares."""
    project = distributions.metadata(DISTRIBUTION)
    declared = map(Requirement, distributions.requires(DISTRIBUTION) or [])
    ranges = {requirement.name: str(requirement.specifier) for requirement in declared}
    lines = [f"# For Python {project['Requires-Python']}."]
    return "\n".join(lines + [f"{name}{ranges[name]}" for name in FOR_STUDENTS]) + "\n"


def metadata(kit: Kit, title: str, files: Mapping[str, bytes], hints: str, language: str = ENGLISH) -> bytes:
    """Return the text of `kit.json`. Raises KitError.

    `files` are the other files of the handout by path, and `hints` is the text of `hints.toml`.
    """
    table = _read_hints(kit, hints)
    checked = set(files) - {*NOT_CHECKED, f"{kit.module}.py"}
    checksums = {name: checksum(name, files[name]) for name in sorted(checked)}
    data = {
        "generated": f"by `kit sync` from {kit.slug}'s kit.toml, checks and hints.toml",
        "slug": kit.slug,
        "title": title,
        "version": sha256(json.dumps(checksums).encode())[:12],
        "module": kit.module,
        "tasks": kit.tasks,
        "given": kit.given_modules,
        "imports": IMPORTS,
        **{key: value for key in DECLARED if (value := getattr(kit.config, key))},
        "limits": kit.config.limits.given(),
        "due": str(kit.dates.due) if kit.dates.due else None,
        "hidden_points": {
            task: sum(check.points for check in kit.checks if check.hidden and check.task == task)
            for task in kit.tasks
        },
        **({} if language == ENGLISH else {"language": language}),
        "hints": {task: table.get(task, []) for task in kit.tasks},
        "hidden_look_at": table.get("hidden_look_at", ""),
        "files": checksums,
    }
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()


def _read_hints(kit: Kit, text: str) -> dict[str, Any]:
    """Return the table in `hints.toml`: a list of texts for each task, and the text `hidden_look_at`."""
    where = f"solutions/{kit.slug}/hints.toml"
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise KitError(toml_error(where, text, error)) from error
    for key, value in sorted(table.items()):
        if problem := _hint_problem(kit, key, value):
            raise KitError(f"{place(where, text, key)}: {problem}")
    return table


def _hint_problem(kit: Kit, key: str, value: object) -> str:
    """Return what is wrong with an entry of `hints.toml`, or ""."""
    if key in kit.tasks:
        is_list = isinstance(value, list) and all(isinstance(hint, str) for hint in value)
        return "" if is_list else f"expected a list of texts for {key}, found {value!r}."
    if key == "hidden_look_at":
        return "" if isinstance(value, str) else f"expected a text for {key}, found {value!r}."
    return f"expected tasks and hidden_look_at, found {key}."


def readme(kit: Kit, stub: str, title: str, language: str = ENGLISH) -> str:
    """Return the text of `README.md`: tasks with points, how to run the checks, how to hand in.

    Falls back to English if there is no page in `language`.
    """
    # The page is Markdown: no HTML escaping.
    pages = Environment(
        loader=PackageLoader("autograder.handout", "pages"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701
    )
    code = {name: text for name, text in kit.given.items() if name.endswith(".py") and "/" not in name}
    public = sum(_public_points(kit, task) for task in kit.tasks)
    defined = definitions(parse(stub, f"{kit.module}.py"))
    return pages.select_template([f"readme.{language}.md", f"readme.{ENGLISH}.md"]).render(
        kit=kit,
        title=title,
        due=kit.dates.due,
        rows=list(_rows(kit, defined)),
        together={
            "points": f"{kit.points():g}",
            "public": f"{public:g}",
            "hidden": f"{kit.points() - public:g}",
        },
        given=[f"`{name}`" for name in kit.given_modules],
        programs=[name for name, text in code.items() if b"__main__" in text],
        classes=any(isinstance(node, ast.ClassDef) for node in defined.values()),
    )


def _rows(kit: Kit, defined: Mapping[str, Definition]) -> Iterator[dict[str, str]]:
    """Return one table row per task: name, summary and points."""
    for task in kit.tasks:
        points = {"points": f"{kit.points(task):g}", "public": f"{_public_points(kit, task):g}"}
        yield {"task": task, "sentence": _sentence(defined[task]), **points}


def _public_points(kit: Kit, task: str) -> float:
    return sum(check.points for check in kit.checks if check.task == task and not check.hidden)


def _sentence(function: Definition) -> str:
    """Return the first paragraph of the docstring on one line, escaped for a table cell."""
    paragraph = (ast.get_docstring(function) or "").split("\n\n")[0]
    return " ".join(paragraph.split()).replace("|", "\\|")


def build(root: Path, kit: Kit, language: str = ENGLISH) -> dict[str, bytes]:
    """Return the files of a kit's handout by path, byte-identical for identical sources; raises KitError.

    Every file that can hold a comment begins with one that names its source.
    """
    checks, sources = f"autograder/kits/{kit.slug}", f"solutions/{kit.slug}"
    answer = f"{sources}/{kit.module}.py"
    if (solved := read_text(root, answer)) is None:
        raise KitError(f"Expected the answers in {answer}, found no such file.")
    stub = make_stub(solved, kit.tasks, answer)
    title, lesson, page_source = kit.title, read_lesson(root, kit.slug), answer
    if language != ENGLISH:
        translated = read_translation(root, kit, stub, lesson, language)
        title, lesson, stub = translated.title, translated.lesson, translated.put_into(stub)
        page_source = f"{answer} and {sources}/{TRANSLATIONS}/{language}/{TABLE}"
    texts = {
        "README.md": _page(readme(kit, stub, title, language), f"{checks}/kit.toml and {page_source}"),
        "conftest.py": _code(CONFTEST, "autograder/handout/build.py"),
        ".pytest.ini": _code(PYTEST_INI, "autograder/handout/build.py"),
        "requirements.txt": _code(requirements(), "pyproject.toml"),
        f"test_{kit.module}.py": _code(kit.files["test_public.py"].decode(), f"{checks}/test_public.py"),
        f"{kit.module}.py": _code(stub, page_source),
    }
    files = {name: _given(name, content, _source(name, sources)) for name, content in kit.given.items()}
    files |= {name: text.encode() for name, text in texts.items()} | {SETTINGS: kit.settings_json}
    files |= public_otter_tests(kit) | dict(_helpers()) | _catalogues(root, kit)
    hints = read_text(root, f"{sources}/hints.toml") or ""
    folder = sources if language == ENGLISH else f"{sources}/{TRANSLATIONS}/{language}"
    notebook_source = answer if lesson is None else f"{folder}/{LESSON_FILE} and {page_source}"
    return files | {
        ".vscode/tasks.json": _vscode_tasks(),
        METADATA: metadata(kit, title, files, hints, language),
        f"{kit.module}.ipynb": notebook(kit, stub, lesson, notebook_source),
    }


def build_all(root: Path, kit: Kit) -> dict[str, bytes]:
    """Return the files of the handouts in all languages, by path below `assignments`; raises KitError."""
    files = {f"{kit.slug}/{name}": content for name, content in build(root, kit).items()}
    for language in languages(root, kit.slug):
        translated = build(root, kit, language)
        files |= {f"{language}/{kit.slug}/{name}": content for name, content in translated.items()}
    return files


def _catalogues(root: Path, kit: Kit) -> dict[str, bytes]:
    """Return the compiled messages in each language, without those of hidden checks."""
    files = {}
    for language in languages(root, kit.slug):
        engine, own = (
            read_catalogue(catalogue_path(folder, language), language)
            for folder in (PACKAGE, root / "solutions" / kit.slug)
        )
        messages = ids(engine) | kit_messages(root, kit, hidden=False)
        files[catalogue_path(Path(SUPPORT), language, ".mo").as_posix()] = compiled(
            language, engine, own, only=messages
        )
    return files


def read_lesson(root: Path, slug: str) -> str | None:
    """Return the text of the kit's `lesson.md`, or None if it has none."""
    return read_text(root, f"solutions/{slug}/{LESSON_FILE}")


def _code(text: str, source: str) -> str:
    return f"# Generated by `kit sync` from {source}.\n{text}"


def _page(text: str, source: str) -> str:
    return f"<!-- Generated by `kit sync` from {source}. -->\n\n{text}"


def _given(name: str, content: bytes, source: str) -> bytes:
    return _code(content.decode(), source).encode() if name.endswith(".py") else content


def _vscode_tasks() -> bytes:
    text = (resources.files("autograder.handout") / "static" / "tasks.json").read_text(encoding="utf-8")
    return f"// Generated by `kit sync` from autograder/handout/static/tasks.json.\n{text}".encode()


def _helpers() -> Iterator[tuple[str, bytes]]:
    """Yield what pytest, the notebook and Otter need, by path in the handout."""
    for source in HELPERS:
        path = resources.files("autograder").joinpath(*source.split("/"))
        text = _code(path.read_text(encoding="utf-8"), f"autograder/{source}")
        yield f"{SUPPORT}/{source.rpartition('/')[2]}", text.encode()


def _source(name: str, sources: str) -> str:
    """Return where a file of support code comes from."""
    return f"autograder/{name}" if name.startswith(f"{SUPPORT}/") else f"{sources}/{name}"
