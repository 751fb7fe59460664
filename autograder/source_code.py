"""Read Python source without running it: recognize stubs, remove statements, find what uses what.

This module imports only the standard library and `language`, because the sandbox's program includes it.
"""

from __future__ import annotations

import ast
import keyword
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Self

from .language import gettext as _
from .language import gettext_noop

Function = ast.FunctionDef | ast.AsyncFunctionDef
# What a task may be.
Definition = ast.FunctionDef | ast.ClassDef

# Syntax of newer Python versions: the version that introduced it, a pattern for the message of an older one,
# and a pattern for the failing line.
NEWER_SYNTAX = (
    ((3, 12), re.compile(r"f-string expression part cannot include"), re.compile("")),
    (
        (3, 12),
        re.compile(r"f-string: (?:expecting|unmatched)|after line continuation"),
        re.compile(r"""(?i)(?<![\w'"])(?:f|rf|fr)(['"]).*\{.*\1.*\1"""),
    ),
    (
        (3, 12),
        re.compile(""),
        re.compile(r"^\s*type\s+\w+.*=|^\s*(?:async\s+def|def|class)\s+\w+\["),
    ),
    ((3, 13), re.compile(""), re.compile(r"^\s*(?:type|def|class)\b.*\[\w+\s*=")),
    ((3, 14), re.compile("invalid syntax"), re.compile(r"""(?i)(?<![\w'"])(?:t|rt|tr)['"]""")),
    ((3, 14), re.compile(""), re.compile(r"^\s*except\*?\s+[\w.]+\s*,\s*[\w.]*[A-Z]")),
)
# What people paste or leave in code: a pattern for the failing line, and what to do about it.
PASTED = (
    (
        re.compile(r"(?:<{7}|\|{7}|={7}|>{7})(?:\s|$)"),
        gettext_noop(" The line marks a Git conflict: keep one version, and delete the marks."),
    ),
    (
        re.compile(r"\s*```"),
        gettext_noop(" The line is the frame of a code block in a text: delete it."),
    ),
    (
        re.compile(r"\s*[%!]"),
        gettext_noop(" The line is a command for notebooks: delete it."),
    ),
    (
        re.compile(
            r"\s*(?:\$ |(?:pip3?|conda) (?:un)?install\b|python3? (?:-m|\S+\.py)\b|cd [\w./~]+$"
            r"|git (?:clone|pull|add|commit|push)\b)"
        ),
        gettext_noop(" The line is a command for a terminal: delete it."),
    ),
    (
        re.compile(r"\s*(?:>>>|\.\.\.\s|(?:In|Out) ?\[\d*\]:)"),
        gettext_noop(" The line begins with a prompt: delete the prompt."),
    ),
    (
        re.compile(
            rf"\s*(?!(?:{'|'.join(keyword.kwlist)}|print)\b)[^\W\d]['’\w]*,?(?: ['’\w]+,?){{2,}}[.:!?]?\s*$"
        ),
        gettext_noop(" Is this line text rather than Python? Then begin it with `#`, or delete it."),
    ),
)
MAX_MARKED_LINE = 200
# The patterns above see no more of a line: they take quadratic time.
MAX_SEARCHED = 1_000


class SourceError(ValueError):
    """Raised if Python source cannot be parsed. The message names the file, the line and the problem."""


