"""Every page at a phone's and a desk's width, in both languages: nothing runs over, all is legible.

With SIYU_SCREENSHOTS set to a folder, a picture of each is kept there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from tests.journeys.conftest import Site, resize, sign_in, wait

pytestmark = pytest.mark.journey
Browser = Callable[[int], webdriver.Chrome]
PHONE, DESK = 390, 1440
LANGUAGES = ("zh-hans", "en")
SMALLEST_PX = 12
_SMALL_TEXTS = f"""
return [...document.querySelectorAll("body *")]
  .filter(each => each.checkVisibility({{checkOpacity: true, checkVisibilityCSS: true}}))
  .filter(each => [...each.childNodes].some(one => one.nodeType === 3 && one.data.trim()))
  .filter(each => parseFloat(getComputedStyle(each).fontSize) < {SMALLEST_PX})
  .map(each => each.className + ": " + each.textContent.trim().slice(0, 40))
"""

SELLER = ("workbench/today", "workbench/customers", "workbench/customers?find=nobody")
SELLER += ("workbench/customers?state=lost", "workbench/numbers", "workbench/customers/layers")
SELLER += ("workbench/me", "workbench/assistants", "workbench/numbers/blocks")
SELLER += ("workbench/earnings", "workbench/earnings/payment", "workbench/statements")
SELLER += ("workbench/earnings/withdrawal", "workbench/invitations", "join/nobody-gave-it")
SELLER += ("workbench/earnings/goods", "workbench/earnings/goods?find=nothing-like-it")
SELLER += ("workbench/customers?layer=high-buying", "workbench/tasks/1/skip")
OFFICE = ("headquarters/overview", "headquarters/overview?days=7", "headquarters/sellers")
OFFICE += ("headquarters/drivers", "headquarters/drivers?cut=customer_age&against=year")
OFFICE += ("headquarters/sellers?find=nobody", "headquarters/imports", "headquarters/runs")
OFFICE += ("headquarters/playbooks", "headquarters/help", "headquarters/concentration")
OFFICE += ("headquarters/origins", "headquarters/duplicates", "headquarters/communities")
OFFICE += ("headquarters/customers", "headquarters/customers?worth=high&state=silent")
OFFICE += ("headquarters/communities?state=ended", "headquarters/lives?of=communities&cut=theme")
OFFICE += ("headquarters/segments", "headquarters/segments/new")
OFFICE += ("headquarters/plans", "headquarters/plans/new")
OFFICE += ("headquarters/settlement", "headquarters/payouts", "headquarters/ledger")
OFFICE += ("headquarters/invitations", "headquarters/levels", "headquarters/levels?show=all")
OFFICE += ("headquarters/reactions", "headquarters/audit", "nowhere")
# A page with an id is the first one that another page leads to.
LED_TO_SELLER = {
    "workbench/statements": ("a[href*='/statements/']",),
    "workbench/today": (".card-name a", "a[href$=outcome]", "a[href$=skip]"),
}
LED_TO_OFFICE = {
    "headquarters/settlement": ("td a[href*='/settlement/']",),
    "headquarters/ledger": ("td a[href*='/ledger/']",),
    "headquarters/ledger/seller_available": ("td a[href*='/ledger/accounts/']",),
    "headquarters/payouts": ("td a[href*='/payouts/']",),
    "headquarters/segments": ("td a[href*='/segments/']",),
    "headquarters/playbooks": ("td a[href*='/playbooks/']",),
    "headquarters/customers": ("td a[href*='/customers/']",),
    "headquarters/sellers": ("td a[href*='/sellers/']",),
    "headquarters/imports": ("td a[href*='/imports/']:not([href$=rejects])",),
    "headquarters/runs": ("td a[href*='/runs/']",),
}


def addresses(
    window: webdriver.Chrome, site: Site, pages: tuple[str, ...], led_to: dict[str, tuple[str, ...]]
) -> list[str]:
    found = [f"{site.address}/{path}" for path in pages]
    for path, links in led_to.items():
        window.get(f"{site.address}/{path}")
        for link in links:
            address = wait(window, lambda w, css=link: w.find_element(By.CSS_SELECTOR, css))
            found.append(address.get_attribute("href"))
    return found


def looked_at(
    window: webdriver.Chrome, pages: list[str], language: str
) -> Iterator[tuple[str, int]]:
    """Open each page at each width; gives what is being looked at."""
    for width in (PHONE, DESK):
        resize(window, width)
        for address in pages:
            window.get(address)
            assert window.find_element(By.TAG_NAME, "html").get_attribute("lang") == language
            yield f"{address} in {language} at {width}", width


def check(window: webdriver.Chrome, where: str, width: int) -> None:
    shown = window.execute_script("return document.documentElement.scrollWidth")
    # Not innerWidth: a phone zooms out until the page fits, and innerWidth follows.
    assert shown <= width, f"{where}: {shown} px wide"
    assert not window.execute_script(_SMALL_TEXTS), where


def keep_picture(window: webdriver.Chrome, where: str) -> None:
    if folder := os.environ.get("SIYU_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        path = where.partition("//")[2].partition("/")[2]
        path = re.sub(r"\d{9,}|(?<=^link/)[\w-]{20,}", "one", path)
        name = "".join(each if each.isalnum() else "-" for each in path)
        window.save_screenshot(str(Path(folder) / f"{name}.png"))


def choose_language(window: webdriver.Chrome, page: str, language: str) -> None:
    window.get(page)
    button = window.find_element(By.CSS_SELECTOR, f"[name=language][value='{language}']")
    # In the phone's menu the button is folded away.
    window.execute_script("arguments[0].click()", button)
    html = f"html[lang='{language}']"
    wait(window, lambda w: w.find_elements(By.CSS_SELECTOR, html))


def look_at_all(window: webdriver.Chrome, pages: list[str], with_language: str) -> None:
    for language in LANGUAGES:
        choose_language(window, with_language, language)
        for where, width in looked_at(window, pages, language):
            check(window, where, width)
            keep_picture(window, where)
    window.get_log("browser")  # 404 pages are among those looked at


def test_the_sellers_pages(site: Site, browser: Browser) -> None:
    window = browser(PHONE)
    sign_in(window, site.links["seller 3"])
    pages = addresses(window, site, SELLER, LED_TO_SELLER)
    look_at_all(window, pages, f"{site.address}/workbench/me")


def test_the_pages_of_headquarters(site: Site, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "a-file-with-quite-a-long-name-as-exports-of-shops-have-them.csv"
    file.write_text("product_key,name\nmug,Mug\n,without a key\n")
    site.siyu("import", "products", str(file), "--program", "demo")
    window = browser(DESK)
    sign_in(window, site.link("demo-hq"))
    pages = addresses(window, site, OFFICE, LED_TO_OFFICE)
    look_at_all(window, pages, f"{site.address}/headquarters/overview")


def test_the_pages_of_a_store_manager(site: Site, browser: Browser) -> None:
    window = browser(PHONE)
    sign_in(window, site.links["manager"])
    pages = [
        f"{site.address}/headquarters/{page}"
        for page in ("overview", "drivers", "help", "sellers", "customers", "communities", "audit")
    ]
    look_at_all(window, pages, f"{site.address}/headquarters/overview")


def test_the_pages_before_signing_in(site: Site, browser: Browser) -> None:
    window = browser(PHONE)
    pages = [f"{site.address}/{path}" for path in ("sign-in", "link/made-up")]
    pages.append(site.link("demo-hq"))
    look_at_all(window, pages, f"{site.address}/sign-in")
