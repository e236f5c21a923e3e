"""A killed import or nightly run, done again, comes to the same as one that was left alone."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from siyu.foundation.ids import new_id
from siyu.rooms.insights.models import Publication
from tests.database_content import Content
from tests.installation import Installation, new_installation, write_csv

SELLERS, CUSTOMERS, LINES = 6, 1_500, 11_000
AS_OF = "2025-06-01"
KILLS_OF_THE_BAR = 20


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A brand in files: some rows are bad, some orders are identical lines, returns or refunds."""
    folder = tmp_path_factory.mktemp("files")
    chance = random.Random(20250601)
    sellers = [f"s{n},导购{n},1370000{n:04},n{n % 2}" for n in range(SELLERS)]
    customers = [f"c{n},客{n},13{n:09},{'是' if n % 50 == 0 else ''}" for n in range(CUSTOMERS)]
    follows = [
        f"c{n},{'nobody' if n % 400 == 7 else f's{n % SELLERS}'},2025-05-{1 + n % 28:02} 10:00"
        for n in range(CUSTOMERS)
    ]
    return {
        "sellers": write_csv(folder / "sellers.csv", ["seller_key,name,phone,store_key", *sellers]),
        "customers": write_csv(
            folder / "customers.csv", ["customer_key,name,phone,opted_out", *customers]
        ),
        "follows": write_csv(
            folder / "follows.csv", ["customer_key,seller_key,followed_at", *follows]
        ),
        "orders": write_csv(folder / "orders.csv", [_HEADINGS, *_order_lines(chance)]),
    }


_HEADINGS = (
    "order_key,is_return,customer_key,seller_key,product_key,status,paid_at,quantity,unit_price,"
    "refund"
)


def _order_lines(chance: random.Random) -> list[str]:
    lines = []
    while len(lines) < LINES:
        number = len(lines)
        customer = f"c{chance.randrange(CUSTOMERS)}" if chance.random() < 0.9 else ""
        seller = chance.choice(["", "s1", "s2"]) if number % 997 else "nobody"
        is_return = "是" if chance.random() < 0.05 else ""
        day = f"2025-0{chance.randrange(1, 6)}-{chance.randrange(1, 29):02} 1{number % 10}:00"
        for _ in range(chance.choice([1, 1, 2, 3])):
            quantity = "none" if chance.random() < 0.002 else chance.randrange(1, 4)
            product = chance.choice("abcdef")
            refund = "1.50" if chance.random() < 0.02 and not is_return else ""
            line = (
                f"o{number},{is_return},{customer},{seller},{product},completed,{day},"
                f"{quantity},{chance.choice(['9.90', '10', '0.001'])},{refund}"
            )
            lines += [line] * (2 if chance.random() < 0.05 else 1)
    return lines


@dataclass
class Ready:
    """An installation to begin from, and what a run that nobody disturbs makes of it."""

    template: Installation
    clean: Content
    answer: dict[str, Any]
    seconds: float
    results: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installations")


@pytest.fixture(scope="module")
def before_orders(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    folder: Path,
    files: dict[str, Path],
) -> Iterator[Ready]:
    with django_db_blocker.unblock():
        template = new_installation(folder / "template")
        for kind in ("sellers", "customers", "follows"):
            template.siyu("import", kind, files[kind])
        clean = template.copy(folder / "clean")
        answer, seconds = clean.timed("import", "orders", files["orders"])
        yield Ready(template, clean.content(), answer, seconds)
        clean.remove()
        template.remove()


@pytest.fixture(scope="module")
def before_night(
    django_db_blocker: DjangoDbBlocker, before_orders: Ready, folder: Path, files: dict[str, Path]
) -> Iterator[Ready]:
    with django_db_blocker.unblock():
        template = before_orders.template.copy(folder / "night-template")
        template.siyu("import", "orders", files["orders"])
        clean = template.copy(folder / "night-clean")
        answer, seconds = clean.timed("nightly", "--as-of", AS_OF)
        yield Ready(template, clean.content(), answer, seconds, results_of(clean))
        clean.remove()
        template.remove()


