"""Show the help of the students' commands in their language."""

from __future__ import annotations

import gettext
import os
from pathlib import Path
from typing import Any

from typer.core import TyperCommand

from .. import language as languages
from ..files import METADATA
from ..language import gettext as _
from ..language import gettext_noop

# What Typer writes beside the texts of a command.
WORDS = (
    gettext_noop("Usage: "),
    gettext_noop("Arguments"),
    gettext_noop("Options"),
    gettext_noop("required"),
    gettext_noop("default: {default}"),
    gettext_noop("Show this message and exit."),
)


def choose_language(chosen: str | None) -> None:
    """Use the language that `--language` names, also in the processes that the command starts."""
    if chosen:
        os.environ[languages.VARIABLE] = chosen
    languages.choose(languages.preferred(), languages.HERE)


def choose_help_language() -> None:
    """Use the language of `--language`, of the handout in the working folder or of the system."""
    chosen = languages.preferred(languages.setting(Path(METADATA).parent))
    languages.choose(chosen, languages.HERE)
    # Typer's own words come from the domain that is chosen in the standard library.
    os.environ["LANGUAGE"] = chosen
    gettext.bindtextdomain(languages.DOMAIN, languages.HERE / languages.FOLDER)
    gettext.textdomain(languages.DOMAIN)


def write_usage(command: Any, ctx: Any, formatter: Any) -> None:
    """Write the line with a command's name and arguments."""
    pieces = " ".join(command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, pieces, prefix=_(WORDS[0]))


def translated(text: str | None) -> str:
    """Return the translation of a text that may be missing."""
    return _(text) if text else ""


def translate_parameters(command: Any, ctx: Any) -> None:
    """Translate what the help says about each argument and option."""
    for parameter in command.get_params(ctx):
        for name in ("help", "show_default"):
            if isinstance(text := getattr(parameter, name, None), str):
                setattr(parameter, name, _(text))


class TranslatedCommand(TyperCommand):
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

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the line with the command's name and arguments."""
        write_usage(self, ctx, formatter)