def parse(text: str, filename: str) -> ast.Module:
    """Return the syntax tree of `text`. Raises SourceError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # warnings, such as for invalid escapes, concern the author only
            return ast.parse(text, filename)
    except SyntaxError as error:
        label = filename
        if error.lineno:
            label = _("{label}, line {number}", label=filename, number=error.lineno)
        raise SourceError(f"{label}: {error.msg}.") from None
    except (ValueError, MemoryError, RecursionError) as error:
        reason = str(error) or _("nested too deep")
        raise SourceError(
            _("{name} cannot be read as Python: {reason}.", name=filename, reason=reason)
        ) from None


def try_parse(text: str) -> ast.Module | None:
    """Return the syntax tree of `text`, or None if it cannot be parsed."""
    try:
        return parse(text, "<source>")
    except SourceError:
        return None


def definitions(tree: ast.Module) -> dict[str, Definition]:
    """Return the classes and functions at module level by name. Of two with one name, return the last."""
    return {node.name: node for node in tree.body if isinstance(node, Definition)}


def syntax_advice(error: SyntaxError) -> str:
    """Return a sentence with a leading space about a common cause of a syntax error, or ""."""
    line = _text(error.text)
    pasted = (_(advice) for pattern, advice in PASTED if pattern.match(line))
    return newer_python(error) or next(pasted, "")


def newer_python(error: SyntaxError) -> str:
    """Return a sentence with a leading space if a newer Python version may parse the line, else ""."""
    said, text = _text(error.msg), _text(error.text)
    for version, message, line in NEWER_SYNTAX:
        if sys.version_info < version and message.search(said) and line.search(text):
            here, newer = (f"{major}.{minor}" for major, minor in (sys.version_info[:2], version))
            return _(
                " Python {newer} and newer may read this line; the grader has Python {here}.",
                newer=newer,
                here=here,
            )
    return ""


def _text(part: object) -> str:
    """Return the beginning of a text of an exception, or "". Code can raise a SyntaxError without texts."""
    return part[:MAX_SEARCHED] if isinstance(part, str) else ""


def marked_line(error: SyntaxError) -> str:
    """Return the line of a syntax error and below it a caret, or "" if it has none or a very long one."""
    line = (error.text or "").rstrip("\r\n").expandtabs(1)
    text = line.lstrip()
    if not text or len(text) > MAX_MARKED_LINE:
        return ""
    return f"{text}\n{' ' * max((error.offset or 1) - 1 - (len(line) - len(text)), 0)}^"


def is_stub(node: Function | ast.ClassDef) -> bool:
    """Return whether a function only raises NotImplementedError, or a class has a method that still does.

    A method may call the method of its base class first.
    """
    if isinstance(node, ast.ClassDef):
        methods = (part for part in node.body if isinstance(part, Function))
        return any(raises_not_implemented(statement) for method in methods for statement in method.body)
    rest = [part for part in node.body if not does_nothing(part) and not _calls_base(part)]
    return bool(rest) and all(raises_not_implemented(statement) for statement in rest)


def _calls_base(statement: ast.stmt) -> bool:
    """Return whether a statement is a call such as `super().__init__()`."""
    return isinstance(statement, ast.Expr) and ast.unparse(statement).startswith("super().")


def does_nothing(statement: ast.stmt) -> bool:
    """Return whether a statement is `pass`, a bare `return`, or a constant such as `...` or a docstring."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Pass) or (isinstance(statement, ast.Return) and statement.value is None)


