"""The access matrix against the real addresses, with data of two programs: zero leaks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse

from siyu.rooms.organization.models import SignInFailure
from tests.faces.access_matrix import (
    FORMS,
    METHODS,
    REACH,
    READS_CUSTOMERS,
    ROWS,
    VIEWERS,
    Row,
)
from tests.faces.conftest import SignIn
from tests.faces.two_brands import (
    CUSTOMERS_EACH,
    PRICES,
    SELLERS_OF,
    TwoBrands,
    customer_of,
    customers_of,
    seller_of,
)

LOGINS = {"seller": "ann", "link": "ann", "stranger": "dan"}
REFUSED = (403, 404, 405, 409, 410, 422)
EVERY_METHOD = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@pytest.fixture
def browser_of(both: TwoBrands, sign_in: SignIn) -> Any:
    def browser(who: str) -> Client:
        if who == "anonymous":
            return Client()
        return sign_in(LOGINS.get(who, who), by_link=who == "link")

    return browser


def address_of(both: TwoBrands, page: str, thing: str) -> str:
    if not thing:
        return reverse(page)
    seller, _, number = thing.partition("-")
    if (
        page in ("seller", "seller-link", "seller-teacher", "target-fix", "target-release")
        or "payee" in page
    ):
        return reverse(page, args=[both.seller(thing)])
    if page.startswith("task"):
        return reverse(page, args=[both.tasks["ann-3" if number == "held" else thing]])
    if page.startswith(("customer", "hq-customer")):
        return reverse(page, args=[both.customer(seller, int(number))])
    known = {"import": both.imports, "run": both.runs, "reaction": both.reactions}
    known |= {"playbook": both.playbooks, "help": both.helps, "segment": both.segments}
    known |= {"dispatch": both.dispatches, "assignment": both.assignments, "api": both.keys}
    known |= {"webhook": both.webhooks}
    known |= {"own": both.dispatches, "tag": both.tags, "campaign": both.campaigns}
    known |= {"assistant": both.assistants, "plan": both.plans}
    known |= {"closing": both.closings, "statements": both.closings, "payout": both.payouts}
    whole = {"ledger-account": both.accounts, "ledger-posting": both.postings}
    whole |= {"invitation-revoke": both.invitations}
    whole |= dict.fromkeys(("application-accept", "application-refuse"), both.applications)
    whole |= {"levels-carry": both.plans, "levels-take-back": both.reviews}
    whole |= dict.fromkeys(("statement", "own-statement"), both.statements)
    if page in whole:
        return reverse(page, args=[whole[page][thing]])
    known |= {"variant": both.variants, "spreadsheet": both.runs}
    ids = known.get(page.partition("-")[0], {})
    return reverse(page, args=[ids.get(thing, thing)])


def text_of(response: HttpResponse) -> str:
    chunks = response.streaming_content if response.streaming else [response.content]
    return b"".join(chunks).decode() + str(dict(response.headers))


def out_of_reach(both: TwoBrands, who: str) -> set[str]:
    """Everything that a viewer must never read: of persons, shops, regions, files and runs."""
    reach = REACH[who]
    marks = both.marks(set(PRICES) - set(reach))
    marks |= {both.store(name) for name in PRICES} - {both.store(name) for name in reach}
    people = [person for name in reach for person in customers_of(name)]
    # Within reach, whole phone numbers stay masked.
    marks |= {person.phone for person in [*people, *map(seller_of, reach)]}
    if who not in READS_CUSTOMERS:
        marks |= {mark for person in people for mark in person.marks}
    for code, sellers in SELLERS_OF.items():
        if not set(sellers) & set(reach):
            words = ("goods-of", "file-of", "extra-of", "rejected", "stumble", "audited")
            marks |= {f"{word}-{code}" for word in words} | {code.title(), f"Goods-of-{code}"}
            marks |= {str(ids[code]) for ids in (both.imports, both.runs, both.reactions)}
            marks.add(str(both.imports[f"{code}-fresh"]))
        marks |= {f"{code}-{name}" for name in {region for _, region in sellers.values()}} - {
            f"{code}-{sellers[name][1]}" for name in reach if name in sellers
        }
    return marks


@pytest.fixture(scope="module")
def hidden(committed: TwoBrands) -> dict[str, set[str]]:
    return {who: out_of_reach(committed, who) for who in VIEWERS}


def leaks(hidden: set[str], text: str) -> list[str]:
    return sorted(mark for mark in hidden if mark in text)


def everything_stored() -> dict[str, list[str]]:
    """Every row but what signing in itself writes: sessions, moments, the throttle's count."""
    stored = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model not in (Session, SignInFailure):
                kept = [each.column for each in model._meta.local_concrete_fields]
                columns = ", ".join(f'"{name}"' for name in kept if name != "last_login")
                cursor.execute(f'SELECT {columns} FROM "{model._meta.db_table}"')
                stored[model.__name__] = sorted(map(_plain, cursor.fetchall()))
    return stored


