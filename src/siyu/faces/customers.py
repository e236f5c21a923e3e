"""What a customer's page shows on every face: who she is, what she bought, what was done."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from siyu.faces.portraits import portrait_sentences, rhythm_line
from siyu.faces.signals import kind_of
from siyu.faces.work import CUSTOMER_REASONS, how
from siyu.rooms.catalog.queries import names_of_categories, products_of_ids
from siyu.rooms.customers.queries import tags_with
from siyu.rooms.customers.types import CustomerView
from siyu.rooms.dispatch.queries import tasks_with
from siyu.rooms.dispatch.types import CustomerReason
from siyu.rooms.insights.queries import portrait_of, publication_of
from siyu.rooms.operations.types import Viewer
from siyu.rooms.orders.queries import purchases_of
from siyu.rooms.organization.types import ProgramView
from siyu.rooms.outreach.queries import contacts_with
from siyu.rooms.segments.queries import rule_tags_with
from siyu.rooms.sellers.queries import names_within

_NAMED_GOODS = 3


def told_of(
    *, viewer: Viewer, person: CustomerView, program: ProgramView, today: date
) -> dict[str, Any]:
    """The portrait in words and figures, purchases, tags and contacts of a customer."""
    portrait = portrait_of(viewer=viewer, customer_id=person.id)
    shown: dict[str, Any] = {
        "customer": person,
        "portrait": portrait,
        "purchases": _purchases(viewer, person.id),
        "contacts": _contacts(viewer, person.id),
        "tags": tags_with(viewer=viewer, customer_id=person.id),
        "rule_tags": rule_tags_with(viewer=viewer, customer_id=person.id),
    }
    if portrait:
        published = publication_of(program_id=program.id)
        category_id = portrait["favourite_category_id"]
        category = names_of_categories(category_ids=[category_id] if category_id else [])
        shown["rhythm"] = rhythm_line(portrait, published.as_of if published else today)
        shown["sentences"] = portrait_sentences(
            portrait, person.city, category.get(category_id, ""), program.currency
        )
    return shown


def others_by_id(*, viewer: Viewer, staff_ids: Iterable[int | None]) -> dict[int, str]:
    """Names of those who sell or assist within the viewer's reach and are not she, by id."""
    asked = {each for each in staff_ids if each is not None and each != viewer.staff_id}
    return names_within(viewer=viewer, staff_ids=asked) if asked else {}


def _purchases(viewer: Viewer, customer_id: int) -> list[dict[str, Any]]:
    purchases = purchases_of(viewer=viewer, customer_id=customer_id)
    products = products_of_ids(
        product_ids=[line.product_id for purchase in purchases for line in purchase.lines]
    )
    return [
        {
            "view": purchase,
            "goods": _("、").join(
                products[line.product_id].name for line in purchase.lines[:_NAMED_GOODS]
            ),
            "more": max(len(purchase.lines) - _NAMED_GOODS, 0),
        }
        for purchase in purchases
    ]


def _contacts(viewer: Viewer, customer_id: int) -> list[dict[str, Any]]:
    """What was done together, by list or by dispatch, newest first."""
    listed = [
        {
            "at": done.closed_at,
            "what": kind_of(done.signal, done.playbook_name).label,
            "how": how(done.outcome, done.skip_reason),
            "by_id": done.closed_by_id,
        }
        for done in contacts_with(viewer=viewer, customer_id=customer_id)
    ]
    asked = [
        {
            "at": done.closed_at,
            "what": done.title,
            "how": how(done.outcome, done.skip_reason),
            "said": CUSTOMER_REASONS[CustomerReason(done.reason)] if done.reason else "",
            "note": done.note,
            "by_id": done.closed_by_id,
        }
        for done in tasks_with(viewer=viewer, customer_id=customer_id)
    ]
    contacts = sorted([*listed, *asked], key=lambda each: each["at"], reverse=True)
    names = others_by_id(viewer=viewer, staff_ids=[each["by_id"] for each in contacts])
    return [each | {"by": names.get(each["by_id"], "")} for each in contacts]
