"""Provide what commands share: find a kit, print, exit with a message and a status, translate the help."""

from __future__ import annotations

import codecs
import gettext
import io
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer
from rich.console import Console
from typer.core import TyperCommand

from .. import language as engine_language
from ..files import METADATA
from ..kit import Kit, KitError, find_root, languages, slugs
from ..language import gettext as _
from ..language import gettext_noop
from ..source_code import SourceError
from ..text import clean

DID_NOT_HOLD = 1
USED_WRONGLY = 2
INTERRUPTED = 130  # the conventional exit status after Ctrl-C

# What replaces our own symbols where an encoding lacks them, each in one column. Other characters become `?`.
SUBSTITUTES = dict(zip("✓✗·…–×→↑↓█▪‘’“”", "+x..-x>^v##''\"\"", strict=True))

# Errors of an author in one kit; they do not affect other kits.
AUTHOR_ERRORS = (KitError, SourceError)

STUDENTS, ASSISTANTS, INSTRUCTORS = gettext_noop("For students"), "For teaching assistants", "For instructors"

Isolations = Annotated[
    Literal["bubblewrap", "user", "process"],
    typer.Option(
        help="How submissions are isolated, the strongest level first. `bubblewrap` uses the newer of the "
        "system's bwrap and the bundled one."
    ),
]
Root = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER", help="The course's repository.", show_default="the one around this folder"
    ),
]
# What Typer writes beside the texts of a command.
WORDS = (
    gettext_noop("Usage: "),
    gettext_noop("Arguments"),
    gettext_noop("Options"),
    gettext_noop("required"),
    gettext_noop("default: {default}"),
    gettext_noop("Show this message and exit."),
)


def make_console(width: int | None = None, stderr: bool = False) -> Console:
    """Return a console that does not interpret text as markup."""
    return Console(highlight=False, markup=False, emoji=False, width=width, stderr=stderr)


def replace_unencodable() -> None:
    """Write characters that the output's encoding lacks in another way, instead of raising an error."""
    codecs.register_error("kit-symbols", _substitute)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="kit-symbols")


def _substitute(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    found = error.object[error.start : error.end]
    return "".join(SUBSTITUTES.get(char, "?") for char in found), error.end


def fail(message: str, status: int) -> NoReturn:
    """Print `message` to stderr, safe for a terminal, and exit."""
    warn(message)
    raise typer.Exit(status)


def warn(message: str) -> None:
    """Print `message` to stderr, safe for a terminal."""
    typer.echo(clean(message), err=True)


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


CORES = cores()


def find_kit(kit: str, root: Path | None) -> Kit:
    """Return the kit called `kit` in `root`, or else in the surrounding repository.

    Raises KitError. Exits if there is no repository.
    """
    folder = Path(kit)
    if (folder / "kit.toml").is_file() or (os.sep in kit and folder.is_dir()):
        return Kit.load(root or find_root(folder), folder.resolve().name)
    if os.sep in kit:
        raise KitError(f"Expected a kit's name or folder, found no folder {kit!r}.")
    root = find_repository(root)
    if kit not in (known := slugs(root)):
        raise KitError(f"No kit is called {kit!r} in {root}; {near(kit, known)}")
    return Kit.load(root, kit)


def find_repository(root: Path | None) -> Path:
    """Return the repository given with --root, or the surrounding one; exit if there is none."""
    try:
        return find_root(root or Path.cwd())
    except KitError as error:
        fail(f"{error} Go to the course's repository, or name it with --root.", USED_WRONGLY)


def near(name: str, known: Sequence[str]) -> str:
    """Return the end of a sentence that suggests similar names, or else lists all known names."""
    if matches := get_close_matches(name, known, n=3, cutoff=0.5):
        return _("did you mean {names}?", names=_(" or ").join(map(repr, matches)))
    return _("there are: {names}.", names=", ".join(known)) if known else _("there is none.")


def untranslated(root: Path) -> list[str]:
    """Return a sentence for each kit that lacks a language of another kit or has an invalid one."""
    notes, spoken = [], {}
    for slug in slugs(root):
        try:
            spoken[slug] = languages(root, slug)
        except KitError as error:
            notes.append(str(error))
    course = sorted({language for each in spoken.values() for language in each})
    return notes + [
        f"{slug} has no handout in {', '.join(lacking)}, as other kits have."
        for slug, each in spoken.items()
        if (lacking := [language for language in course if language not in each])
    ]


def choose_language(chosen: str | None) -> None:
    """Use the language that `--language` names, also in the processes that the command starts."""
    if chosen:
        os.environ[engine_language.VARIABLE] = chosen
    engine_language.choose(engine_language.preferred(), engine_language.HERE)


def choose_help_language() -> None:
    """Use the language of `--language`, of the handout in the working folder or of the system."""
    chosen = engine_language.preferred(engine_language.setting(Path(METADATA).parent))
    engine_language.choose(chosen, engine_language.HERE)
    # Typer's own words come from the domain that is chosen in the standard library.
    os.environ["LANGUAGE"] = chosen
    gettext.bindtextdomain(engine_language.DOMAIN, engine_language.HERE / engine_language.FOLDER)
    gettext.textdomain(engine_language.DOMAIN)


def translated(text: str | None) -> str:
    """Return the translation of a text that may be missing."""
    return _(text) if text else ""


def translate_parameters(command: Any, ctx: Any) -> None:
    """Translate what the help says about each argument and option."""
    for parameter in command.get_params(ctx):
        for name in ("help", "show_default"):
            if isinstance(text := getattr(parameter, name, None), str):
                setattr(parameter, name, _(text))


class TranslatedUsage:
    """The usage line of a command or a group, in the chosen language."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the line with the name and arguments."""
        pieces = " ".join(ctx.command.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=_(WORDS[0]))


class TranslatedCommand(TranslatedUsage, TyperCommand):
    """A command whose help is in the catalogues."""

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the first paragraph: Chinese has no spaces at which Typer could shorten it."""
        return translated(self.help).partition("\n")[0]

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help in the chosen language."""
        choose_help_language()
        self.help = translated(self.help)
        translate_parameters(self, ctx)
        super().format_help(ctx, formatter)
