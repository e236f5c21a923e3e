"""Those who lead sellers: a fall that is found and named, and a list that is worked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from tests.journeys.conftest import Site, sign_in, wait

pytestmark = pytest.mark.journey
Browser = Callable[[int], webdriver.Chrome]
PHONE, DESK = 390, 1440
_PLANT_TASKS = """
from datetime import timedelta
from siyu.foundation.clock import business_day, utc_now
from siyu.rooms.organization.queries import find_program, owner_viewer, staff_by_login, viewer_of
from siyu.rooms.coaching.models import SellerTask
from siyu.rooms.sellers.queries import sellers_page
program = find_program(code="demo")
viewer = viewer_of(staff_id=staff_by_login(login="demo-manager").id)
today = business_day(utc_now(), program.zone, program.cut_off_hour)
SellerTask.objects.filter(program_id=program.id).delete()
for place, seller in enumerate(sellers_page(viewer=viewer)[0][:2]):
    SellerTask.objects.create(
        program_id=program.id, unit_id=seller.unit_id, seller_id=seller.id,
        signal="seller_slowing", drawn_on=today, due_on=today + timedelta(days=6),
        evidence={"visits_30": 3, "expected_30_x100": 950, "gmv_minor": 100},
        expected_value_minor=100_000 * (place + 1), arm="treated", stamp=1,
    )
print(SellerTask.objects.filter(program_id=program.id).count())
"""


def names(window: webdriver.Chrome) -> list[str]:
    found: list[str] = window.execute_script(
        "return [...document.querySelectorAll('.help-card h2 a')].map(each => each.textContent)"
    )
    return found


def test_a_manager_works_the_list_of_sellers(site: Site, browser: Browser) -> None:
    planted = int(site.python(_PLANT_TASKS))
    assert planted
    window = browser(PHONE)
    sign_in(window, site.link("demo-manager"))
    window.get(f"{site.address}/headquarters/help")
    listed = names(window)
    assert len(listed) == planted
    card = window.find_element(By.CSS_SELECTOR, ".help-card")
    assert "9.5" in card.text
    card.find_element(By.NAME, "note").send_keys("约好周五一起过名单")
    card.find_element(By.CSS_SELECTOR, "[name=outcome][value=visit]").click()
    wait(window, lambda w: len(names(w)) == planted - 1)
    assert names(window) == listed[1:]
    closed = window.find_element(By.CSS_SELECTOR, "tbody tr")
    assert listed[0] in closed.text
    assert "约好周五一起过名单" in closed.text
    closed.find_element(By.CSS_SELECTOR, "button").click()
    wait(window, lambda w: len(names(w)) == planted)


def test_headquarters_finds_the_store_behind_a_change(site: Site, browser: Browser) -> None:
    window = browser(DESK)
    sign_in(window, site.link("demo-hq"))
    window.get(f"{site.address}/headquarters/overview")
    assert window.find_elements(By.CSS_SELECTOR, ".why-part")
    wait(window, lambda w: w.find_elements(By.CSS_SELECTOR, ".chart-waterfall canvas"))
    window.find_element(By.CSS_SELECTOR, ".card-actions a[href*='drivers']").click()
    region = wait(window, lambda w: w.find_element(By.CSS_SELECTOR, "tbody a"))
    name = region.text
    whole = window.find_element(By.CSS_SELECTOR, ".tile-value").text
    region.click()
    wait(window, lambda w: w.find_elements(By.CSS_SELECTOR, ".crumbs b"))
    assert window.find_element(By.CSS_SELECTOR, ".crumbs b").text == name
    assert window.find_element(By.CSS_SELECTOR, ".tile-value").text != whole
    stores = window.find_elements(By.CSS_SELECTOR, "tbody tr")
    assert stores
    assert all(row.find_elements(By.CSS_SELECTOR, ".why-part") for row in stores)
    window.find_element(By.CSS_SELECTOR, "#cut option[value=customer_age]").click()
    wait(window, lambda w: "cut=customer_age" in w.current_url)
    assert window.find_element(By.CSS_SELECTOR, ".crumbs b").text == name