def results_of(installation: Installation) -> dict[str, Any]:
    """What readers see of the newest night."""
    with installation.opened() as alias:
        newest = Publication.objects.using(alias).order_by("-published_at").first()
    assert newest is not None
    return installation.results(newest.program_id, newest.results_id)


def assert_equal(found: Content, clean: Content) -> None:
    assert found.keys() == clean.keys()
    for table, rows in clean.items():
        assert len(found[table]) == len(rows), table
        assert found[table] == rows, table


def rejects(answer: dict[str, Any]) -> list[str]:
    return Path(answer["rejects_file"]).read_text(encoding="utf-8-sig").splitlines()


def kill(ready: Ready, trial: Installation, chance: random.Random, *command: str | Path) -> bool:
    """Kill a command once or twice at random moments; whether one hit it at work."""
    hits = [
        trial.killed(*command, after_seconds=chance.uniform(0, ready.seconds))
        for _ in range(chance.choice([1, 1, 2]))
    ]
    return any(hits)


def try_import(ready: Ready, trial: Installation, chance: random.Random, path: Path) -> bool:
    hit = kill(ready, trial, chance, "import", "orders", path)
    answer = trial.siyu("import", "orders", path)
    assert_equal(trial.content(), ready.clean)
    assert (answer["read"], answer["rejected"]) == (ready.answer["read"], ready.answer["rejected"])
    assert rejects(answer) == rejects(ready.answer)
    return hit


def try_night(ready: Ready, trial: Installation, chance: random.Random) -> bool:
    hit = kill(ready, trial, chance, "nightly", "--as-of", AS_OF)
    trial.siyu("nightly", "--as-of", AS_OF)
    assert_equal(trial.content(), ready.clean)
    assert results_of(trial) == ready.results
    return hit


@pytest.fixture
def trials(
    folder: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[Callable[[Ready], Installation]]:
    """Copies to try on; the database of the tests itself is not touched."""
    made: list[Installation] = []

    def trial(ready: Ready) -> Installation:
        made.append(ready.template.copy(folder / f"trial-{len(made)}-{new_id()}"))
        return made[-1]

    with django_db_blocker.unblock():
        yield trial
        for installation in made:
            installation.remove()


def test_a_killed_import_done_again_equals_a_clean_one(
    before_orders: Ready, files: dict[str, Path], trials: Callable[[Ready], Installation]
):
    trial = trials(before_orders)
    try_import(before_orders, trial, random.Random(), files["orders"])
    again = trial.siyu("import", "orders", files["orders"])
    assert again["changed_nothing"]
    assert_equal(trial.content(), before_orders.clean)


def test_a_killed_night_done_again_equals_a_clean_one(
    before_night: Ready, trials: Callable[[Ready], Installation]
):
    try_night(before_night, trials(before_night), random.Random())


@pytest.mark.bar
def test_twenty_killed_imports(
    before_orders: Ready, files: dict[str, Path], trials: Callable[[Ready], Installation]
):
    chance = random.Random(1)
    hits = [
        try_import(before_orders, trials(before_orders), chance, files["orders"])
        for _ in range(KILLS_OF_THE_BAR)
    ]
    assert sum(hits) > KILLS_OF_THE_BAR / 2


@pytest.mark.bar
def test_twenty_killed_nights(before_night: Ready, trials: Callable[[Ready], Installation]):
    chance = random.Random(2)
    hits = [try_night(before_night, trials(before_night), chance) for _ in range(KILLS_OF_THE_BAR)]
    assert sum(hits) > KILLS_OF_THE_BAR / 2


def test_the_file_held_what_makes_it_hard(before_orders: Ready):
    """Else the trials would prove little."""
    clean, answer = before_orders.clean, before_orders.answer
    assert answer["read"] >= LINES
    assert set(answer["rejected"]) == {"bad_number", "unknown_seller"}
    assert min(answer["rejected"].values()) > 5
    assert len(clean["orders.orderline"]) > LINES * 0.9
    assert len(clean["orders.refund"]) > 400
    assert len(clean["credit.credit"]) == len(clean["orders.orderline"])
    delivered = [row for row in clean["operations.delivery"] if '"done"' in row]
    assert len(delivered) == len(clean["operations.delivery"]) > 3
