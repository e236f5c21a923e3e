"""Two programs that know nothing of each other, and everybody who may look at one of them.

Names, phones and keys are marks that occur nowhere else, so a page that shows one shows a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from siyu.analytics.conditions import Condition, Operator
from siyu.foundation.calendar import month_of
from siyu.foundation.clock import business_day, utc_now
from siyu.foundation.errors import Conflict
from siyu.foundation.events import Event, announced
from siyu.rooms.campaigns.actions import add_campaign, set_targets
from siyu.rooms.campaigns.types import TargetRule
from siyu.rooms.coaching.models import SellerTask
from siyu.rooms.coaching.types import TaskState
from siyu.rooms.commissions.actions import apply_review
from siyu.rooms.customers.actions import create_tag
from siyu.rooms.dispatch.models import Assignment, Dispatch
from siyu.rooms.ledger.queries import accounts_page, moves_page
from siyu.rooms.ledger.types import Purpose
from siyu.rooms.operations.actions import (
    announce,
    carry_out,
    deliver_due,
    issue_api_key,
    open_import,
    record_audit,
    request_import,
    run_now,
    subscribe,
    wait_until_stable,
)
from siyu.rooms.operations.models import Delivery, Schedule
from siyu.rooms.operations.queries import failing_deliveries
from siyu.rooms.operations.types import ApiScope
from siyu.rooms.organization.actions import add_staff
from siyu.rooms.organization.queries import staff_by_login, units_under
from siyu.rooms.organization.types import Role, UnitKind
from siyu.rooms.outreach.actions import add_variant, nightly_key, set_policy
from siyu.rooms.outreach.models import Playbook, Task
from siyu.rooms.segments.actions import create_segment
from siyu.rooms.sellers.actions import add_assistant
from siyu.rooms.sellers.queries import assistants_of
from siyu.rooms.webhooks.actions import add_endpoint, send_test
from siyu.rooms.webhooks.queries import messages_to
from siyu.rooms.webhooks.types import Topic
from tests.faces.brand_money import paid_of_brand, plans_of_brand
from tests.faces.brand_people import invited_of_brand
from tests.rooms.brand import Brand, new_brand

SELLERS_OF = {
    "plum": {
        "ann": ("n1", "North"),
        "amy": ("n1", "North"),
        "bob": ("n2", "North"),
        "cat": ("s1", "South"),
    },
    "fern": {"dan": ("f1", "Farland")},
}
CUSTOMERS_EACH = 4
# Enough for a second page of Bob's customers and of Fern's sellers.
CROWD_OF_BOB, CROWD_OF_FERN = 40, 22
# The price of one order line in yuan: so far apart that every store's sales tell whose they are.
PRICES = {"ann": 100, "amy": 2_000, "bob": 30_000, "cat": 400_000, "dan": 5_000_000}


def today() -> date:
    return business_day(utc_now(), "Asia/Shanghai")


BUYERS = ((Condition(field="orders", operator=Operator.AT_LEAST, values=(1,)),),)


@dataclass(frozen=True)
class Person:
    """A seller or customer, and all that a page could give away."""

    key: str
    name: str
    phone: str
    seller: str

    @property
    def marks(self) -> tuple[str, ...]:
        return (self.key, self.name, self.phone, self.masked_phone)

    @property
    def masked_phone(self) -> str:
        return f"{self.phone[:3]}****{self.phone[-4:]}"


def seller_of(name: str) -> Person:
    number = list(PRICES).index(name)
    return Person(f"sk-{name}", f"Guide-{name.title()}", f"1365550{number}{number}77", name)


def customer_of(seller: str, number: int) -> Person:
    place = list(PRICES).index(seller)
    return Person(
        f"ck-{seller}-{number}",
        f"Friend-{seller.title()}-{number}",
        f"13{place}4449{number}{place}{number}{place}",
        seller,
    )


def crowd_of_bob() -> list[Person]:
    return [
        Person(f"ck-crowd-{number:02}", f"Passer-{number:02}", f"157333300{number:02}", "bob")
        for number in range(CROWD_OF_BOB)
    ]


def customers_of(seller: str) -> list[Person]:
    known = [customer_of(seller, number) for number in range(CUSTOMERS_EACH)]
    return known + (crowd_of_bob() if seller == "bob" else [])


@announced
@dataclass(frozen=True, kw_only=True)
class Stumbled(Event):
    """A fact whose reaction fails, as long as ``mended`` is empty."""

    who: str


mended: list[str] = []


def trip(event: Stumbled) -> None:
    if event.who not in mended:
        raise Conflict("Could not go on for {who}.", who=event.who)


subscribe(event=Stumbled, reaction=trip)


@dataclass
class TwoBrands:
    """The programs, the people, and the ids of what the tests open."""

    plum: Brand
    fern: Brand
    ids: dict[str, int] = field(default_factory=dict)
    staff: dict[str, int] = field(default_factory=dict)
    imports: dict[str, int] = field(default_factory=dict)
    runs: dict[str, int] = field(default_factory=dict)
    reactions: dict[str, int] = field(default_factory=dict)
    tasks: dict[str, int] = field(default_factory=dict)
    helps: dict[str, int] = field(default_factory=dict)
    segments: dict[str, int] = field(default_factory=dict)
    dispatches: dict[str, int] = field(default_factory=dict)
    tags: dict[str, int] = field(default_factory=dict)
    campaigns: dict[str, int] = field(default_factory=dict)
    assignments: dict[str, int] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    webhooks: dict[str, int] = field(default_factory=dict)
    variants: dict[str, int] = field(default_factory=dict)
    plans: dict[str, int] = field(default_factory=dict)
    assistants: dict[str, int] = field(default_factory=dict)
    invitations: dict[str, int] = field(default_factory=dict)
    applications: dict[str, int] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    closings: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    postings: dict[str, int] = field(default_factory=dict)
    reviews: dict[str, int] = field(default_factory=dict)
    statements: dict[str, int] = field(default_factory=dict)
    payouts: dict[str, int] = field(default_factory=dict)

    def brand_of(self, seller: str) -> Brand:
        return self.fern if seller == "dan" else self.plum

    def seller(self, name: str) -> int:
        return self.ids[seller_of(name).key]

    def customer(self, seller: str, number: int) -> int:
        return self.ids[customer_of(seller, number).key]

    def store(self, seller: str) -> str:
        program = "fern" if seller == "dan" else "plum"
        return f"Shop-{program}-{SELLERS_OF[program][seller][0]}"

    @property
    def playbooks(self) -> dict[str, int]:
        """One playbook of each program."""
        chosen = Playbook.objects.filter(signal="due")
        return dict(chosen.values_list("program__code", "id"))

    def marks(self, sellers: Iterable[str]) -> set[str]:
        """All that could give away these sellers, their customers, shops and regions."""
        found: set[str] = set()
        for name in sellers:
            for person in (seller_of(name), *customers_of(name)):
                found |= {*person.marks, str(self.ids[person.key])}
        return found


def two_brands(folder: Path) -> TwoBrands:
    """Fill both programs, run their nights, and leave an import and a failing reaction in each."""
    both = TwoBrands(new_brand("plum", name="Plum"), new_brand("fern", name="Fern"))
    for code, brand in (("plum", both.plum), ("fern", both.fern)):
        _fill(brand, code)
        both.campaigns[code] = add_campaign(
            viewer=brand.owner,
            name=f"extra-of-{code}",
            anchor="solar",
            anchor_on=today() - timedelta(days=5),
            first_day=-1,
            last_day=3,
            now=utc_now(),
        )
        both.tags[code] = create_tag(viewer=brand.owner, name=f"extra-of-{code}", fresh_days=90)
        both.segments[code] = create_segment(
            viewer=brand.owner, name=f"extra-of-{code}", note="", audience=BUYERS
        )
        _run_night(both, brand, code)
        _import(both, brand, code, folder)
        record_audit(
            actor_id=None,
            program_id=brand.program.id,
            action="look around",
            subject=f"audited-{code}",
        )
    # A test that works off its own run must not meet one that came due by the clock just then.
    Schedule.objects.update(enabled=False)
    for name in PRICES:
        brand, seller = both.brand_of(name), seller_of(name).key
        both.ids[seller] = brand.seller(seller)
        both.ids |= {each.key: brand.customer(each.key) for each in customers_of(name)}
    _let_fail(both)
    _add_staff(both)
    _name_tasks(both)
    _dispatch(both)
    for brand, sellers in ((both.plum, 4), (both.fern, 1 + CROWD_OF_FERN)):
        set_targets(
            viewer=brand.owner,
            month_on=today().replace(day=1),
            amount_minor=sellers * 100_000,
            rule=TargetRule.EQUAL,
            now=utc_now(),
        )
    for code, brand in (("plum", both.plum), ("fern", both.fern)):
        both.variants[code] = add_variant(
            viewer=brand.owner,
            playbook_id=both.playbooks[code],
            name=f"extra-of-{code}",
            market_id=None,
            texts={"zh-hans": f"extra-of-{code}", "en": f"extra-of-{code}"},
            today=today(),
        )
        issued = issue_api_key(
            viewer=brand.owner, name=f"extra-of-{code}", scopes=[ApiScope.READ_TASKS]
        )
        both.keys[code] = issued.id
        added = add_endpoint(
            viewer=brand.owner, url=f"https://extra-of-{code}.example.com", topics=[Topic.TEST]
        )
        both.webhooks[code] = added.id
        send_test(viewer=brand.owner, endpoint_id=added.id, now=utc_now())
        (message,) = messages_to(viewer=brand.owner, endpoint_id=added.id)
        both.webhooks[f"{code}-sent"] = message.id
        _pay(both, brand, code)
    return both


def _pay(both: TwoBrands, brand: Brand, code: str) -> None:
    both.plans |= plans_of_brand(brand, code)
    name = "ann" if code == "plum" else "dan"
    paid = paid_of_brand(brand, code, both.seller(name))
    both.closings[code], both.statements[name], both.payouts[code] = paid
    (account, *_), _ = accounts_page(viewer=brand.owner, purpose=Purpose.SELLER_AVAILABLE)
    (move, *_), _ = moves_page(viewer=brand.owner, account_id=account.id)
    both.accounts[code], both.postings[code] = account.id, move.posting_id
    today = brand.program.day_of(utc_now())
    both.reviews[code] = apply_review(
        viewer=brand.owner, month_on=month_of(today, -2), today=today, at=utc_now()
    )
    finance = f"{code}-finance"
    both.staff[finance] = staff_by_login(login=finance).id


def _fill(brand: Brand, code: str) -> None:
    places = SELLERS_OF[code]
    brand.sellers(
        *(
            {
                "key": seller_of(name).key,
                "name": seller_of(name).name,
                "phone": seller_of(name).phone,
                "store_key": f"{code}-{store}",
                "store_name": f"Shop-{code}-{store}",
                "region_name": f"{code}-{region}",
                "login": name,
            }
            for name, (store, region) in places.items()
        )
    )
    if code == "fern":
        brand.sellers(
            *(
                {"key": f"sk-crowd-{number:02}", "store_key": f"fern-f{number % 3}"}
                for number in range(CROWD_OF_FERN)
            )
        )
    people = [each for name in places for each in customers_of(name)]
    brand.customers(*({"key": each.key, "name": each.name, "phone": each.phone} for each in people))
    brand.communities(
        *(
            {
                "key": f"group-of-{name}",
                "name": f"Group-of-{name}",
                "seller_key": seller_of(name).key,
                "opened_at": _days_ago(40),
            }
            for name in places
        )
    )
    brand.products(
        {"key": "goods", "name": f"Goods-of-{code}", "category": "tea", "price_minor": 9_900}
    )
    for each in people:
        brand.follow(each.key, seller_of(each.seller).key, _days_ago(20), is_serving=True)
    # Number 0 and the crowd are new friends; the others ordered once, 5 days ago.
    brand.orders(
        *(
            {
                "order_key": f"order-{each.key}",
                "customer_key": each.key,
                "product_key": "goods",
                "unit_price": str(PRICES[each.seller]),
                "ordered_at": _days_ago(5),
                "paid_at": _days_ago(5),
            }
            for each in people
            if "crowd" not in each.key and not each.key.endswith("-0")
        )
    )
    brand.react()


def _days_ago(days: int) -> str:
    noon = datetime.combine(today() - timedelta(days=days), datetime.min.time()).replace(hour=12)
    return noon.strftime("%Y-%m-%d %H:%M")


def _run_night(both: TwoBrands, brand: Brand, code: str) -> None:
    wait_until_stable()
    set_policy(
        program_id=brand.program.id,
        list_size=20,
        quota_days=7,
        hold_share_ppm=0,
        hold_window_days=14,
        control_share_ppm=0,
    )
    run = run_now(
        program_id=brand.program.id,
        kind="nightly",
        key=nightly_key(program_id=brand.program.id, as_of=today()),
        arguments={"as_of": str(today())},
    )
    both.runs[code] = run.id


def _import(both: TwoBrands, brand: Brand, code: str, folder: Path) -> None:
    path = folder / f"file-of-{code}.csv"
    path.write_text(f"product_key,name\nextra,Extra-of-{code}\n,rejected-{code}\n")
    opened = open_import(program_id=brand.program.id, kind="products", path=path, mapping="")
    carry_out(run_id=request_import(import_id=opened.id).id)
    both.imports[code] = opened.id
    fresh = folder / f"fresh-file-of-{code}.csv"
    fresh.write_text("product_key\nfresh\n")
    looked_at = open_import(program_id=brand.program.id, kind="products", path=fresh, mapping="")
    both.imports[f"{code}-fresh"] = looked_at.id


def _let_fail(both: TwoBrands) -> None:
    for code, brand in (("plum", both.plum), ("fern", both.fern)):
        announce(Stumbled(program_id=brand.program.id, who=f"stumble-{code}"))
        deliver_due()
        (failing,) = failing_deliveries(viewer=brand.owner)
        both.reactions[code] = failing.id
    # Nothing retries it while the tests run but who asks for it.
    Delivery.objects.filter(id__in=both.reactions.values()).update(
        due_at=utc_now() + timedelta(hours=1)
    )


def _add_staff(both: TwoBrands) -> None:
    regions = {u.name: u.id for u in _units(both.plum) if u.kind is UnitKind.REGION}
    plum = {
        "administrator": (Role.ADMINISTRATOR, None),
        "operator": (Role.OPERATOR, None),
        "analyst": (Role.ANALYST, None),
        "region": (Role.REGION_MANAGER, regions["plum-North"]),
        "store": (Role.STORE_MANAGER, both.plum.store("plum-n1")),
    }
    for login, (role, unit_id) in plum.items():
        both.staff[login] = both.plum.staff(login, role, unit_id).staff_id or 0
    both.staff["nobody"] = add_staff(login="nobody", name="Nobody")
    both.staff["outsider"] = both.fern.staff("outsider", Role.ADMINISTRATOR).staff_id or 0
    for name in PRICES:
        viewer = both.brand_of(name).seller_viewer(seller_of(name).key)
        both.staff[name] = viewer.staff_id or 0
    for code, name in (("plum", "ann"), ("fern", "dan")):
        viewer = both.brand_of(name).seller_viewer(seller_of(name).key)
        both.assistants[code] = add_assistant(viewer=viewer, name=f"extra-of-{code}")
        both.invitations[code], both.codes[code], both.applications[code] = invited_of_brand(
            both.brand_of(name), seller_id=both.seller(name), name=f"extra-of-{code}"
        )
    (helper,) = assistants_of(viewer=both.plum.owner, seller_id=both.seller("ann"))
    both.staff["assistant"] = helper.staff_id


def _units(brand: Brand) -> list[Any]:
    return units_under(viewer=brand.owner)


def _name_tasks(both: TwoBrands) -> None:
    """Tasks by customer, such as ann-0; Ann's with her third friend is held back."""
    customers = {customer_id: key for key, customer_id in both.ids.items()}
    for task in Task.objects.all():
        both.tasks[customers[task.customer_id].removeprefix("ck-")] = task.id
    Task.objects.filter(id=both.tasks["ann-3"]).update(state=TaskState.HELD, arm="held")
    for name, price in PRICES.items():
        brand = both.brand_of(name)
        both.helps[name] = SellerTask.objects.create(
            program_id=brand.program.id,
            unit_id=brand.store(f"{brand.program.code}-{SELLERS_OF[brand.program.code][name][0]}"),
            seller_id=both.seller(name),
            signal="seller_slowing",
            drawn_on=today(),
            due_on=today() + timedelta(days=6),
            evidence={"visits_30": 3, "expected_30_x100": 950, "gmv_minor": 100},
            expected_value_minor=price,
            stamp=1,
            arm="treated",
        ).id


def _dispatch(both: TwoBrands) -> None:
    """A dispatch to all of each program, with everybody's first friend, and one to Ann's shop."""
    for name, brand, unit_ids in (
        ("plum", both.plum, []),
        ("fern", both.fern, []),
        ("shop", both.plum, [both.plum.store("plum-n1")]),
    ):
        both.dispatches[name] = Dispatch.objects.create(
            program_id=brand.program.id,
            key=name,
            title=f"extra-of-{brand.program.code}",
            body="Ask how they are.",
            unit_ids=unit_ids,
            segment_id=both.segments[brand.program.code],
            per_seller=20,
            due_at=utc_now() + timedelta(days=2),
            due_on=today() + timedelta(days=2),
            assigned_at=utc_now(),
        ).id
    for name in PRICES:
        brand = both.brand_of(name)
        code = brand.program.code
        both.assignments[name] = Assignment.objects.create(
            program_id=brand.program.id,
            dispatch_id=both.dispatches[code],
            unit_id=brand.store(f"{code}-{SELLERS_OF[code][name][0]}"),
            seller_id=both.seller(name),
            customer_id=both.customer(name, 1),
            place=1,
            assigned_on=today(),
            stamp=1,
        ).id