def _plain(row: tuple[Any, ...]) -> str:
    return repr([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row])


@pytest.fixture(scope="module")
def untouched(committed: TwoBrands, django_db_blocker: Any) -> dict[str, list[str]]:
    with django_db_blocker.unblock():
        return everything_stored()


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_each_gets_what_the_matrix_says(
    both: TwoBrands, untouched: Any, hidden: Any, browser_of: Any, row: Row
):
    statuses, given_away, changed = {}, {}, {}
    address = address_of(both, row.page, row.thing)
    for who in VIEWERS:
        browser = browser_of(who)
        with transaction.atomic():
            response = sent(both, browser, row, address)
            statuses[who] = response.status_code
            text = text_of(response)
            if found := leaks(hidden[who], _without_address(text, address)):
                given_away[who] = found
            is_refused = response.status_code in REFUSED or who == "anonymous"
            if row.method == "POST" and is_refused:
                stored = everything_stored()
                changed |= {name: who for name in stored if stored[name] != untouched[name]}
            transaction.set_rollback(True)
        if who == "anonymous" and row.expected["nobody"] == 403 and row.page != "link":
            assert response.headers["Location"].startswith(reverse("sign-in"))
    assert statuses == row.expected
    assert given_away == _unmasked(row)
    assert not changed


def sent(both: TwoBrands, browser: Client, row: Row, address: str) -> HttpResponse:
    if row.page == "customer-tag":
        code = "plum" if row.thing.partition("-")[0] in SELLERS_OF["plum"] else "fern"
        return browser.post(address, {"tag": both.tags[code], "on": "1"})
    if row.method == "POST":
        return browser.post(address, FORMS.get(row.page, {}))
    return browser.generic(row.method, address)


def _unmasked(row: Row) -> dict[str, list[str]]:
    """Who gives a reason reads the whole number; files tell the keys of customers within reach.

    Nothing else gives anything away.
    """
    may = [who for who, status in row.expected.items() if status == 200]
    if (row.page, row.method) == ("customer-phone", "POST"):
        return {who: [customer_of(row.thing[:3], int(row.thing[4:])).phone] for who in may}
    if row.page.startswith("hq-customer") and row.thing:
        person = customer_of(row.thing[:3], int(row.thing[4:]))
        shown = person.phone if row.method == "POST" else person.masked_phone
        return {who: [shown] for who in may}
    if row.page == "segment-export":
        return {who: _keys(SELLERS_OF[row.thing], range(1, CUSTOMERS_EACH)) for who in may}
    if row.page == "dispatch-export":
        return {who: _keys(REACH[who], [1]) for who in may}
    return {}


def _keys(sellers: Iterable[str], numbers: Iterable[int]) -> list[str]:
    wanted = list(numbers)
    return sorted(customer_of(seller, number).key for seller in sellers for number in wanted)


def _without_address(text: str, address: str) -> str:
    """What was asked for may be repeated: it tells nothing."""
    for number in re.findall(r"\d{10,}", address):
        text = text.replace(number, "")
    return text


@pytest.mark.parametrize("who", ["administrator", "seller", "anonymous"])
@pytest.mark.parametrize("page", sorted(METHODS))
def test_other_methods_are_refused(
    both: TwoBrands, untouched: Any, browser_of: Any, page: str, who: str
):
    thing = next(row.thing for row in ROWS if row.page == page)
    browser = browser_of(who)
    # Home and sign-out answer a HEAD like a GET; nothing else does.
    allowed = METHODS[page] | ({"HEAD"} if page == "home" else set())
    for method in set(EVERY_METHOD) - allowed:
        response = browser.generic(method, address_of(both, page, thing))
        assert response.status_code == 405, method
        assert set(response.headers["Allow"].split(", ")) == allowed, method
    assert everything_stored() == untouched


