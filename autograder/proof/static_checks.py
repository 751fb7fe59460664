"""Find mistakes in a kit's files without running them, and leftovers that an author may have forgotten.

Each finding is one sentence with file and line. Leftovers are inputs that nothing loads, tasks with equal
docstrings, and places to fill in.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

from ..handout.lesson_text import LESSON_FILE
from ..kit import CHECK_FILES, CONFIG_FILE, SETTINGS, Kit, KitError, read_text
from ..kit_config import SUPPORT
from ..source_code import Function, SourceError, definitions, parse, try_parse
from ..validation import place
from .answers import alternatives, mistakes, solution
from .verdict import read_equivalents

# The libraries, and by their names in these the functions that create tensors, layers or models.
LIBRARIES = frozenset({"keras", "tensorflow"})
CREATING = frozenset(
    {
        *("layers", "models", "Sequential", "Model", "Input", "applications", "Variable", "ops", "data"),
        *("constant", "convert_to_tensor", "zeros", "ones", "range", "eye", "cast", "linalg", "math", "nn"),
        *("random.normal", "random.uniform", "random.Generator", "utils.to_categorical"),
    }
)
# Marks what a skeleton leaves to its author.
FILL_IN = "FILL IN"


def refuse_mistakes(root: Path, kit: Kit) -> None:
    """Raise a KitError with one sentence per mistake."""
    if found := list(dict.fromkeys(find_mistakes(root, kit))):
        raise KitError("\n".join(found))


def find_mistakes(root: Path, kit: Kit) -> Iterator[str]:
    """Yield the mistakes in the code of a kit and in its known answers."""
    for read in (solution, alternatives, mistakes, read_equivalents):
        try:
            read(root, kit)
        except (KitError, SourceError) as error:
            yield str(error)
    modules: list[Module] = []
    for path, text in read_sources(root, kit):
        try:
            modules.append(Module(path, parse(text, path)))
        except SourceError as error:
            yield str(error)
    for module in modules:
        yield from module.defined_twice()
        if not module.path.endswith(f"/{kit.module}.py"):
            yield from module.tensors_at_import()
        if Path(module.path).name in CHECK_FILES:
            yield from _undeclared_settings(kit, module)
            yield from _missing_library(kit, module)
    yield from _answers_named_alike(root, kit)
    yield from _missing_functions(kit, {Path(module.path).stem: module for module in modules})


def read_sources(root: Path, kit: Kit) -> Iterator[tuple[str, str]]:
    """Yield the path in the repository and the text of a kit's modules, without alternatives and mistakes."""
    for name, content in kit.files.items():
        if name.endswith(".py"):
            yield kit.path(name), content.decode(errors="replace")
    for path in (f"solutions/{kit.slug}/{kit.module}.py", f"autograder/kits/{kit.slug}/calibration.py"):
        if (root / path).is_file():
            yield path, (root / path).read_text(encoding="utf-8", errors="replace")


@dataclass(frozen=True)
class Module:
    """A module of a kit, parsed."""

    path: str
    tree: ast.Module

    @cached_property
    def libraries(self) -> Mapping[str, str]:
        """The names by which the module knows Keras and TensorFlow, with the dotted name of each."""
        known: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    if top in LIBRARIES:
                        known[alias.asname or top] = alias.name if alias.asname else top
            elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in LIBRARIES:
                known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        return known

    def defined_twice(self) -> Iterator[str]:
        """Yield functions that a later one of the same name replaces."""
        lines: dict[str, int] = {}
        for node in self.tree.body:
            if isinstance(node, Function | ast.ClassDef):
                if node.name in lines:
                    yield (
                        f"{self.path}, line {node.lineno}: expected {node.name} once, found it in line "
                        f"{lines[node.name]} too: remove or rename one."
                    )
                lines[node.name] = node.lineno

    def tensors_at_import(self) -> Iterator[str]:
        """Yield calls that create tensors, layers or models while the module is imported."""
        for node in _run_at_import(self.tree.body):
            if isinstance(node, ast.Call) and self._creates(node.func):
                yield (
                    f"{self.path}, line {node.lineno}: expected no tensor, layer or model at import, found "
                    f"{ast.unparse(node)[:60]}: create it in a function, because the process forks later."
                )

    def _creates(self, function: ast.expr) -> bool:
        first, _, rest = ast.unparse(function).partition(".")
        if first not in self.libraries:
            return False
        path = (
            f"{self.libraries[first]}.{rest}".rstrip(".").removeprefix("tensorflow.").removeprefix("keras.")
        )
        return any(path == name or path.startswith(f"{name}.") for name in CREATING)


