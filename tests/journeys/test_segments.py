"""An operator puts a segment together, has its members contacted, and reads what that added."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from tests.journeys.conftest import Site, sign_in, wait

pytestmark = pytest.mark.journey
Browser = Callable[[int], webdriver.Chrome]
CODE, DESK = "winter-chain", 1440
HORIZON = 7
# Half of the tasks are held back, so that few customers tell the difference.
_HOLD_HALF = f"""
from dataclasses import replace
from siyu.rooms.organization.queries import find_program, today_in
from siyu.rooms.outreach.actions import set_policy
from siyu.rooms.outreach.queries import policy_of
program = find_program(code="{CODE}")
policy = policy_of(program_id=program.id)
set_policy(program_id=program.id, **vars(replace(policy, hold_share_ppm=500_000)))
print(today_in(program_id=program.id))
"""
_ISSUED = f"""
import json
from siyu.rooms.customers.models import Customer
from siyu.rooms.outreach.models import Task
issued = Task.objects.filter(
    program__code="{CODE}", state="open", playbook__signal__startswith="segment_"
)
ids = list(issued.values_list("customer_id", flat=True))
print(json.dumps(list(Customer.objects.filter(id__in=ids).values_list("source_key", flat=True))))
"""


def texts(window: webdriver.Chrome, css: str) -> list[str]:
    found: list[str] = window.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map(each => each.textContent.trim())",
        css,
    )
    return found


def count(window: webdriver.Chrome) -> int:
    """The number beside the conditions; -1 while there is none."""
    told = texts(window, ".condition-count b")
    return int(told[0].replace(",", "")) if told else -1


def choose(window: webdriver.Chrome, name: str, value: str) -> None:
    select = wait(window, lambda w: w.find_element(By.ID, name))
    Select(select).select_by_value(value)


def fill(window: webdriver.Chrome, name: str, text: str) -> None:
    box = wait(window, lambda w: w.find_element(By.ID, name))
    box.clear()
    box.send_keys(text)


def press(window: webdriver.Chrome, css: str) -> None:
    window.find_element(By.CSS_SELECTOR, css).click()


def put_together(window: webdriver.Chrome) -> int:
    """Who never ordered or not lately, and may be written to; the number then shown."""
    press(window, "#c-0-0-value-prospect")
    never = wait(window, lambda w: max(count(w), 0))
    press(window, "[value=or-0]")
    choose(window, "c-0-1-field", "last_on")
    fill(window, "c-0-1-number", "90\t")
    either = wait(window, lambda w: count(w) > never and count(w))
    press(window, "[value=and]")
    choose(window, "c-1-0-field", "opted_out")
    out = wait(window, lambda w: 0 < count(w) < either and count(w))
    choose(window, "c-1-0-not", "1")
    chosen: int = wait(window, lambda w: count(w) == either - out and count(w))
    fill(window, "name", "待唤醒")
    press(window, ".segment-save")
    wait(window, lambda w: texts(w, ".tiles"))
    return chosen


def launch(window: webdriver.Chrome) -> None:
    """Make the segment's playbook the first of all, and read it out after a week."""
    press(window, "form[action$=contact] button")
    fill(window, "priority", "1")
    press(window, "[name=is_enabled]")
    before = texts(window, ".alert-success")
    press(window, "form[action$=save] button")
    saved = wait(window, lambda w: (told := texts(w, ".alert-success")) != before and told)
    fill(window, "horizon_days", str(HORIZON))
    press(window, "form[action$=launch] button")
    wait(window, lambda w: (told := texts(w, ".alert-success")) != saved and told)


def live_through(site: Site, folder: Path, first: date) -> None:
    """A night that draws; all who are then contacted buy; and the night that reads it out."""
    site.siyu("nightly", "--program", CODE, "--as-of", str(first), "--json")
    keys = json.loads(site.python(_ISSUED))
    assert len(keys) > 50
    paid = f"{first + timedelta(days=2)} 10:00"
    heading = "order_key,customer_key,status,ordered_at,paid_at,quantity,unit_price"
    orders = folder / "orders.csv"
    orders.write_text(
        "\n".join([heading, *(f"o-{key},{key},completed,{paid},{paid},1,100" for key in keys)])
    )
    site.siyu("import", "orders", str(orders), "--program", CODE, "--json")
    then = first + timedelta(days=HORIZON)
    site.siyu("nightly", "--program", CODE, "--as-of", str(then), "--json")


def test_a_segment_is_contacted_and_its_effect_read(
    site: Site, browser: Browser, tmp_path: Path
) -> None:
    site.siyu("demo", "--profile", "winter_chain", "--scale", "0.002", "--no-serve", "--json")
    today = date.fromisoformat(site.python(_HOLD_HALF).strip())
    window = browser(DESK)
    sign_in(window, site.link(f"{CODE}-hq"))
    window.get(f"{site.address}/headquarters/segments/new")
    chosen = put_together(window)
    assert texts(window, "h1") == ["待唤醒"]
    assert count(window) == chosen
    segment = window.current_url
    launch(window)
    playbook = window.current_url

    live_through(site, tmp_path, today + timedelta(days=1))
    window.get(playbook)
    issued, held = (float(text.rstrip("%")) for text in texts(window, ".tile-value")[:2])
    assert issued > 90 > 30 > held
    assert texts(window, ".card-body strong")[0] == "有效。"
    window.get(segment)
    wait(window, lambda w: texts(w, ".chart canvas"))
    assert 0 < int(texts(window, ".tile-value")[0].replace(",", "")) < chosen
