"""What tests need from the system is found, named, and a failure on CI."""

from __future__ import annotations

from pathlib import Path

import pytest
from system_needs import NEEDS, Need, asked_for, install

pytest_plugins = ["pytester"]

# The marks of this file's examples are put together, or the search for marks would find them here.
MARK = "@pytest.mark.needs({!r})"


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project under this conftest, with one test that needs what no system has."""
    unicorn = Need("unicorn-bin", lambda: False, "look in the forest.")
    monkeypatch.setitem(NEEDS, "unicorn", unicorn)
    pytester.makeconftest((Path(__file__).parent / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile(test_marked=f"import pytest\n\n{MARK.format('unicorn')}\ndef test_rides():\n    pass")
    return pytester


def test_what_is_missing_skips_by_name_and_says_how_to_get_it(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    result = project.runpytest_inprocess("-rs", "-p", "no:cacheprovider")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(
        ["missing: unicorn*", "*unicorn is missing*apt-get install unicorn-bin*forest*"]
    )


def test_on_ci_the_same_is_a_failure(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    result = project.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(errors=1)


def test_a_need_that_nobody_described_is_an_error(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(NEEDS, "unicorn")
    result = project.runpytest_inprocess("-p", "no:cacheprovider")
    assert result.ret != 0
    result.stderr.fnmatch_lines(["*unicorn*system_needs.py*"])


def test_only_what_some_test_asks_for_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "test_one.py").write_text(MARK.format("chromium"))
    (tmp_path / "helper.py").write_text(MARK.format("bubblewrap"))
    assert asked_for(tmp_path) == {"chromium"}


def test_without_apt_get_the_user_reads_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    install(["unicorn-bin"])
    assert "apt-get install unicorn-bin" in capsys.readouterr().out