@pytest.mark.parametrize("who", [who for who in VIEWERS if REACH[who]])
def test_no_way_of_asking_gives_others_away(hidden: Any, browser_of: Any, who: str):
    """Searches, filters, orders and parts of pages for htmx: what is found is within reach."""
    asked = ["Friend", "Guide", "-"]
    for name in PRICES:
        asked += [seller_of(name).key, seller_of(name).phone]
        asked += [customer_of(name, 1).key, customer_of(name, 1).name, customer_of(name, 1).phone]
    page = "own-customers" if who in READS_CUSTOMERS else "sellers"
    browser = browser_of(who)
    for query in [{"find": word} for word in asked] + [{"order": "fans", "way": "up"}, {"page": 2}]:
        for headers in ({}, {"HX-Request": "true", "HX-Request-Type": "partial"}):
            response = browser.get(reverse(page), query, headers=headers)
            found = leaks(hidden[who], text_of(response))
            # What one asked for stands in the field that one asked in.
            assert set(found) <= {query.get("find")}, query


@pytest.mark.parametrize("who", ["administrator", "outsider"])
def test_a_page_of_one_program_is_not_another_programs(both: TwoBrands, browser_of: Any, who: str):
    """Not vacuous: what one may read does stand there."""
    code = "plum" if who == "administrator" else "fern"
    browser = browser_of(who)
    shown = {page: text_of(browser.get(reverse(page))) for page in ("overview", "sellers", "runs")}
    shown |= {page: text_of(browser.get(reverse(page))) for page in ("imports", "audit")}
    shown["reactions"] = text_of(browser.get(reverse("reactions")))
    assert all(both.store(name) in shown["overview"] for name in SELLERS_OF[code])
    assert all(seller_of(name).name in shown["sellers"] for name in SELLERS_OF[code])
    assert f"file-of-{code}" in shown["imports"]
    assert f"file-of-{code}" in shown["runs"]
    assert f"audited-{code}" in shown["audit"]
    assert f"stumble-{code}" in shown["reactions"]


@pytest.mark.parametrize(
    ("who", "sales"),
    [
        ("administrator", 3 * (100 + 2_000 + 30_000 + 400_000)),
        ("operator", 3 * (100 + 2_000 + 30_000 + 400_000)),
        ("analyst", 3 * (100 + 2_000 + 30_000 + 400_000)),
        ("region", 3 * (100 + 2_000 + 30_000)),
        ("store", 3 * (100 + 2_000)),
        ("outsider", 3 * 5_000_000),
    ],
)
def test_figures_are_those_within_reach(both: TwoBrands, browser_of: Any, who: str, sales: int):
    text = text_of(browser_of(who).get(reverse("overview")))
    (_today, shown, *_) = re.findall(r'tile-value">¥([\d,]+)<', text)
    assert shown == f"{sales:,}"
    chart = re.search(r'id="chart-data".*?"values": \[([^\]]*)\]', text)
    assert chart
    assert sum(map(float, chart[1].split(","))) == sales


def test_every_address_stands_in_the_matrix():
    named = {name for name, *_ in _addresses(get_resolver(settings.ROOT_URLCONF))}
    assert None not in named, "every address has a name"
    assert named == set(METHODS), "write a new page into tests/faces/access_matrix.py"


def test_every_row_stands_once_and_every_command_is_tried_on_other_programs():
    written = [str(row) for row in ROWS]
    assert len(written) == len(set(written))
    things: dict[str, set[str]] = {}
    for row in ROWS:
        things.setdefault(f"{row.page} {row.method}", set()).add(row.thing)
    foreign = {"dan", "dan-1", "fern", "fern-fresh", "fern-sent", "fern-coming"}
    for page, tried in things.items():
        if tried - {"", "made-up", "orders", "tea", "seller_available"}:
            assert tried & foreign, page


def _addresses(resolver: Any) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for entry in resolver.url_patterns:
        # Keys open the open API, not people: tests/faces/test_open_api.py has its matrix.
        if str(entry.pattern) == "api/":
            continue
        found += _addresses(entry) if hasattr(entry, "url_patterns") else [(entry.name,)]
    return found
