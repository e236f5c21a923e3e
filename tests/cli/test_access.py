"""Who may run what: every command, by hand, for each login of `--as` and for the owner."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer

from siyu.faces.cli import app
from siyu.rooms.operations.models import ImportFile, Run
from siyu.rooms.organization.models import Program, SignInLink, Staff
from tests.child_process import environment
from tests.cli.conftest import Siyu
from tests.faces.access_matrix import PLAN
from tests.faces.two_brands import PRICES, TwoBrands, customer_of, seller_of, today

VIEWERS = (
    "owner",
    "administrator",
    "operator",
    "analyst",
    "region",
    "store",
    "seller",
    "outsider",
    "nobody",
    "unknown",
)

# done: it is carried out. role: the role in that program does not allow it (or there is none).
# owner: only the machine's owner may. None of those refused reads or writes anything.
_TABLE = """
                                    owner admin oper  anal  regi  stor  sell  outs  nobo  unkn
import products FILE -P plum        done  done  done  role  role  role  role  role  role  role
import products FILE -P fern        done  role  role  role  role  role  role  done  role  role
import products FILE -P plum --dry  done  done  done  role  role  role  role  role  role  role
import --template orders            done  done  done  done  done  done  done  done  done  done
nightly --as-of never -P plum       done  done  done  role  role  role  role  role  role  role
nightly --as-of never -P fern       done  role  role  role  role  role  role  done  role  role
hourly -P plum                      done  done  done  role  role  role  role  role  role  role
hourly -P fern                      done  role  role  role  role  role  role  done  role  role
metrics -P plum                     done  done  done  done  done  done  role  role  role  role
metrics -P fern                     done  role  role  role  role  role  role  done  role  role
drivers -P plum                     done  done  done  done  done  done  role  role  role  role
drivers -P fern                     done  role  role  role  role  role  role  done  role  role
backtest -P plum                    done  done  done  done  role  role  role  role  role  role
backtest -P fern                    done  role  role  role  role  role  role  done  role  role
fit -P plum                         done  done  done  done  role  role  role  role  role  role
fit -P fern                         done  role  role  role  role  role  role  done  role  role
warehouse sync -P plum              done  done  done  role  role  role  role  role  role  role
warehouse sync -P fern              done  role  role  role  role  role  role  done  role  role
warehouse rebuild -P plum           done  done  done  role  role  role  role  role  role  role
warehouse rebuild -P fern           done  role  role  role  role  role  role  done  role  role
warehouse verify -P plum            done  done  done  role  role  role  role  role  role  role
warehouse verify -P fern            done  role  role  role  role  role  role  done  role  role
doctor                              done  owner owner owner owner owner owner owner owner owner
staff add new --name N --role R -P plum  done  owner owner owner owner owner owner owner owner owner
staff password bob                  -     owner owner owner owner owner owner owner owner owner
staff link bob                      done  owner owner owner owner owner owner owner owner owner
program create moss --name Moss     done  owner owner owner owner owner owner owner owner owner
program list                        done  owner owner owner owner owner owner owner owner owner
ledger verify -P plum               done  done  role  role  role  role  role  role  role  role
ledger verify -P fern               done  role  role  role  role  role  role  done  role  role
plan lint PLAN -P plum              done  done  done  role  role  role  role  role  role  role
plan lint PLAN -P fern              done  role  role  role  role  role  role  done  role  role
plan simulate PLAN -P plum          done  done  done  role  role  role  role  role  role  role
plan simulate PLAN -P fern          done  role  role  role  role  role  role  done  role  role
accrue -P plum                      done  done  done  role  role  role  role  role  role  role
accrue -P fern                      done  role  role  role  role  role  role  done  role  role
audit verify                        done  owner owner owner owner owner owner owner owner owner
demo                                -     owner owner owner owner owner owner owner owner owner
"""
# Commands that are tried in processes of their own, below.
APART = {"keys rotate"}
WORDS = {
    "-P": "--program",
    "--dry": "--dry-run",
    "R": "analyst",
    "N": "New",
}
LOGINS = {"owner": None, "seller": "ann", "unknown": "no-such-login"}
PERIOD = ("--from", str(today().replace(day=1).replace(year=2020)), "--to", str(today()))
AS_OF = ("--as-of", str(today()), "--days", "3")
UNTIL = ("--calibration-end", str(today()))
BEFORE = ("--against-from", "2019-01-01", "--against-to", "2019-12-31")


@dataclass(frozen=True)
class Row:
    """One command line and how it ends for each login."""

    line: str
    expected: dict[str, str]

    def __str__(self) -> str:
        return self.line.replace(" ", "_")


def _row(text: str) -> Row:
    words = text.split()
    ends = words[-len(VIEWERS) :]
    return Row(" ".join(words[: -len(VIEWERS)]), dict(zip(VIEWERS, ends, strict=True)))


ROWS = [_row(line) for line in _TABLE.strip().splitlines()[1:]]


def arguments_of(row: Row, folder: Path) -> list[str]:
    file = folder / "goods.csv"
    file.write_text("product_key,name\np-1,Cup\n")
    plan = folder / "plan.toml"
    plan.write_text(PLAN)
    files = {"FILE": str(file), "PLAN": str(plan)}
    words = [WORDS.get(word, files.get(word, word)) for word in row.line.split()]
    needed = {"metrics": PERIOD, "drivers": (*PERIOD, *BEFORE), "fit": UNTIL, "backtest": AS_OF}
    needed |= {"plan simulate": PERIOD}
    return [*words, *needed.get(words[0], needed.get(" ".join(words[:2]), ()))]


def how_it_ended(answer: Any) -> str:
    if answer.code == 2 and "Only the owner of the machine" in answer.errors:
        return "owner"
    refused = ("does not allow this", "a whole program", "You hold no role", "There is no login")
    if answer.code == 1 and any(words in answer.errors for words in refused):
        return "role"
    # A date that is none, what the doctor found wrong, and that nobody came back, are told behind
    # the door.
    told = ("never is no date", "Something needs mending", "Nobody bought a second time")
    if answer.code == 0 or any(words in answer.errors for words in told):
        return "done"
    return f"{answer.code}: {answer.errors}"


CASES = [(row, who) for row in ROWS for who in VIEWERS if row.expected[who] != "-"]


@pytest.mark.parametrize(("row", "who"), CASES, ids=str)
def test_each_may_run_what_the_matrix_says(
    both: TwoBrands, siyu: Siyu, tmp_path: Path, row: Row, who: str
):
    tables = (Run, ImportFile, Program, Staff, SignInLink)
    before = [table._default_manager.count() for table in tables]
    answer = siyu(*arguments_of(row, tmp_path), who=LOGINS.get(who, who))
    assert how_it_ended(answer) == row.expected[who]
    if row.expected[who] != "done":
        assert answer.output == ""
        assert [table._default_manager.count() for table in tables] == before
    reach = {"outsider": {"dan"}, "owner": set(PRICES)}.get(who, set(PRICES) - {"dan"})
    for name in PRICES:
        marks = (seller_of(name).name, customer_of(name, 1).name, customer_of(name, 1).phone)
        assert name in reach or not [m for m in marks if m in answer.output + answer.errors]


def test_every_command_stands_in_the_matrix():
    written = {tuple(row.line.split()[:2]) for row in ROWS} | {tuple(w.split()) for w in APART}
    tried = {" ".join(words) for words in written} | {words[0] for words in written}
    # `up` and `worker` serve until they are stopped, and act for nobody.
    assert set(_commands(app)) - tried == {"up", "worker"} & set(_commands(app))


def _commands(of: typer.Typer, prefix: str = "") -> list[str]:
    names = [
        prefix + (each.name or each.callback.__name__.replace("_", "-"))
        for each in of.registered_commands
        if each.callback
    ]
    for group in of.registered_groups:
        assert group.typer_instance
        names += _commands(group.typer_instance, f"{prefix}{group.name} ")
    return names


SALES = {name: 3 * price for name, price in PRICES.items()}


@pytest.mark.parametrize(
    ("who", "sellers"),
    [
        ("owner", ("ann", "amy", "bob", "cat")),
        ("administrator", ("ann", "amy", "bob", "cat")),
        ("operator", ("ann", "amy", "bob", "cat")),
        ("analyst", ("ann", "amy", "bob", "cat")),
        ("region", ("ann", "amy", "bob")),
        ("store", ("ann", "amy")),
        ("outsider", ("dan",)),
    ],
)
def test_figures_are_those_within_reach(
    both: TwoBrands, siyu: Siyu, who: str, sellers: tuple[str, ...]
):
    code = ["--program", "plum"] if who == "owner" else []
    told = siyu("metrics", *PERIOD, "--json", *code, who=LOGINS.get(who, who)).told
    assert told["gmv"] == told["gmv_identified"] == f"{sum(SALES[name] for name in sellers)}.00"
    assert told["orders"] == told["buyers"] == 3 * len(sellers)
    assert told["refunds"] == "0.00"
    assert told["currency"] == "CNY"


def test_a_login_may_come_from_the_environment(
    both: TwoBrands, siyu: Siyu, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SIYU_AS", "store")
    told = siyu("metrics", *PERIOD, "--json").told
    assert told["gmv"] == f"{SALES['ann'] + SALES['amy']}.00"
    assert how_it_ended(siyu("program", "list")) == "owner"


def test_who_left_runs_nothing(both: TwoBrands, siyu: Siyu):
    Staff.objects.filter(id=both.staff["administrator"]).update(is_active=False)
    assert how_it_ended(siyu("metrics", *PERIOD, who="administrator")) == "role"


def test_keys_are_rotated_by_the_owner_only(tmp_path: Path):
    """In an installation of its own, since a rotation that is let through changes its keys."""
    told = environment(home=tmp_path, database="")
    program = [sys.executable, "-m", "siyu.config.program"]

    def siyu_apart(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*program, *arguments],
            check=False,
            env=told,
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert siyu_apart("program", "list").returncode == 0
    before = (tmp_path / "keys.json").read_text()
    refused = siyu_apart("--as", "anybody", "keys", "rotate")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "Only the owner of the machine" in refused.stderr
    assert (tmp_path / "keys.json").read_text() == before
