"""An operator's day: a password, a file with sellers that nobody knows, and the night."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from tests.journeys.conftest import Site, wait

pytestmark = pytest.mark.journey
Browser = Callable[[int], webdriver.Chrome]
DESK = 1440
PASSWORD = "a long enough secret"
_SET_PASSWORD = f"""
from siyu.rooms.organization.actions import set_password
from siyu.rooms.organization.queries import staff_by_login
set_password(staff_id=staff_by_login(login="olga").id, password="{PASSWORD}", actor_id=None)
"""


def texts(window: webdriver.Chrome, css: str) -> list[str]:
    found: list[str] = window.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map(each => each.textContent.trim())",
        css,
    )
    return found


def test_an_operator_signs_in_imports_and_runs_the_night(
    site: Site, browser: Browser, tmp_path: Path
) -> None:
    site.siyu("staff", "add", "olga", "--name", "Olga", "--role", "operator", "--program", "demo")
    site.python(_SET_PASSWORD)
    window = browser(DESK)
    window.get(f"{site.address}/headquarters/imports")
    for secret in ("wrong secret", PASSWORD):
        window.find_element(By.NAME, "login").clear()
        window.find_element(By.NAME, "login").send_keys("olga")
        window.find_element(By.NAME, "password").send_keys(secret)
        window.find_element(By.CSS_SELECTOR, ".plain-button").click()
        wait(window, lambda w: w.find_elements(By.CSS_SELECTOR, ".note-bad, .upload"))
    window.get_log("browser")  # the refusal of the first try

    _upload(window, _orders(tmp_path))
    look = texts(window, ".look tbody tr")
    assert len(look) == 2
    window.find_element(By.CSS_SELECTOR, "form[action$=start] button").click()
    wait(window, lambda w: w.find_elements(By.CSS_SELECTOR, ".bg-green-lt"))
    assert texts(window, ".tile-value") == ["4", "1", "0", "0", "3"]
    window.find_element(By.CSS_SELECTOR, "a[href$=rejects]").click()
    kept = tmp_path / "may-rejects.csv"
    wait(window, lambda w: kept.exists())
    with kept.open(encoding="utf-8-sig", newline="") as file:
        rejected = {row["订单号"]: row["reject_reason"] for row in csv.DictReader(file)}
    assert rejected == {
        "M-2": "bad_date",
        "M-3": "negative_quantity",
        "M-4": "unknown_seller",
    }

    window.get(f"{site.address}/headquarters/runs")
    window.find_element(By.CSS_SELECTOR, ".page-tools button").click()
    wait(window, lambda w: w.find_elements(By.ID, "run-state"))
    wait(window, lambda w: w.find_elements(By.CSS_SELECTOR, "form[action$=again]"))
    steps = texts(window, "#run-state tbody td:first-child")
    assert {"业绩归属等后续处理", "同步数据仓库", "客户画像", "抽取名单"} <= set(steps)
    assert set(texts(window, "#run-state tbody .badge")) == {"已完成"}


def _orders(folder: Path) -> Path:
    path = folder / "may.csv"
    rows = (
        "订单号,客户编号,导购编号,商品编号,订单状态,付款时间,数量,单价",
        'M-1,,,P-1,已完成,2026/5/2 10:00,1,"1,234.50"',
        "M-2,,,P-1,已完成,昨天,1,10",
        "M-3,,,P-1,已完成,2026-05-02 10:00,-1,10",
        "M-4,,没有这个人,P-1,已完成,2026-05-02 10:00,1,10",
    )
    path.write_bytes("\r\n".join((*rows, "")).encode("gb18030"))
    return path


def _upload(window: webdriver.Chrome, path: Path) -> None:
    window.find_element(By.NAME, "file").send_keys(str(path))
    window.find_element(By.CSS_SELECTOR, ".upload-go button").click()
    wait(window, lambda w: w.find_elements(By.CSS_SELECTOR, "form[action$=start] button"))
