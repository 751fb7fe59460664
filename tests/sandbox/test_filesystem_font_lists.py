"""Matplotlib makes its list of fonts in the first sandbox of a machine, and reads it in the next ones."""

from __future__ import annotations

import pytest

from autograder.models import Source
from autograder.sandbox import filesystem as fonts
from autograder.sandbox.guest.startup import FONT_LISTS, MAX_FONT_LIST
from autograder.sandbox.policy import Isolation
from autograder.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.needs("bubblewrap")
LOOKS = Source(
    "transfer.py",
    (
        "import os\nfrom matplotlib.font_manager import fontManager\n"
        "print(len(fontManager.ttflist), fontManager.defaultFamily['afm'], os.listdir())\n",
    ),
    False,
)


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def looked(level) -> str:
    with Sandbox({}, "transfer", ["matplotlib.font_manager"], isolation=level) as sandbox:
        assert sandbox.load(LOOKS).ok
        return sandbox.output().strip()


def test_the_second_sandbox_reads_the_list_of_the_first(level, tmp_path):
    """The folder has nothing but the submission, in both of them.

    Kept is only what bubblewrap's folder had: elsewhere a survivor could have written it for the next ones.
    """
    said = looked(level)
    assert int(said.split()[0]) > 10
    assert said.endswith(" Helvetica ['transfer.py']")
    kept = list(tmp_path.rglob(FONT_LISTS))
    assert len(kept) == (level is Isolation.BUBBLEWRAP)
    for path in kept:
        path.write_text(path.read_text().replace('"Helvetica"', '"Mark"'))
    assert looked(level) == (said.replace("Helvetica", "Mark") if kept else said)


def test_what_cannot_be_read_is_made_anew(level, tmp_path):
    said = looked(level)
    for path in tmp_path.rglob(FONT_LISTS):
        made = path.read_text()
        path.write_text("no list")
        assert looked(level) == said
        assert path.read_text() == made


def test_what_takes_too_much_of_a_message_stays():
    fonts.cache_font_lists({"fontlist-v1.json": "-"})
    assert fonts.cached_font_lists() == {"fontlist-v1.json": "-"}
    fonts.cache_font_lists({"fontlist-v1.json": "-" * MAX_FONT_LIST})
    assert fonts.cached_font_lists() == {}


def test_where_nothing_can_be_kept_every_sandbox_makes_its_own(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    fonts.cache_font_lists({"fontlist-v1.json": "{}"})
    assert fonts.cached_font_lists() == {}
