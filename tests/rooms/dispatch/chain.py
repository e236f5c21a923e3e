"""A chain of three shops whose sellers are asked for something."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from siyu.analytics.conditions import Audience, Condition, Operator
from siyu.rooms.dispatch.actions import send_dispatch
from siyu.rooms.dispatch.queries import find_dispatch, find_own_dispatch
from siyu.rooms.dispatch.types import Draft, OwnDispatch, Progress
from siyu.rooms.operations.actions import run_now, wait_until_stable
from siyu.rooms.operations.types import Viewer
from siyu.rooms.outreach.actions import edit_playbook, nightly_key, set_policy
from siyu.rooms.outreach.queries import playbooks_of, policy_of
from siyu.rooms.segments.actions import create_segment
from tests.rooms.brand import Brand, new_brand

AS_OF = date(2025, 6, 2)
NOW = datetime(2025, 6, 2, 1, 0, tzinfo=UTC)
DUE = datetime(2025, 6, 4, 10, 0, tzinfo=UTC)
BUYERS: Audience = ((Condition(field="orders", operator=Operator.AT_LEAST, values=(1,)),),)
ERRAND = Draft(key="todo", title="Dress the window", body="By the new plan.", due_at=DUE)


@dataclass(frozen=True)
class Chain:
    """Ann and Amy sell in the north's n1, Bob in n2, Cat in the south's s1.

    Ann serves a1 to a4 and a young one, Bob b1 and b2, Cat c1; all have bought.
    """

    brand: Brand
    buyers: int

    @property
    def owner(self) -> Viewer:
        return self.brand.owner

    def send(self, viewer: Viewer | None = None, now: datetime = NOW, **draft: Any) -> int:
        sent = replace(ERRAND, **draft)
        dispatch_id = send_dispatch(viewer=viewer or self.owner, draft=sent, now=now)
        self.hand_out(dispatch_id)
        return dispatch_id

    def hand_out(self, dispatch_id: int) -> None:
        run_now(
            program_id=self.brand.program.id,
            kind="dispatch",
            key=f"dispatch:{dispatch_id}",
            arguments={"dispatch_id": dispatch_id},
        )

    def call_back(self, **draft: Any) -> int:
        more = {"key": "call", "segment_id": self.buyers, "asks_reason": True, **draft}
        return self.send(**more)

    def own(self, seller: str, dispatch_id: int) -> OwnDispatch:
        return find_own_dispatch(viewer=self.brand.seller_viewer(seller), dispatch_id=dispatch_id)

    def customers(self, seller: str, dispatch_id: int) -> set[int | None]:
        return {each.customer_id for each in self.own(seller, dispatch_id).open}

    def progress(self, dispatch_id: int, now: datetime = NOW) -> Progress:
        return find_dispatch(viewer=self.owner, dispatch_id=dispatch_id, now=now).progress


def night(brand: Brand, as_of: date) -> None:
    brand.react()
    wait_until_stable()
    run_now(
        program_id=brand.program.id,
        kind="nightly",
        key=nightly_key(program_id=brand.program.id, as_of=as_of),
        arguments={"as_of": str(as_of)},
    )


def stop_playbooks(brand: Brand) -> None:
    for each in playbooks_of(viewer=brand.owner, on=AS_OF):
        edit_playbook(
            viewer=brand.owner,
            playbook_id=each.id,
            priority=each.priority,
            is_enabled=False,
            texts={},
        )


def new_chain() -> Chain:
    brand = new_brand("chain")
    brand.sellers(
        {"key": "ann", "store_key": "n1", "region_name": "north"},
        {"key": "amy", "store_key": "n1", "region_name": "north"},
        {"key": "bob", "store_key": "n2", "region_name": "north"},
        {"key": "cat", "store_key": "s1", "region_name": "south"},
        {"key": "gone", "store_key": "s1", "region_name": "south", "status": "left"},
    )
    brand.products({"key": "tea", "name": "Tea"}, {"key": "cup", "name": "Cup"})
    brand.customers({"key": "young", "born_on": date(2012, 1, 1)})
    served = {"ann": ("a1", "a2", "a3", "a4", "young"), "bob": ("b1", "b2"), "cat": ("c1",)}
    days = 20
    for seller, customers in served.items():
        for customer in customers:
            days += 1
            on = AS_OF - timedelta(days=days)
            brand.follow(customer, seller, "2025-01-20 10:00")
            brand.orders(
                {
                    "order_key": f"{customer}-1",
                    "customer_key": customer,
                    "product_key": "tea",
                    "unit_price": "100",
                    "ordered_at": f"{on} 10:00",
                    "paid_at": f"{on} 10:00",
                }
            )
    policy = policy_of(program_id=brand.program.id)
    everyone = replace(policy, hold_share_ppm=0, control_share_ppm=0)
    set_policy(program_id=brand.program.id, **vars(everyone))
    stop_playbooks(brand)
    buyers = create_segment(viewer=brand.owner, name="Buyers", note="", audience=BUYERS)
    night(brand, AS_OF)
    return Chain(brand, buyers)
