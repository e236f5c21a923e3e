"""A brand that a test fills row by row, through the rooms' public actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from siyu.rooms.catalog.actions import import_products
from siyu.rooms.catalog.queries import categories_in
from siyu.rooms.communities.actions import import_communities
from siyu.rooms.customers.actions import import_customers, import_follows
from siyu.rooms.customers.queries import customer_ids_by_key
from siyu.rooms.operations.actions import deliver_all, run_now, wait_until_stable
from siyu.rooms.operations.queries import pending_deliveries
from siyu.rooms.operations.types import ImportCounts, Viewer
from siyu.rooms.orders.actions import import_order_heads, import_orders, import_returns
from siyu.rooms.organization.actions import add_staff, grant_role
from siyu.rooms.organization.queries import (
    owner_viewer,
    unit_ids_by_key,
    units_under,
    viewer_of,
)
from siyu.rooms.organization.types import ProgramView, Role
from siyu.rooms.outreach.actions import nightly_key, open_program
from siyu.rooms.sellers.actions import import_sellers
from siyu.rooms.sellers.queries import seller_ids_by_key, sellers_of_ids
from tests.rooms.arrow_rows import (
    Row,
    community_rows,
    customer_rows,
    follow_rows,
    order_head_rows,
    order_rows,
    product_rows,
    seller_rows,
)


@dataclass(frozen=True)
class Brand:
    """One program and the files that come into it."""

    program: ProgramView
    source: str = "file"

    @property
    def owner(self) -> Viewer:
        return owner_viewer(program_id=self.program.id)

    def sellers(self, *rows: Row) -> ImportCounts:
        return self._import(import_sellers, seller_rows(*rows))

    def customers(self, *rows: Row) -> ImportCounts:
        return self._import(import_customers, customer_rows(*rows))

    def products(self, *rows: Row) -> ImportCounts:
        return self._import(import_products, product_rows(*rows))

    def follows(self, *rows: Row) -> ImportCounts:
        return self._import(import_follows, follow_rows(*rows))

    def communities(self, *rows: Row) -> ImportCounts:
        return self._import(import_communities, community_rows(*rows))

    def orders(self, *rows: Row) -> ImportCounts:
        return self._import(import_orders, order_rows(*rows, currency=self.program.currency))

    def returns(self, *rows: Row) -> ImportCounts:
        returned = [{"is_return": True, **row} for row in rows]
        return self._import(import_returns, order_rows(*returned, currency=self.program.currency))

    def order_heads(self, *rows: Row) -> ImportCounts:
        return self._import(import_order_heads, order_head_rows(*rows))

    def follow(self, customer: str, seller: str, since: str, **more: Any) -> ImportCounts:
        return self.follows(
            {"customer_key": customer, "seller_key": seller, "followed_at": since, **more}
        )

    def react(self) -> None:
        """Deliver every event; all reactions must succeed."""
        deliver_all()
        assert pending_deliveries() == 0

    def customer(self, key: str) -> int:
        keys = {"program_id": self.program.id, "source": self.source, "keys": [key]}
        return customer_ids_by_key(**keys)[key]

    def seller(self, key: str) -> int:
        keys = {"program_id": self.program.id, "source": self.source, "keys": [key]}
        return seller_ids_by_key(**keys)[key]

    def store(self, key: str) -> int:
        return unit_ids_by_key(program_id=self.program.id, keys=[key])[key]

    def unit(self, name: str) -> int:
        found = units_under(viewer=self.owner)
        return next(unit.id for unit in found if unit.name == name)

    def category(self, name: str) -> int:
        found = categories_in(program_id=self.program.id)
        return next(key for key, known in found.items() if known == name)

    def seller_viewer(self, key: str, *, by_link: bool = False) -> Viewer:
        """The seller of a key as a viewer."""
        seller_id = self.seller(key)
        found = sellers_of_ids(viewer=self.owner, seller_ids=[seller_id])[seller_id]
        assert found.staff_id is not None
        return viewer_of(staff_id=found.staff_id, program_id=self.program.id, by_link=by_link)

    def staff(self, login: str, role: Role, unit_id: int | None = None) -> Viewer:
        """A new member of staff with a role, as a viewer."""
        staff_id = add_staff(login=login, name=login.title())
        program_id = self.program.id
        grant_role(
            staff_id=staff_id, program_id=program_id, role=role, unit_id=unit_id, actor_id=None
        )
        return viewer_of(staff_id=staff_id, program_id=program_id)

    def night(self, as_of: date) -> None:
        """Deliver every event and run the night of a day over all that is committed."""
        self.react()
        wait_until_stable()
        run_now(
            program_id=self.program.id,
            kind="nightly",
            key=nightly_key(program_id=self.program.id, as_of=as_of),
            arguments={"as_of": str(as_of)},
        )

    def _import(self, action: Any, rows: Any) -> ImportCounts:
        counts: ImportCounts = action(program_id=self.program.id, source=self.source, rows=rows)
        return counts


def new_brand(code: str = "main", **program: Any) -> Brand:
    """A brand in yuan and Shanghai's time, unless told otherwise."""
    settings = {"name": code.title(), "currency": "CNY", "zone": "Asia/Shanghai", **program}
    return Brand(open_program(code=code, **settings))