def _run_at_import(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield all nodes except those in bodies of functions."""
    for node in body:
        if isinstance(node, Function):
            yield from _run_at_import([*node.decorator_list, node.args])
        elif not isinstance(node, ast.Lambda):
            yield node
            yield from _run_at_import(ast.iter_child_nodes(node))


def _answers_named_alike(root: Path, kit: Kit) -> Iterator[str]:
    """Yield known answers that share a name. A proof identifies answers by name."""
    places = {"solution": "the kit's own answer", "stub": "the stub"}
    for name in ("alternatives.py", "mistakes.py"):
        path = f"solutions/{kit.slug}/{name}"
        tree = try_parse(read_text(root, path) or "")
        for node in tree.body if tree else ():
            if isinstance(node, ast.ClassDef):
                if node.name in places:
                    yield (
                        f"{path}, line {node.lineno}: expected a name of its own for each known answer, "
                        f"found {node.name}, which is {places[node.name]}: rename one."
                    )
                places[node.name] = f"in {name}, line {node.lineno}"


def _undeclared_settings(kit: Kit, module: Module) -> Iterator[str]:
    """Yield uses of settings that kit.toml does not declare, or declares for hidden checks only."""
    hidden = module.path.endswith(CHECK_FILES[1])
    declared = kit.all_settings if hidden else kit.settings
    for node in ast.walk(module.tree):
        match node:
            case ast.Subscript(
                value=ast.Name(id="settings") | ast.Attribute(value=ast.Name(id="call"), attr="settings"),
                slice=ast.Constant(value=str(name)),
            ) if name not in declared:
                where = "[settings] or [settings_hidden]" if hidden else "[settings]"
                yield (
                    f"{module.path}, line {node.lineno}: expected a setting of kit.toml, found {name!r}: "
                    f"declare it in {where}."
                )


def _missing_library(kit: Kit, module: Module) -> Iterator[str]:
    """Yield uses of the support library in a kit that does not preload it."""
    if SUPPORT in kit.config.preload:
        return
    defined = set(_defined(module.tree.body))
    for node in module.tree.body:
        match node:
            case ast.ImportFrom(module=str(name)) if name.partition(".")[0] == SUPPORT:
                used = ast.unparse(node)
            case ast.FunctionDef(args=arguments) if "call" not in defined and _takes(arguments, "call"):
                used = "the fixture `call`"
            case _:
                continue
        yield (
            f"{module.path}, line {node.lineno}: expected {SUPPORT!r} in `preload` of kit.toml, which the "
            f"library needs, found {used}."
        )


def _takes(arguments: ast.arguments, name: str) -> bool:
    return any(argument.arg == name for argument in arguments.args)


def _missing_functions(kit: Kit, modules: Mapping[str, Module]) -> Iterator[str]:
    """Yield functions and modules that kit.toml names and support code does not have."""
    where, text = f"autograder/kits/{kit.slug}/{CONFIG_FILE}", kit.files[CONFIG_FILE].decode()
    given = {Path(name).stem for name in kit.config.given}
    named = [(key, getattr(kit.config, key) or "") for key in ("prepare", "train", "picture")]
    for key, path in [*named, *(("remote", path) for path in kit.config.remote)]:
        owner, _, name = path.rpartition(".")
        if owner in given and owner in modules and name not in set(_defined(modules[owner].tree.body)):
            yield f"{place(where, text, key)}: `{key}`: expected a function of {owner}.py, found {name!r}."


def _defined(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names that these nodes define or import outside functions and classes."""
    for node in nodes:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name
            case _:
                yield from _defined(ast.iter_child_nodes(node))


def find_leftovers(root: Path, kit: Kit) -> Iterator[str]:
    """Yield one sentence, with its place, for each leftover in a kit that can be read."""
    lesson = f"solutions/{kit.slug}/{LESSON_FILE}"
    sources = {**dict(read_sources(root, kit)), lesson: read_text(root, lesson) or ""}
    yield from _unused_inputs(kit, sources)
    yield from _repeated_tasks(kit, sources)
    yield from _left_to_fill_in(sources)


def _unused_inputs(kit: Kit, sources: Mapping[str, str]) -> Iterator[str]:
    """Yield inputs whose name is in no string of the code, in no other input and not in the lesson text."""
    inputs = {
        Path(kit.path(name)): content
        for name, content in kit.files.items()
        if name.startswith(("given/inputs/", "hidden/")) and name != f"given/{SETTINGS}"
    }
    trees = [tree for path, text in sources.items() if path.endswith(".py") and (tree := try_parse(text))]
    patterns = {pattern for tree in trees for pattern in _file_patterns(tree)}
    texts = [text for path, text in sources.items() if path.endswith(LESSON_FILE)]
    texts += [content.decode(errors="replace") for path, content in inputs.items() if path.suffix == ".json"]
    for path in inputs:
        named = any(fnmatchcase(name, pattern) for name in (path.name, path.stem) for pattern in patterns)
        if not named and not any(re.search(rf"\b{re.escape(path.stem)}\b", text) for text in texts):
            yield f"{path}: expected code that loads this input, found none: is it left over, or misspelt?"


def _file_patterns(tree: ast.Module) -> Iterator[str]:
    """Yield the names of files that strings may stand for; `*` is in place of a computed part.

    A name that is computed but for its suffix could be any name, so it does not count.
    """
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)):
                yield text.rpartition("/")[2]
            case ast.JoinedStr(values=parts):
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in parts)
                name = text.rpartition("/")[2]
                if Path(name).stem.strip("*."):
                    yield name


def _repeated_tasks(kit: Kit, sources: Mapping[str, str]) -> Iterator[str]:
    """Yield tasks with the docstring of an earlier one."""
    path = f"solutions/{kit.slug}/{kit.module}.py"
    tasks, owners = definitions(parse(sources[path], path)), dict[str, str]()
    for task in kit.tasks:
        node = tasks[task]
        if (owner := owners.setdefault(ast.get_docstring(node) or "", task)) != task:
            yield f"{path}, line {node.lineno}: {task} has the docstring of {owner}: are they one task?"


def _left_to_fill_in(sources: Mapping[str, str]) -> Iterator[str]:
    """Yield the first place that a skeleton leaves to its author."""
    left = [
        f"{path}, line {number}"
        for path, text in sorted(sources.items())
        for number, line in enumerate(text.split("\n"), 1)
        if FILL_IN in line
    ]
    if left:
        others = f", and in {len(left) - 1} other lines" if left[1:] else ""
        yield f"{left[0]}{others}: {FILL_IN} is left, which students read in the files that they receive."
