"""What the law has against parts of a plan, and against the tree of invitations."""

from __future__ import annotations

import msgspec
import pytest

from siyu.foundation.errors import BadInput
from siyu.rooms.plans.rules import (
    figures_of,
    lint_plan,
    lint_tree,
    read_plan,
    verdict_of,
)
from siyu.rooms.plans.types import Invited, Severity, TreeFigures, Verdict

PLAIN = """
name = "plain"
from_on = 2026-01-01
"""
OWN_SALES = """
[[shares]]
name = "own sales"
rates = [{ percent = 10 }]
"""


def rules_of(head: str = "", tail: str = "") -> list[tuple[str, Severity]]:
    return [
        (found.rule, found.severity)
        for found in lint_plan(read_plan(PLAIN + head + OWN_SALES + tail))
    ]


BLOCK, HIGH, WARN = Severity.BLOCK, Severity.HIGH, Severity.WARN
INVITER = '[[shares]]\nname = "up"\nto = "inviter"\nrates = [{ percent = %s }]\n'
MORE = '[[shares]]\nname = "more"\n%s\nrates = [{ percent = %s }]\n'
BY_PIECE = '[[shares]]\nname = "piece"\non = "%s"\nof = "piece"\nrates = [{ amount = 1 }]\n'


@pytest.mark.parametrize(
    ("head", "tail", "expected"),
    [
        ("", "", []),
        ("", BY_PIECE % "recruit", [("CPL-001", BLOCK)]),
        ("", BY_PIECE % "sharing", [("CPL-017", HIGH)]),
        ('channels = ["store"]\n', BY_PIECE % "sharing", []),
        ("", BY_PIECE % "task", []),
        ("[joining]\ndeposit = 1\n", "", [("CPL-002", BLOCK)]),
        ("[joining]\nkeep_purchase = 99\n", "", [("CPL-002", BLOCK)]),
        ('[[levels]]\nkey = "a"\nfee = 1\n', "", [("CPL-002", BLOCK)]),
        ('[[levels]]\nkey = "a"\nteam_sales = 1\n', "", [("CPL-006", BLOCK), ("CPL-016", BLOCK)]),
        ('channels = ["app"]\n', INVITER % 1, [("CPL-004", BLOCK)]),
        ('channels = ["app"]\nallows_depth_2 = true\n', INVITER % 1, [("CPL-004", HIGH)]),
        ("allows_depth_2 = true\n", INVITER % 1, [("CPL-016", BLOCK), ("CPL-004", HIGH)]),
        ("", INVITER % 0, []),
        ("pays_recruits_purchases = true\n", "", [("CPL-007", HIGH)]),
        ("binding_days = 31\n", "", [("CPL-007", WARN)]),
        ("pays_own_purchases = true\n", "", [("CPL-012", WARN)]),
        ("", MORE % ('to = "store"', 20), []),
        ("", MORE % ('to = "store"', "20.01"), [("CPL-011", WARN)]),
        ("", MORE % ('to = "store"', "40.01"), [("CPL-011", HIGH)]),
        ("gross_margin_percent = 12\n", MORE % ('to = "store"', 3), [("CPL-011", BLOCK)]),
        ("", MORE % ('of = "margin"', 100), []),
        ("gross_margin_percent = 50\n", MORE % ('of = "margin"', 80), [("CPL-011", WARN)]),
        ("gross_margin_percent = 50\n", MORE % ('of = "margin"', 81), [("CPL-011", BLOCK)]),
        ("[release]\ndays = 7\n", "", []),
        ("[release]\ndays = 6\n", "", [("CPL-014", HIGH)]),
        ("[release]\nwaits_for_disputes = false\n", "", [("CPL-014", HIGH)]),
        ("[release]\ndays = 6\nto_personal_wallet = true\n", "", [("CPL-014", BLOCK)]),
        ("[release]\nneeds_identity = false\n", "", [("CPL-022", BLOCK)]),
        ("[release]\nsplits_payments = true\n", "", [("CPL-019", BLOCK)]),
        ("[joining]\nleast_age = 17\n", "", [("CPL-015", BLOCK)]),
        ('[joining]\nleaves_out = ["students"]\n', "", [("CPL-015", WARN)]),
        ("[promises]\nlabels_ads = false\n", "", [("CPL-020", WARN)]),
        ("[promises]\ncollects_merchants_money = true\n", "", []),
        (
            "[promises]\ncollects_merchants_money = true\nhas_many_merchants = true\n",
            "",
            [("CPL-018", BLOCK)],
        ),
        ('[promises]\nclaims = ["保底收益", "每单返现"]\n', "", [("CPL-013", HIGH)]),
    ],
)
def test_what_is_found(head: str, tail: str, expected: list[tuple[str, Severity]]) -> None:
    assert rules_of(head, tail) == expected


