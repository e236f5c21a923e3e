"""A demo installation with its real server, and a headless Chromium to look at it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

import siyu

_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars "
    "--disable-background-networking --disable-component-update --disable-sync "
    # What slides in cannot be pressed at the place where it was a moment ago.
    "--force-prefers-reduced-motion"
).split()
_START_SECONDS = 120
PATIENCE_SECONDS = 30


@dataclass
class Site:
    """A running installation of the demo brand."""

    address: str
    home: Path
    links: dict[str, str]

    def siyu(self, *arguments: str) -> str:
        """What a command of this installation prints."""
        return subprocess.run(
            [sys.executable, "-m", "siyu.config.program", *arguments],
            env=_environment(self.home),
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def python(self, code: str) -> str:
        """What Python code prints that runs in this installation."""
        return subprocess.run(
            [sys.executable, "-c", f"import django; django.setup()\n{code}"],
            env=_environment(self.home),
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def link(self, login: str) -> str:
        """A fresh one-tap link of a member of staff."""
        told = self.siyu("staff", "link", login, "--address", self.address, "--json")
        link: str = json.loads(told)["link"]
        return link


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo, made, served on the loopback address, and ended by its process id."""
    home = tmp_path_factory.mktemp("home")
    port = _free_port()
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "siyu.config.program", "demo", "--port", str(port)],
            env=_environment(home),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            links = _links(server, port)
            yield Site(address=f"http://127.0.0.1:{port}", home=home, links=links)
        finally:
            server.terminate()
            server.wait(timeout=60)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Callable[[int], webdriver.Chrome]]:
    """Opens a browser window of a width; a console message about the page fails the test."""
    if not shutil.which("chromium"):
        pytest.skip("needs Debian's chromium and chromium-driver")
    windows: list[webdriver.Chrome] = []

    def open_window(width: int) -> webdriver.Chrome:
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        profile = tmp_path / f"profile-{len(windows)}"
        for flag in (*_FLAGS, f"--window-size={max(width, 500)},900", f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        options.add_experimental_option(
            "prefs", {"download.default_directory": str(tmp_path), "intl.accept_languages": "zh-CN"}
        )
        window = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        windows.append(window)
        window.set_page_load_timeout(PATIENCE_SECONDS)
        resize(window, width)
        return window

    yield open_window
    complaints = [
        entry["message"]
        for window in windows
        for entry in window.get_log("browser")
        if entry["level"] == "SEVERE" or "Content Security Policy" in entry["message"]
    ]
    for window in windows:
        window.quit()
    assert not complaints


def resize(window: webdriver.Chrome, width: int) -> None:
    """Make the window as wide as a phone's or a desk's."""
    window.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500},
    )


def sign_in(window: webdriver.Chrome, link: str) -> None:
    """Open a one-tap link and press its button."""
    window.get(link)
    window.find_element(By.CSS_SELECTOR, ".plain-button").click()
    wait(window, lambda w: "/link/" not in w.current_url)


def wait(window: webdriver.Chrome, until: Callable[[webdriver.Chrome], Any]) -> Any:
    """Wait for something to become true; returns it."""
    return WebDriverWait(window, PATIENCE_SECONDS).until(until)


def _environment(home: Path) -> dict[str, str]:
    return os.environ | {
        "SIYU_HOME": str(home),
        "SIYU_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "siyu.config.settings",
        "PYTHONPATH": str(Path(siyu.__path__[0]).parent),
    }


def _links(server: subprocess.Popen[str], port: int) -> dict[str, str]:
    assert server.stdout is not None
    titles = ("headquarters", "manager", "seller 1", "seller 2", "seller 3")
    links = {}
    for title in titles:
        line = server.stdout.readline()
        assert "/link/" in line, f"the demo ended: {line}"
        links[title] = next(word for word in line.split() if "/link/" in word)
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return links
    raise AssertionError("the server did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
