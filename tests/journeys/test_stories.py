"""Two whole stories in a real browser: a seller's morning, and an operator's dirty file."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from tests.journeys.conftest import Site, sign_in, wait

pytestmark = pytest.mark.journey
Browser = Callable[[int], webdriver.Chrome]
PHONE, DESK = 390, 1440
_PHONE_OF = """
from siyu.rooms.customers.actions import unmask
from siyu.rooms.organization.queries import find_program, owner_viewer
viewer = owner_viewer(program_id=find_program(code="demo").id)
print(unmask(viewer=viewer, customer_id={customer_id}, reason="to search by it"))
"""


def cards(window: webdriver.Chrome) -> list[str]:
    """Names on the list, read at one moment: a swap may come between two look-ups."""
    names: list[str] = window.execute_script(
        "return [...document.querySelectorAll('.card-name')].map(each => each.textContent.trim())"
    )
    return names


def press_on_first_card(window: webdriver.Chrome, button: int) -> None:
    card = window.find_element(By.CSS_SELECTOR, ".card")
    card.find_elements(By.CSS_SELECTOR, ".card-buttons a")[button].click()
    wait(window, lambda w: w.find_elements(By.CSS_SELECTOR, "#sheet .choice"))


def choose(window: webdriver.Chrome, name: str, value: str) -> None:
    before = cards(window)
    window.find_element(By.CSS_SELECTOR, f"#sheet [name={name}][value='{value}']").click()
    wait(window, lambda w: len(cards(w)) == len(before) - 1)
    assert cards(window) == before[1:]


def open_one_with_phone(window: webdriver.Chrome) -> tuple[str, str]:
    """Open the first customer on the list whose phone is known; her name and the phone as shown."""
    links = window.find_elements(By.CSS_SELECTOR, ".card-name a")
    for address in [str(link.get_attribute("href")) for link in links]:
        window.get(address)
        name = window.find_element(By.CSS_SELECTOR, ".person .head-title").text
        for phone in window.find_elements(By.CSS_SELECTOR, ".person-phone"):
            return name, phone.text
    raise AssertionError("nobody on the list has a phone")


def test_a_seller_works_through_her_list(site: Site, browser: Browser) -> None:
    window = browser(PHONE)
    sign_in(window, site.links["seller 1"])
    wait(window, cards)
    listed = cards(window)
    assert 5 < len(listed) <= 20
    press_on_first_card(window, 0)
    choose(window, "outcome", "message")
    press_on_first_card(window, 1)
    choose(window, "reason", "just_talked")
    press_on_first_card(window, 1)
    choose(window, "days", "3")
    window.find_element(By.CSS_SELECTOR, ".toast-line button").click()
    wait(window, lambda w: len(cards(w)) == len(listed) - 2)
    assert listed[2] in cards(window)
    assert listed[0] not in cards(window)
    copy = window.find_element(By.CSS_SELECTOR, "[data-copy]")
    copy.click()
    wait(window, lambda w: copy.text == copy.get_attribute("data-copied"))

    name, masked_phone = open_one_with_phone(window)
    assert "****" in masked_phone
    customer_id = window.current_url.rpartition("/")[2]
    assert name in search(window, site, name)
    phone = site.python(_PHONE_OF.format(customer_id=customer_id)).strip()
    assert search(window, site, phone) == [name]
    assert search(window, site, phone[:8]) == []
    window.get(f"{site.address}/workbench/numbers")
    assert window.find_element(By.CSS_SELECTOR, ".figures b").text.startswith("¥")


def test_a_link_is_spent_once_and_never_unmasks(site: Site, browser: Browser) -> None:
    window = browser(PHONE)
    link = site.links["seller 2"]
    sign_in(window, link)
    customer = wait(window, lambda w: w.find_element(By.CSS_SELECTOR, ".card-name a"))
    address = customer.get_attribute("href")
    window.get(f"{address}/phone")
    assert not window.find_elements(By.NAME, "reason")
    window.get_log("browser")  # the refusal above is what was wanted
    window.get(link)
    assert not window.find_elements(By.CSS_SELECTOR, "form[method=post] .plain-button")
    window.get_log("browser")


def test_an_operator_imports_a_dirty_file(site: Site, browser: Browser, tmp_path: Path) -> None:
    dirty = tmp_path / "orders.csv"
    headings = "订单号,客户编号,商品编号,订单状态,付款时间,数量,单价"
    rows = (
        "D-1,N-1,P-1,已完成,2026-11-02 10:00:00,2,99.50",
        "D-2,N-1,P-2,已完成,昨天,1,10",
        "D-3,N-2,P-2,已完成,2026-11-03 11:00:00,-1,10",
        'D-4,,P-3,已完成,2026-11-03 12:00:00,1,"1,234.00"',
    )
    dirty.write_bytes("\r\n".join((headings, *rows, "")).encode("gb18030"))
    window = browser(DESK)
    sign_in(window, site.links["headquarters"])

    upload(window, site, dirty)
    assert len(window.find_elements(By.CSS_SELECTOR, ".look tbody tr")) == 2
    start(window)
    figures = [each.text for each in window.find_elements(By.CSS_SELECTOR, ".tile-value")]
    assert figures == ["4", "2", "0", "0", "2"]
    window.find_element(By.CSS_SELECTOR, "a[href$=rejects]").click()
    kept = tmp_path / "orders-rejects.csv"
    wait(window, lambda w: kept.exists())
    with kept.open(encoding="utf-8-sig", newline="") as file:
        rejected = list(csv.reader(file))
    assert [row[0] for row in rejected[1:]] == ["3", "4"]
    assert [row[5] for row in rejected] == ["订单号", "D-2", "D-3"]

    upload(window, site, dirty)
    start(window)
    assert window.find_elements(By.CSS_SELECTOR, ".alert-info")
    figures = [each.text for each in window.find_elements(By.CSS_SELECTOR, ".tile-value")]
    assert figures == ["4", "0", "0", "2", "2"]


def search(window: webdriver.Chrome, site: Site, asked: str) -> list[str]:
    window.get(f"{site.address}/workbench/customers")
    box = wait(window, lambda w: w.find_element(By.NAME, "find"))
    box.send_keys(asked)
    box.submit()
    wait(window, lambda w: "find=" in w.current_url)
    return [each.text for each in window.find_elements(By.CSS_SELECTOR, ".row-name")]


def upload(window: webdriver.Chrome, site: Site, path: Path) -> None:
    window.get(f"{site.address}/headquarters/imports")
    window.find_element(By.NAME, "file").send_keys(str(path))
    window.find_element(By.CSS_SELECTOR, ".upload-go button").click()
    wait(window, lambda w: w.find_elements(By.CSS_SELECTOR, "form[action$=start] button"))


def start(window: webdriver.Chrome) -> None:
    window.find_element(By.CSS_SELECTOR, "form[action$=start] button").click()
    wait(window, lambda w: w.find_elements(By.CSS_SELECTOR, ".bg-green-lt"))