def test_a_verdict_is_that_of_the_gravest() -> None:
    assert verdict_of([]) is Verdict.PASSES
    warned = lint_plan(read_plan(PLAIN + "pays_own_purchases = true" + OWN_SALES))
    assert verdict_of(warned) is Verdict.PASSES


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("name = ", "plan"),
        ('name = "x"\n' + OWN_SALES, "plan"),
        (PLAIN + OWN_SALES + "unknown = 1", "shares[0]"),
        (PLAIN + 'until_on = "soon"\n' + OWN_SALES, "until_on"),
        (PLAIN + "until_on = 2025-12-31\n" + OWN_SALES, "until_on"),
        (PLAIN, "shares"),
        (PLAIN + 'currency = "XX"\n' + OWN_SALES, "currency"),
        (PLAIN + OWN_SALES + OWN_SALES, "name"),
        (PLAIN + MORE % ("", 101), "shares[0].rates[0].percent"),
        (PLAIN + MORE % ("", -1), "shares[0].rates[0].percent"),
        (PLAIN + MORE % ("", "0.00001"), "shares[0].rates[0].percent"),
        (PLAIN + MORE % ('of = "piece"', 1), "shares[0].rates[0]"),
        (PLAIN + MORE % ('on = "task"', 1), "shares[0].of"),
        (PLAIN + MORE % ("", '1, levels = ["gold"]'), "shares[0].rates[0].levels"),
        (PLAIN + MORE % ("", '1, from_time = "22:00"'), "shares[0].rates[0].from_time"),
        (
            PLAIN + MORE % ("", '1, from_time = "24:00", until_time = "01:00"'),
            "shares[0].rates[0].from_time",
        ),
        (PLAIN + MORE % ("", "1 }, { percent = 2"), "shares[0].rates[0]"),
        (PLAIN + MORE % ('limits = [{ per = "line" }]', 1), "shares[0].limits[0]"),
        (
            PLAIN + MORE % ('limits = [{ per = "line", least = 2, most = 1 }]', 1),
            "shares[0].limits[0].least",
        ),
        (
            PLAIN + MORE % ('limits = [{ per = "campaign", most = 1 }]', 1),
            "shares[0].limits[0].per",
        ),
        (
            PLAIN + MORE % ('limits = [{ per = "line", most = 0.001 }]', 1),
            "shares[0].limits[0].most",
        ),
        (PLAIN + OWN_SALES + '[[bonuses]]\nname = "b"\nsteps = []', "bonuses[0].steps"),
        (
            PLAIN
            + OWN_SALES
            + '[[bonuses]]\nname = "b"\nper = "campaign"\nsteps = [{ at = 1, amount = 1 }]',
            "bonuses[0].only",
        ),
        (
            PLAIN
            + OWN_SALES
            + '[[bonuses]]\nname = "b"\nsteps = [{ at = 2, amount = 1 }, { at = 2, amount = 2 }]',
            "bonuses[0].steps",
        ),
        (
            PLAIN
            + OWN_SALES
            + '[[bonuses]]\nname = "b"\nmeasure = "orders"\nsteps = [{ at = 2, percent = 1 }]',
            "bonuses[0].steps[0].percent",
        ),
    ],
)
def test_a_plan_that_cannot_be_meant_names_its_part(text: str, field: str) -> None:
    with pytest.raises(BadInput) as raised:
        read_plan(text)
    assert raised.value.field == field


