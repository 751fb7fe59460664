"""Compute a hash of everything that a calibration depends on.

Docstrings, comments, thresholds and the messages of checks do not count.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ...kit import CHECK_FILES, Kit, KitError
from ...source_code import definitions, parse
from ..answers import alternatives, solution
from ..check_code import without_docstrings

SETTINGS = "settings.json"
Function = ast.FunctionDef


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
    modules = support_modules(code, [*imports(calibration), kit.config.train])
    for name, content in sorted(kit.files.items()):
        _, _, file = name.partition("/")
        if name.startswith("given/") and file in modules:
            yield without_comments(content.decode()).encode()
        elif file and not file.endswith(".py") and not name.endswith(SETTINGS):
            yield content
    settings = {name: value for name, value in kit.all_settings.items() if name not in kit.calibrated}
    yield json.dumps(settings, sort_keys=True, default=str).encode()
    for name in CHECK_FILES:
        yield "\n".join(check_code(kit.files[name].decode(), kit.calibrated[setting])).encode()
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
            package, _, module = file.removesuffix(".py").rpartition("/")
            dotted = f"{package}.{module}".lstrip(".")
            function = isinstance(defined[file].get(name), ast.FunctionDef)
            if dotted in (path, owner) or (package == owner and function):
                found.add(file)
                left += [f"{package}{each}" for each in imports(code[file]) if each.startswith(".")]
    return found


def check_code(text: str, check: str) -> list[str]:
    """Return the code of a check, its fixtures and helper functions without comments, in file order."""
    own = {node.name: node for node in parse(text, "<source>").body if isinstance(node, Function)}
    needed, left = set[str](), [check]
    while left:
        if (name := left.pop()) in own and name not in needed:
            needed.add(name)
            left += [argument.arg for argument in own[name].args.args]
            left += [node.id for node in ast.walk(own[name]) if isinstance(node, ast.Name)]
    lines = text.splitlines()
    parts = (own[name] for name in own if name in needed)
    return [without_comments("\n".join(lines[part.lineno - 1 : part.end_lineno])) for part in parts]


def without_comments(text: str) -> str:
    """Return a program without docstrings, comment lines and empty lines."""
    return "\n".join(line for line in without_docstrings(text).split("\n") if line.strip())
