"""Compute a hash of everything that a calibration depends on.

Docstrings, comments, thresholds, the messages of checks, and functions that no training uses do not count.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ...kit import CHECK_FILES, Kit, KitError
from ...source_code import Definition, definitions, parse
from ..answers import alternatives, solution

SETTINGS = "settings.json"
IMPORTS = (ast.Import, ast.ImportFrom)
DOCUMENTED = (ast.FunctionDef, ast.ClassDef, ast.Module)


def calibration_fingerprint(root: Path, kit: Kit, setting: str) -> str:
    """Return the SHA-256 of what decides the accuracies of right answers for a threshold; raises KitError."""
    digest = hashlib.sha256()
    for part in _parts(root, kit, setting):
        digest.update(f"{len(part)}\0".encode() + part)
    return digest.hexdigest()


def _parts(root: Path, kit: Kit, setting: str) -> Iterator[bytes]:
    path = calibration_path(root, kit)
    if not path.is_file() or kit.config.train is None:
        raise KitError(
            f"{kit.slug}: [calibrated] in kit.toml needs `train`, the training that is graded, and "
            f"{path.name} beside it, which draws the weights to start from."
        )
    calibration = path.read_text(encoding="utf-8")
    yield without_comments(calibration).encode()
    code = {name: content.decode() for name, content in kit.given.items() if name.endswith(".py")}
    for part in support_code(code, [*imports(calibration), kit.config.train]):
        yield part.encode()
    for name, content in sorted(kit.files.items()):
        if "/" in name and not name.endswith((".py", SETTINGS)):
            yield content
    settings = {name: value for name, value in kit.all_settings.items() if name not in kit.calibrated}
    yield json.dumps(settings, sort_keys=True, default=str).encode()
    for name in CHECK_FILES:
        yield "\n".join(used_code([kit.files[name].decode()], [kit.calibrated[setting]])).encode()
    for answer in (solution(root, kit), *alternatives(root, kit)):
        yield without_comments(answer.text).encode()


def calibration_path(root: Path, kit: Kit) -> Path:
    """Return the path of the module that defines the initial weights of networks."""
    return root / "autograder" / "kits" / kit.slug / "calibration.py"


def imports(text: str) -> Iterator[str]:
    """Yield what a program imports: `module`, or `module.name` for a name from a module.

    Modules of the same package begin with a dot.
    """
    for node in ast.walk(parse(text, "<source>")):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def support_modules(code: Mapping[str, str], names: Iterable[str]) -> set[str]:
    """Return the files of support code that decide what `names` are, such as `lesson` or `support.fit`.

    For a name from a package these are the module that defines it, and the modules that this one imports.
    """
    defined = {file: definitions(parse(text, file)) for file, text in code.items()}
    found, left = set[str](), list(names)
    while left:
        path = left.pop()
        owner, _, name = path.rpartition(".")
        for file in {*code} - found:
            dotted = module_name(file)
            package = dotted.rpartition(".")[0]
            function = isinstance(defined[file].get(name), ast.FunctionDef)
            if dotted in (path, owner) or (package == owner and function):
                found.add(file)
                left += [f"{package}{each}" for each in imports(code[file]) if each.startswith(".")]
    return found


def support_code(code: Mapping[str, str], names: Iterable[str]) -> Iterator[str]:
    """Yield the parts of support code that decide what `names` are, without comments.

    Of each module these are its statements, and the functions and classes that are used.
    """
    names = list(names)
    files = sorted(support_modules(code, names))
    used = {name.rpartition(".")[2] for name in names}
    for file in files:
        tree = parse(code[file], file)
        if module_name(file) in names:
            used |= definitions(tree).keys()
        rest = [node for node in tree.body if not (_defined(node) or isinstance(node, IMPORTS))]
        yield from filter(None, (without_comments(ast.unparse(node)) for node in rest))
    yield from used_code([code[file] for file in files], used)


def used_code(texts: Sequence[str], names: Iterable[str]) -> list[str]:
    """Return the code that defines these names and all that they use, without comments, in file order.

    A function uses what its code and its arguments name: fixtures are arguments.
    """
    own = [
        (node, text.splitlines()[node.lineno - 1 : node.end_lineno])
        for text in texts
        for node in parse(text, "<source>").body
        if _defined(node)
    ]
    needed, left = set[str](), {*names}
    while left:
        needed |= left
        left = {name for node, _ in own if _defined(node) & left for name in _named(node)} - needed
    return [without_comments("\n".join(lines)) for node, lines in own if _defined(node) & needed]


def _defined(node: ast.stmt) -> set[str]:
    """Return the names that a function, a class or an assignment at module level defines."""
    match node:
        case ast.Assign(targets=targets):
            return {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
    return {node.name} if isinstance(node, Definition) else set()


def module_name(file: str) -> str:
    """Return the dotted name of a module, such as `support.running`."""
    return file.removesuffix(".py").replace("/", ".")


def _named(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        match part:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name


def without_comments(text: str) -> str:
    """Return a program without docstrings, comment lines and empty lines."""
    lines = text.splitlines()
    for node in ast.walk(parse(text, "<source>")):
        if (
            isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module)
            and ast.get_docstring(node) is not None
        ):
            first, last = node.body[0].lineno, node.body[0].end_lineno
            lines[first - 1 : last] = [""] * ((last or first) - first + 1)
    return "\n".join(line for line in lines if line.strip() and not line.lstrip().startswith("#"))
