"""JupyterLab in Chromium, for tests and pictures of what students see in a notebook."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DESK = {"width": 1280, "height": 1600}
WAIT = 120_000
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "apputils-extension/themes": {"adaptive-theme": True},
    # Keep the cells outside the window in the page.
    "notebook-extension/tracker": {"windowingMode": "none"},
    "docmanager-extension/plugin": {"autosave": False},
}


@contextmanager
def serve(folder: Path, home: Path) -> Iterator[str]:
    """Run a JupyterLab that serves `folder`, and yield its address. `home` is for its settings."""
    for name, values in SETTINGS.items():
        path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "HOME")
    environment = {
        **os.environ,
        **{name: str(home / name.casefold()) for name in folders},
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    options = {
        "ip": "127.0.0.1",
        "port": port,
        "port_retries": 0,
        "open_browser": False,
        "allow_root": True,
        "root_dir": folder,
    }
    command = [sys.executable, "-m", "jupyterlab", "--IdentityProvider.token="]
    command += [f"--ServerApp.{name}={value}" for name, value in options.items()]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr
        log = []
        for line in server.stderr:
            log.append(line)
            if "is running at" in line:
                break
        else:
            raise AssertionError("".join(log))
        yield f"http://127.0.0.1:{port}"
        server.terminate()
        server.communicate()


def open_notebook(browser: Any, address: str) -> Any:
    """Open a notebook in light colours, and return the page when its kernel is ready."""
    page = browser.new_page(viewport=DESK, color_scheme="light")
    page.set_default_timeout(WAIT)
    page.goto(address)
    page.locator(".jp-StatusBar-TextItem", has_text="| Idle").wait_for()
    return page


def run_all(page: Any) -> None:
    """Choose Run All Cells, and wait for the last cell's output."""
    page.locator(".lm-MenuBar-item", has_text="Run").click()
    page.locator(".lm-Menu-item", has_text=re.compile("^Run All Cells")).click()
    output_of(page, "notebook_checks.hand_in").locator(".kit-card").wait_for()


def cell_of(page: Any, source: str) -> Any:
    """The cell with this text."""
    return page.locator(".jp-CodeCell", has=page.locator(".cm-content", has_text=source))


def output_of(page: Any, source: str) -> Any:
    """The output area of the cell with this text."""
    return cell_of(page, source).locator(".jp-OutputArea-output")


def seen(page: Any, source: str) -> str:
    """The visible text of a cell's output, in one line."""
    return " ".join(output_of(page, source).inner_text().split())