def test_a_plan_is_the_same_after_it_was_stored() -> None:
    plan = read_plan(PLAIN + OWN_SALES)
    assert msgspec.json.decode(msgspec.json.encode(plan), type=type(plan)) == plan


def chain(*groups: int, pays: bool = True, start: int = 1) -> list[Invited]:
    """Levels of sellers, as many as said; the first of each level invited all of the next."""
    sellers: list[Invited] = []
    first: int | None = None
    for size in groups:
        ids = [start + len(sellers) + place for place in range(size)]
        sellers += [
            Invited(seller_id=each, invited_by_id=first, pays_upwards=pays and first is not None)
            for each in ids
        ]
        first = ids[0]
    return sellers


def test_figures_of_a_chain_with_and_without_the_organiser() -> None:
    sellers = chain(1, 3, 3, 3)
    assert figures_of(sellers) == TreeFigures(paid_levels=5, paid_persons=11, levels=5, persons=11)
    assert figures_of(sellers, organiser_is_root=False) == TreeFigures(
        paid_levels=4, paid_persons=10, levels=4, persons=10
    )


def test_a_plan_that_pays_who_sold_has_two_levels_however_many_invite() -> None:
    figures = figures_of(chain(1, 30, 30, 30, pays=False))
    assert (figures.paid_levels, figures.paid_persons) == (2, 1)
    assert (figures.levels, figures.persons) == (5, 92)
    (found,) = lint_tree(figures)
    assert (found.rule, found.severity) == ("CPL-009", Severity.WARN)


def test_three_levels_and_thirty_persons_stop_payouts() -> None:
    near = figures_of(chain(1, 27))
    assert (near.paid_levels, near.paid_persons) == (3, 29)
    assert [(each.rule, each.severity) for each in lint_tree(near)] == [("CPL-009", HIGH)]
    reached = figures_of(chain(1, 28))
    assert reached.paid_persons == 30
    assert [(each.rule, each.severity) for each in lint_tree(reached)] == [("CPL-008", BLOCK)]


def test_trees_of_one_operator_are_added_up() -> None:
    figures = figures_of([*chain(1, 14), *chain(1, 14, start=100)])
    assert figures.paid_persons == 31
    assert [each.rule for each in lint_tree(figures)] == ["CPL-008"]


def test_an_aggravated_case() -> None:
    many = figures_of(chain(1, 118))
    assert many.paid_persons == 120
    assert [each.rule for each in lint_tree(many)] == ["CPL-008", "CPL-010"]
    some = figures_of(chain(1, 58))
    assert some.paid_persons == 60
    assert [each.rule for each in lint_tree(some)] == ["CPL-008"]
    assert [each.rule for each in lint_tree(some, was_sanctioned=True)] == ["CPL-008", "CPL-010"]
    few = figures_of(chain(1, 5))
    assert "CPL-010" in {each.rule for each in lint_tree(few, collected_fen=250_000_000)}
    assert "CPL-010" not in {each.rule for each in lint_tree(few, collected_fen=249_999_999)}


def test_nobody_and_a_circle() -> None:
    assert figures_of([]) == TreeFigures(paid_levels=0, paid_persons=0, levels=0, persons=0)
    assert lint_tree(figures_of([])) == []
    circle = [
        Invited(seller_id=one, invited_by_id=other, pays_upwards=True)
        for one, other in ((1, 2), (2, 3), (3, 1))
    ]
    assert figures_of(circle).paid_levels == 4
