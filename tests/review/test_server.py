"""The server answers its own pages alone, and says what is wrong."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from autograder.review.queue import Kind
from autograder.review.server import HOST


@pytest.fixture
def served(serve: Callable, small_class: Path):
    return serve(small_class)


def ask(served, path: str, method: str = "GET", body: dict[str, str] | None = None, **headers: str):
    """Return status, headers and text of one request, by default as a browser on the page would send it."""
    sent = {"Host": f"{HOST}:{served.port}"}
    if method == "POST":
        sent |= {"Origin": f"http://{HOST}:{served.port}", "Sec-Fetch-Site": "same-origin"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection(HOST, served.port)
    connection.request(method, path, urlencode(body or {}), {k: v for k, v in sent.items() if v})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers, text


def group(served) -> str:
    found = next(entry for entry in served.session.queue() if entry.kind == Kind.GROUP)
    return f"/{served.token}/entry/{found.id}"


def test_the_queue_is_served_with_a_strict_policy(served) -> None:
    status, headers, text = ask(served, f"/{served.token}/")
    assert status == 200
    assert "2 of 2 left to review" in text
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/wrong/",
        "/wrong/style.css",
        "/style.css",
        "/{token}/../../etc/passwd",
        "/{token}/..%2f..%2fpages.py",
    ],
)
def test_without_the_token_there_is_nothing_and_with_it_no_other_file(served, path: str) -> None:
    status, _, text = ask(served, path.format(token=served.token))
    assert status == 404
    assert "Numbers" not in text


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "example.org"},
        {"Host": "127.0.0.1:1"},
        {"Origin": "http://example.org"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec_Fetch_Site": "cross-site"},
    ],
)
def test_what_another_page_causes_is_refused(served, headers: dict[str, str]) -> None:
    """Also where it knows the token: a name that resolves here, or a form elsewhere."""
    status, _, _ = ask(served, group(served), "POST", {"comment": "x", "action": "next"}, **headers)
    assert status == 403
    assert not (served.session.reviewed.folder.path / "overrides.toml").exists()


def test_a_decision_is_saved_and_leads_to_the_next_entry(served) -> None:
    status, headers, _ = ask(served, group(served), "POST", {"comment": "Hm.", "action": "next"})
    assert status == 303
    assert "/entry/" in headers["Location"]
    assert 'text = "Hm."' in served.overrides
    assert "reviewed" in served.overrides


def test_saving_stays_on_the_page(served) -> None:
    _, headers, _ = ask(served, f"{group(served)}?member=2", "POST", {"comment": "Hm.", "scope": "one"})
    assert headers["Location"].startswith(group(served))


def test_what_cannot_be_saved_keeps_what_was_typed(served) -> None:
    status, _, text = ask(served, group(served), "POST", {"comment": "Hm.", "points": "99"})
    assert status == 422
    assert "Expected points from 0 to 2, found 99." in text
    assert ">Hm.</textarea>" in text


def test_a_form_that_is_too_large_is_refused(served) -> None:
    status, _, text = ask(served, group(served), "POST", {"comment": "x" * 200_000})
    assert status == 422
    assert "too large" in text


def test_a_file_with_an_error_is_told_with_its_place(served) -> None:
    (served.session.reviewed.folder.path / "overrides.toml").write_text("[[override]]\nstudent = 1\n")
    for path in (f"/{served.token}/", f"/{served.token}/entry/x"):
        status, _, text = ask(served, path)
        assert status == 409
        assert "override[0]" in text


def test_undo_names_and_finish_lead_back(served) -> None:
    token = served.token
    ask(served, group(served), "POST", {"comment": "Hm."})
    referer = f"http://{HOST}:{served.port}{group(served)}?member=2"
    status, headers, _ = ask(served, f"/{token}/undo", "POST", Referer=referer)
    assert (status, headers["Location"]) == (303, f"{group(served)}?member=2")
    assert ask(served, f"/{token}/undo", "POST")[0] == 409
    elsewhere = ask(served, f"/{token}/names", "POST", Referer="http://example.org/")
    assert elsewhere[1]["Location"] == f"/{token}/"
    status, _, text = ask(served, f"/{token}/finish", "POST")
    assert status == 200
    assert "class.html" in text
