"""A computed night: candidates lie ready, no list is drawn yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from siyu.rooms.customers.queries import customer_ids_by_key
from siyu.rooms.insights.actions import compute_insights, sync_warehouse
from siyu.rooms.insights.types import Parameters
from siyu.rooms.operations.actions import RunLog, request_run, wait_until_stable
from siyu.rooms.operations.types import Viewer
from siyu.rooms.outreach.actions import draw_lists, set_policy
from siyu.rooms.outreach.facts import read_contacts
from siyu.rooms.outreach.models import ControlDraw, Playbook
from siyu.rooms.outreach.queries import policy_of, today_of
from siyu.rooms.outreach.types import TaskView
from tests.rooms.brand import Brand, new_brand

AS_OF = date(2025, 6, 1)
FRIENDS_SINCE = "2025-05-20 10:00"
FRIENDS = 220
SELLERS = tuple(f"s{number}" for number in range(10))


@dataclass(frozen=True)
class Night:
    """One night's results and the brand that they are of."""

    brand: Brand
    results_id: int

    def policy(self, **changes: int) -> None:
        """Change some limits of contact."""
        policy = vars(policy_of(program_id=self.brand.program.id))
        set_policy(program_id=self.brand.program.id, **{**policy, **changes})

    def draw(self, as_of: date = AS_OF) -> int:
        """Draw the lists of a day from the night's candidates."""
        return draw_lists(
            program_id=self.brand.program.id,
            results_id=self.results_id,
            as_of=as_of,
            log=run_log(self.brand, f"draw:{as_of}"),
        )

    def tasks(self) -> list[dict[str, Any]]:
        """Every task, held ones too, as the warehouse is told of them."""
        tables = read_contacts(self.brand.program.id, 0, 2**62)
        return [row for table in tables for row in table.to_pylist()]

    def of(self, seller: str, state: str | None = None) -> list[dict[str, Any]]:
        seller_id = self.brand.seller(seller)
        return [
            row
            for row in self.tasks()
            if row["seller_id"] == seller_id and state in (None, row["state"])
        ]

    def arms(self) -> dict[int, str]:
        """The arm of every customer who stands in the comparison with no playbook."""
        rows = ControlDraw.objects.filter(program_id=self.brand.program.id)
        return dict(rows.values_list("customer_id", "arm"))

    def viewer(self, seller: str = "s0") -> Viewer:
        return self.brand.seller_viewer(seller)

    def open(self, seller: str = "s0", today: date = AS_OF) -> tuple[TaskView, ...]:
        """What the seller sees to do."""
        viewer, seller_id = self.viewer(seller), self.brand.seller(seller)
        return today_of(viewer=viewer, seller_id=seller_id, today=today).open

    def friend(self, number: int, seller: int = 0) -> int:
        """One of a seller's friends who never ordered."""
        return self.brand.customer(f"c{seller}-{number}")


def run_log(brand: Brand, key: str) -> RunLog:
    run = request_run(program_id=brand.program.id, kind="test", key=key, arguments={})
    return RunLog(run.id, lambda name, done, total: None)


def new_night() -> Night:
    """Ten sellers with 220 friends each who never ordered, and some whom nobody may contact."""
    brand = new_brand()
    brand.sellers(*({"key": key} for key in SELLERS), {"key": "gone", "status": "left"})
    friends = {f"c{s}-{n}": f"s{s}" for s in range(len(SELLERS)) for n in range(FRIENDS)}
    friends |= {"out": "s0", "child": "s0", "adult": "s0"}
    friends |= {f"of-gone-{n}": "gone" for n in range(3)}
    brand.customers(
        *({"key": key} for key in friends if key.startswith("c")),
        {"key": "out", "opted_out": True},
        {"key": "child", "born_on": date(2007, 6, 3)},
        {"key": "adult", "born_on": date(2007, 5, 31)},
    )
    brand.follows(
        *(
            {"customer_key": key, "seller_key": seller, "followed_at": FRIENDS_SINCE}
            for key, seller in friends.items()
        )
    )
    brand.react()
    wait_until_stable()
    sync_warehouse(program_id=brand.program.id, log=run_log(brand, "sync"))
    playbooks = Playbook.objects.filter(program_id=brand.program.id)
    results_id = compute_insights(
        program_id=brand.program.id,
        parameters=Parameters(
            as_of=AS_OF,
            priorities=dict(playbooks.values_list("signal", "priority")),
            keep=FRIENDS + 3,
            quota_days=7,
        ),
        log=run_log(brand, "compute"),
    )
    return Night(brand, results_id)


def ids_of(brand: Brand, *keys: str) -> set[int]:
    found = customer_ids_by_key(program_id=brand.program.id, source=brand.source, keys=keys)
    return set(found.values())
