"""Translate what students read, with gettext.

Messages are English until `choose` finds a catalogue, `translations/<language>/LC_MESSAGES/kit.mo`, in the
package or in a handout. Grading never chooses one, so reports do not depend on a language. This module
imports only the standard library, because every handout includes a copy of it.
"""

from __future__ import annotations

import json
import os
import re
from gettext import NullTranslations, translation
from pathlib import Path

DOMAIN = "kit"
ENGLISH = "en"
FOLDER = "translations"
# The language that the option `--language` chooses, here and in the processes that a command starts.
VARIABLE = "KIT_LANGUAGE"
# The system's language: the first of these that is set, as gettext reads them.
SYSTEM = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
HERE = Path(__file__).resolve().parent


def gettext_noop(message: str) -> str:
    """Mark a message for the catalogue; `gettext` translates it where it is shown."""
    return message


# The message of a failed check: what was expected, what was received, and a hint.
FAILURE = gettext_noop("Expected {expected}, received {received}. {hint}")
FAILURE_PARTS = re.compile(
    r"Expected (?P<expected>.+?),? received (?P<received>(?:\w*(?:Error|Exception): )?.+?)"
    # A colon begins the hint if no sentence of its own follows: "…, trainable: 2. Which layers are?" has one.
    r"(?:(?:\.|:(?![^\n]*\. )) (?P<hint>.+)|\.)?",
    re.DOTALL,
)


def with_hint(text: str, hint: str) -> str:
    """Return the message of a failed check with another hint in the place of its own."""
    found = FAILURE_PARTS.fullmatch(text)
    start = found.start("hint") if found and found["hint"] else len(text)
    return f"{text[:start].rstrip()} {hint}"


class Messages:
    """The messages in one language."""

    def __init__(self) -> None:
        self._translations = NullTranslations()

    def choose(self, language: str, *folders: Path) -> None:
        """Use the catalogues of `language` in `folders`, or English if there is none."""
        self._translations = NullTranslations()
        for folder in folders:
            wanted = [language] if language else []
            self._translations.add_fallback(translation(DOMAIN, folder / FOLDER, wanted, fallback=True))

    def gettext(self, message: str, /, **values: object) -> str:
        """Return the translation of a message, or the message itself, with `values` in its placeholders."""
        # The empty message is the header of a catalogue.
        text = self._translations.gettext(message) if message else ""
        return text.format(**values) if values else text

    def ngettext(self, singular: str, plural: str, count: int, /, **values: object) -> str:
        """Return the translation of a message in the form for `count` things."""
        return self._translations.ngettext(singular, plural, count).format(**values)

    def failure(self, text: str) -> str:
        """Return the translation of a failed check's message, as a whole or part by part."""
        whole, found = self.gettext(text), FAILURE_PARTS.fullmatch(text)
        if whole != text or not found or self.gettext(FAILURE) == FAILURE:
            return whole
        # Remarks may follow the hint, a line each.
        parts = {
            name: "\n".join(map(self.gettext, part.split("\n"))) for name, part in found.groupdict("").items()
        }
        return self.gettext(FAILURE, **parts).rstrip()


def preferred(setting: str | None = None) -> str:
    """Return the language to use: that of `--language`, else the handout's `setting`, else the system's."""
    system = (os.environ[name].partition(":")[0] for name in SYSTEM if os.environ.get(name))
    return os.environ.get(VARIABLE) or setting or next(system, "")


def setting(folder: Path) -> str | None:
    """Return the language that the handout in `folder` declares, if any."""
    try:
        found = json.loads((folder / "kit.json").read_text(encoding="utf-8"))["language"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, str) else None


MESSAGES = Messages()
choose, gettext, ngettext = MESSAGES.choose, MESSAGES.gettext, MESSAGES.ngettext

# The copy in a handout.
if (HERE / "kit.json").is_file():
    choose(preferred(setting(HERE)), HERE)