def is_docstring(node: ast.AST) -> bool:
    """Return whether a statement is a text, as a docstring is."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def raises_not_implemented(statement: ast.stmt) -> bool:
    """Return whether a statement is `raise NotImplementedError`, with or without a message."""
    if not isinstance(statement, ast.Raise):
        return False
    error = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
    return isinstance(error, ast.Name) and error.id == "NotImplementedError"


def misplaced_functions(tree: ast.Module) -> dict[str, str]:
    """Return the functions that importing the code does not define, each with the function around it.

    The latter is "" for a function under `if __name__ == "__main__":`. Methods are not included.
    """
    found: dict[str, str] = {}
    pending: list[tuple[ast.AST, str | None]] = [(node, None) for node in tree.body]
    while pending:
        node, around = pending.pop()
        if isinstance(node, Function):
            if around is not None:
                found[node.name] = around
            around = node.name
        elif _is_main_guard(node):
            around = around or ""
        elif isinstance(node, ast.ClassDef):
            continue
        pending += [(child, around) for child in ast.iter_child_nodes(node)]
    return found


def _is_main_guard(node: ast.AST) -> bool:
    """Return whether a statement is `if __name__ == "__main__":`, whose block an import skips."""
    match node:
        case ast.If(
            test=ast.Compare(ast.Name("__name__"), [ast.Eq()], [ast.Constant("__main__")])
            | ast.Compare(ast.Constant("__main__"), [ast.Eq()], [ast.Name("__name__")])
        ):
            return True
    return False


def first_line(node: ast.stmt) -> int:
    """Return the first line of a statement including its decorators, as in `co_firstlineno`."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def drop(text: str, statements: Iterable[ast.stmt]) -> str:
    """Return `text` without these top-level statements. Other statements keep their line and column.

    Each removed statement becomes the expression `0`, so that other statements on the same line still parse.
    """
    # Column offsets count UTF-8 bytes. Python ends lines only at \n, \r and \r\n.
    lines = [line.encode() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    for node in statements:
        start, end = first_line(node) - 1, (node.end_lineno or node.lineno) - 1
        # The @ of a decorator is not part of its expression, so remove the whole line.
        column = node.col_offset if start == node.lineno - 1 else 0
        for number in range(start, end + 1):
            line = lines[number]
            begin = column if number == start else 0
            stop = (node.end_col_offset or len(line)) if number == end else len(line)
            dropped = b" " * (stop - begin) if number < end else b"0".ljust(stop - begin)
            lines[number] = line[:begin] + dropped + line[stop:]
    return b"\n".join(lines).decode()


class CallGraph:
    """The functions and classes of a module, and which of them use which.

    A function uses another if it mentions its name. Of several definitions of a name, the last one counts.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.functions: dict[str, Definition] = definitions(tree)
        self._mentioned = {name: _mentioned(node) for name, node in self.functions.items()}
        # Code that runs while the module loads may use the functions that it names in any way.
        self._while_loading = frozenset[str]().union(*map(_mentioned, _run_while_loading(tree)))

    @classmethod
    def joined(cls, graphs: Iterable[CallGraph]) -> Self:
        """Return the graph of modules whose texts are joined in this order."""
        joined = cls(ast.Module([], []))
        for graph in graphs:
            joined.functions |= graph.functions
            joined._mentioned |= graph._mentioned
            joined._while_loading |= graph._while_loading
        return joined

    @cached_property
    def loading(self) -> frozenset[str]:
        """The functions that run, or may run, while the module loads."""
        return self.needed_by(self._while_loading)

    def needed_by(self, names: Iterable[str]) -> frozenset[str]:
        """Return these functions and all functions that they use, directly or indirectly."""
        found, left = set[str](), set(names) & self.functions.keys()
        while left:
            found |= left
            left = {name for each in left for name in self._mentioned[each] & self.functions.keys()} - found
        return frozenset(found)

    def reached_from(self, name: str) -> frozenset[str]:
        """Return all functions that a change to `name` can affect, including itself."""
        if name in self.loading:
            return frozenset(self.functions)
        return frozenset(other for other in self.functions if name in self.needed_by([other]))


def _mentioned(node: ast.AST) -> frozenset[str]:
    """Return the names that code mentions, also in strings: `globals()["freeze"]` uses `freeze`."""
    return frozenset(filter(None, map(_name, ast.walk(node))))


def _name(node: ast.AST) -> str | None:
    """Return the name or the string that a single node mentions, or None."""
    match node:
        case (
            ast.Name(id=name)
            | ast.Attribute(attr=name)
            | ast.alias(name=name)
            | ast.Constant(value=str(name))
        ):
            return name
    return None


def _run_while_loading(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the code outside functions, and the decorators and defaults of functions.

    A coroutine counts as a whole, because the graph has no node for it.
    """
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from (*node.decorator_list, *node.bases, *node.keywords)
            yield from _run_while_loading(ast.Module(node.body, []))
        elif isinstance(node, ast.FunctionDef):
            yield from (*node.decorator_list, node.args)
        else:
            yield node
