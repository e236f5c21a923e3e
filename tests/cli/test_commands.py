"""What commands tell people and programs: JSON, exit codes, and errors that say what to do."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from siyu.config import serve
from siyu.faces.cli import app
from siyu.rooms.operations.actions import deliver_all
from siyu.rooms.organization.actions import check_password
from siyu.rooms.organization.models import Staff
from tests.cli.conftest import Siyu
from tests.faces.two_brands import TwoBrands, customer_of, seller_of, today

ORDERS = (
    "order_key,customer_key,seller_key,product_key,status,ordered_at,quantity,unit_price\n"
    "c-1,ck-ann-1,sk-ann,goods,completed,2025-05-01 10:00,2,10.50\n"
    "c-2,ck-ann-1,sk-ann,goods,completed,yesterday,1,10\n"
    "c-3,ck-ann-1,sk-ann,goods,completed,2025-05-01 10:00,-1,10\n"
)


@pytest.fixture
def orders(tmp_path: Path) -> str:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS)
    return str(path)


class TestImport:
    def test_a_summary_for_programs(self, both: TwoBrands, siyu: Siyu, orders: str):
        told = siyu("import", "orders", orders, "--program", "plum", "--json").told
        assert {key: told[key] for key in ("read", "created", "updated", "unchanged")} == {
            "read": 3,
            "created": 1,
            "updated": 0,
            "unchanged": 0,
        }
        assert told["rejected"] == {"bad_date": 1, "negative_quantity": 1}
        assert told["sums"]["sales"] == "21.00"
        assert (told["changed_nothing"], told["dry_run"]) == (False, False)
        with Path(told["rejects_file"]).open(encoding="utf-8-sig", newline="") as file:
            rejects = list(csv.DictReader(file))
        assert [row["order_key"] for row in rejects] == ["c-2", "c-3"]

    def test_brackets_in_an_error_are_shown(self, both: TwoBrands, siyu: Siyu, tmp_path: Path):
        path = tmp_path / "orders.csv"
        path.write_text("order_key\no-1\n")
        answer = siyu("import", "orders", str(path), "--program", "plum")
        assert answer.code == 2
        assert "the mapping's [columns]" in " ".join(answer.errors.split())

    def test_the_same_file_again_says_that_it_changed_nothing(
        self, both: TwoBrands, siyu: Siyu, orders: str
    ):
        siyu("import", "orders", orders, "--program", "plum")
        told = siyu("import", "orders", orders, "--program", "plum", "--json").told
        assert (told["created"], told["unchanged"]) == (0, 1)
        assert told["changed_nothing"] is True
        text = siyu("import", "orders", orders, "--program", "plum").output
        assert "This file changed nothing" in text

    def test_a_dry_run_writes_nothing(self, both: TwoBrands, siyu: Siyu, orders: str):
        line = ("import", "orders", orders, "--program", "plum", "--dry-run")
        first, second = (siyu(*line, "--json").told for _ in range(2))
        assert first["dry_run"] is True
        assert first["created"] == second["created"] == 1
        assert "Dry run: nothing was written." in siyu(*line).output

    @pytest.mark.parametrize(
        ("arguments", "field", "told"),
        [
            (("import",), "kind", "Say what the file holds"),
            (("import", "secrets", "x.csv"), "kind", "customers, sellers"),
            (("import", "orders", "missing.csv"), "file", "is not a file"),
            (("import", "orders"), "file", "name the file"),
            (("metrics", "--from", "May", "--to", "2026-01-31"), "from", "2026-01-31"),
            (("nightly", "--as-of", "31.1.2026", "--program", "plum"), "as_of", "2026-01-31"),
            (
                ("metrics", "--from", "2026-02-01", "--to", "2026-01-01"),
                "program",
                "there are: plum, fern",
            ),
            (
                ("metrics", "--from", "2026-02-01", "--to", "2026-01-01", "--program", "plum"),
                "to",
                "must not end before it begins",
            ),
            (("program", "create", "x", "--name", "X", "--currency", "RMB"), "currency", "CNY"),
        ],
    )
    def test_what_is_wrong_is_named_with_its_field(
        self, both: TwoBrands, siyu: Siyu, arguments: tuple[str, ...], field: str, told: str
    ):
        answer = siyu(*arguments, "--json")
        if field == "from":
            answer = siyu(*arguments, "--json", "--program", "plum")
        assert answer.code == 2
        said = json.loads(answer.output)
        assert said["field"] == field
        assert told in said["error"]
        assert said["error"] in " ".join(answer.errors.split())

    @pytest.mark.parametrize(("language", "heading"), [("en", "order_key"), ("zh", "订单号")])
    def test_a_template(self, both: TwoBrands, siyu: Siyu, language: str, heading: str):
        output = siyu("import", "--template", "orders", "--language", language).output
        assert output.startswith(heading)


def test_every_command_takes_json():
    def commands(group: Any) -> list[Any]:
        found = []
        for command in group.commands.values():
            found += commands(command) if hasattr(command, "commands") else [command]
        return found

    server = typer.Typer()
    serve.add_to(server)
    without = [
        command.name
        for command in (*commands(get_command(app)), *commands(get_command(server)))
        if "--json" not in {option for each in command.params for option in each.opts}
    ]
    assert without == []


class TestAccounts:
    def test_a_new_member_signs_in_by_link_or_password(self, both: TwoBrands, siyu: Siyu):
        line = ("staff", "add", "zoe", "--name", "Zoe Secret-Name", "--role", "store_manager")
        told = siyu(*line, "--unit", "Shop-plum-n1", "--program", "plum", "--json").told
        staff = Staff.objects.get(login="zoe")
        assert told == {"staff": str(staff.id), "login": "zoe"}
        assert not staff.has_usable_password()
        link = siyu("staff", "link", "zoe", "--address", "https://shop.example", "--json").told
        assert link["link"].startswith("https://shop.example/link/")
        typed = "long enough secret\n" * 2
        result = CliRunner().invoke(app, ["staff", "password", "zoe"], input=typed)
        assert result.exit_code == 0
        assert "long enough secret" not in result.output
        found = check_password(login="zoe", password="long enough secret", address="127.0.0.1")
        assert found.id == staff.id

    def test_a_role_that_needs_a_place_says_so(self, both: TwoBrands, siyu: Siyu):
        line = ("staff", "add", "zoe", "--name", "Zoe", "--role", "store_manager")
        answer = siyu(*line, "--program", "plum", "--json")
        assert answer.told["field"] == "unit"
        answer = siyu(*line, "--unit", "Nowhere", "--program", "plum", "--json")
        assert answer.told["error"] == "There is no org unit Nowhere."

    def test_a_shop_of_another_program_is_no_place(self, both: TwoBrands, siyu: Siyu):
        line = ("staff", "add", "zoe", "--name", "Zoe", "--role", "store_manager")
        answer = siyu(*line, "--unit", "Shop-fern-f1", "--program", "plum", "--json")
        assert answer.told["field"] == "unit"
        assert not Staff.objects.filter(login="zoe").exists()


class TestWarehouse:
    def test_it_agrees_with_the_database(self, both: TwoBrands, siyu: Siyu):
        assert siyu("warehouse", "verify", "--program", "plum", "--json").told == {
            "agrees": True,
            "differences": [],
        }

    def test_a_rebuild_feeds_everything_again(self, both: TwoBrands, siyu: Siyu):
        fed = siyu("warehouse", "rebuild", "--program", "plum", "--json").told["fed"]
        assert (fed["order_lines"], fed["customers"], fed["sellers"]) == (12, 56, 4)
        assert siyu("warehouse", "verify", "--program", "plum", "--json").told["agrees"]


class TestFit:
    def test_before_anybody_came_back_it_says_so(self, both: TwoBrands, siyu: Siyu):
        answer = siyu("fit", "--calibration-end", str(today()), "--program", "plum", "--json")
        assert answer.code == 2
        assert "second time" in answer.told["error"]


class TestDrivers:
    def test_the_parts_add_up_to_the_change(self, both: TwoBrands, siyu: Siyu):
        before = ("--against-from", "2019-01-01", "--against-to", "2019-12-31")
        now = ("--from", "2020-01-01", "--to", str(today()))
        told = siyu("drivers", *now, *before, "--by", "kind", "--program", "plum", "--json").told
        assert told["change"] == "1296300.00"
        assert sum(map(Decimal, told["parts"].values())) == Decimal(told["change"])
        assert sum(Decimal(each["change"]) for each in told["groups"]) == Decimal(told["change"])
        assert told["now"]["sellers"] == 4


class TestDoctor:
    def test_it_names_what_is_wrong_and_what_to_do(self, both: TwoBrands, siyu: Siyu):
        answer = siyu("doctor", "--json")
        assert answer.code == 1
        lines = answer.output.splitlines()
        checks = {each["check"]: each["mend"] for each in json.loads(lines[0])["checks"]}
        assert checks["audit log is intact"] == ""
        assert checks["plum: insights of the last day"] == ""
        assert "Failed reactions" in checks["plum: no failing reactions"]

    def test_no_command_prints_a_person(self, both: TwoBrands, siyu: Siyu):
        deliver_all()
        commands = (
            ("doctor",),
            ("program", "list"),
            ("audit", "verify"),
            ("warehouse", "sync", "--program", "plum"),
            ("metrics", "--from", "2020-01-01", "--to", str(today()), "--program", "plum"),
        )
        for command in commands:
            for more in ((), ("--json",)):
                answer = siyu(*command, *more)
                for person in (customer_of("ann", 1), seller_of("ann")):
                    assert person.name not in answer.output + answer.errors
                    assert person.phone not in answer.output + answer.errors


def test_the_night_tells_its_steps(both: TwoBrands, siyu: Siyu):
    assert siyu("program", "create", "moss", "--name", "Moss").code == 0
    told = siyu("nightly", "--program", "moss", "--json").told
    assert told["as_of"] == str(today())
    assert told["tasks"] == 0
    assert {"reactions", "sync", "customers_mart", "lists"} <= {s["name"] for s in told["steps"]}


def test_a_failing_reaction_stops_the_night_with_its_reason(both: TwoBrands, siyu: Siyu):
    answer = siyu("nightly", "--program", "plum", "--json")
    assert answer.code == 1
    assert answer.told["error"] == "Reactions still fail; see Failed reactions, then run again."
