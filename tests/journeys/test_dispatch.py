"""Headquarters asks sellers to call customers back, and sees what came of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from tests.journeys.conftest import Site, sign_in, wait

pytestmark = pytest.mark.journey
Browser = Callable[[int], webdriver.Chrome]
PHONE, DESK = 390, 1440
_WHO_WAS_ASKED = """
from siyu.rooms.dispatch.models import Assignment
from siyu.rooms.organization.queries import find_program, owner_viewer, staff_of
from siyu.rooms.sellers.queries import sellers_of_ids
viewer = owner_viewer(program_id=find_program(code="demo").id)
first = Assignment.objects.order_by("-id").first()
seller = sellers_of_ids(viewer=viewer, seller_ids=[first.seller_id])[first.seller_id]
print(staff_of(staff_id=seller.staff_id).login)
"""


def tile(window: webdriver.Chrome, place: int) -> str:
    text: str = window.find_elements(By.CSS_SELECTOR, ".tile-value")[place].text
    return text


def test_a_call_back_is_sent_done_and_read(site: Site, browser: Browser) -> None:
    office = browser(DESK)
    sign_in(office, site.link("demo-hq"))
    office.get(f"{site.address}/headquarters/dispatches")
    office.find_element(By.CSS_SELECTOR, ".page-tools .btn-primary").click()
    wait(office, lambda w: w.find_elements(By.ID, "title"))
    office.find_element(By.ID, "title").send_keys("回访沉默的老客")
    office.find_element(By.ID, "body").send_keys("问问为什么没来，记录原因。")
    Select(office.find_element(By.ID, "segment")).select_by_index(1)
    wait(office, lambda w: w.find_element(By.ID, "words").is_displayed())
    office.find_element(By.NAME, "asks_reason").click()
    limit = office.find_element(By.ID, "per_seller")
    limit.clear()
    limit.send_keys("3")
    office.find_element(By.ID, "words").send_keys("{customer}您好，好久不见！")
    office.find_element(By.CSS_SELECTOR, "form .btn-primary").click()
    # The worker hands it out; the page follows it.
    wait(office, lambda w: w.find_elements(By.CSS_SELECTOR, ".done progress"))
    page = office.current_url
    assert int(tile(office, 1)) > 0
    assert tile(office, 2) == "0"

    phone = browser(PHONE)
    sign_in(phone, site.link(site.python(_WHO_WAS_ASKED).strip()))
    phone.get(f"{site.address}/workbench/today")
    number = page.rstrip("/").rpartition("/")[2]
    phone.find_element(By.CSS_SELECTOR, f"a.weui-cell[href$='dispatches/{number}']").click()
    wait(phone, lambda w: w.find_elements(By.CSS_SELECTOR, "article.card"))
    before = len(phone.find_elements(By.CSS_SELECTOR, "article.card"))
    # A customer whose name nobody knows is not greeted by it.
    assert phone.find_element(By.CSS_SELECTOR, ".card-message").text.endswith("好久不见！")
    phone.find_element(By.CSS_SELECTOR, "a.button[href*='finish']").click()
    wait(phone, lambda w: w.find_elements(By.NAME, "reason"))
    Select(phone.find_element(By.CSS_SELECTOR, "select[name=reason]")).select_by_value("price")
    phone.find_element(By.NAME, "note").send_keys("等打折")
    phone.find_element(By.CSS_SELECTOR, "[name=outcome][value=call]").click()
    wait(phone, lambda w: len(w.find_elements(By.CSS_SELECTOR, "article.card")) == before - 1)
    assert "等打折" in phone.find_element(By.CSS_SELECTOR, ".card-cells").text

    office.get(page)
    assert tile(office, 2) == "1"
    assert "价格太高" in office.find_element(By.TAG_NAME, "main").text
