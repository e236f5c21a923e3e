"""Who is behind payees."""

from collections.abc import Collection, Iterable, Mapping

from django.conf import settings

from siyu.foundation.crypto import mask_name
from siyu.foundation.errors import NotFound
from siyu.rooms.ledger.queries import balances_of
from siyu.rooms.ledger.types import Account, Purpose
from siyu.rooms.operations.queries import any_of
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import names_of_dealers, names_of_units, units_under
from siyu.rooms.sellers.queries import own_seller, sellers_of_ids
from siyu.rooms.settlement import models
from siyu.rooms.settlement.types import (
    Balances,
    PayeeKind,
    PayeeView,
    Withdrawal,
    WithdrawalState,
    Withholding,
)

_SHOWN = 4


def own_payee(*, viewer: Viewer) -> PayeeView | None:
    """How the viewer herself is paid; None before she told."""
    viewer.require(Right.MANAGE_PAYMENTS)
    return payees_of(owner_ids=[own_seller(viewer=viewer).id]).get(own_seller(viewer=viewer).id)


def own_withdrawal(*, viewer: Viewer) -> Withdrawal | None:
    """What the viewer asked for and was not paid yet."""
    viewer.require(Right.MANAGE_PAYMENTS)
    row = models.Withdrawal.objects.filter(
        payee_id=own_seller(viewer=viewer).id, state=WithdrawalState.ASKED
    ).first()
    if row is None:
        return None
    return Withdrawal(
        id=row.id,
        amount_minor=row.amount_minor,
        asked_at=row.asked_at,
        in_batch=row.payout_id is not None,
    )


def asks_to_be_paid(*, viewer: Viewer) -> bool:
    """Whether sellers of the viewer's program are paid what they ask for."""
    book = models.Book.objects.filter(program_id=viewer.program_id).first()
    return book is not None and book.on_request


def own_balances(*, viewer: Viewer) -> Balances:
    """Where the viewer's own money stands."""
    viewer.require(Right.SEE_OWN_NUMBERS)
    own = own_seller(viewer=viewer).id
    return _balances(viewer.program_id, [own])[own]


def balances_of_payees(*, viewer: Viewer, owner_ids: Iterable[int]) -> dict[int, Balances]:
    """Where the money of each of these payees stands."""
    viewer.require(Right.SETTLE)
    return _balances(viewer.program_id, list(owner_ids))


def _balances(program_id: int, owner_ids: list[int]) -> dict[int, Balances]:
    purposes = (Purpose.COMMISSION_PAYABLE, Purpose.SELLER_AVAILABLE, Purpose.SELLER_WITHDRAWN)
    accounts = [Account(purpose, owner) for purpose in purposes for owner in owner_ids]
    held = balances_of(program_id=program_id, accounts=accounts)
    return {
        owner: Balances(
            pending_minor=held[Account(Purpose.COMMISSION_PAYABLE, owner)],
            available_minor=held[Account(Purpose.SELLER_AVAILABLE, owner)],
            paid_minor=held[Account(Purpose.SELLER_WITHDRAWN, owner)],
        )
        for owner in owner_ids
    }


def find_payee(*, viewer: Viewer, owner_id: int) -> tuple[str, Balances, PayeeView | None]:
    """A seller's or store's name, where its money stands, and who is behind it.

    Raises NotFound outside the viewer's reach.
    """
    viewer.require(Right.SETTLE)
    names = owner_names(viewer=viewer, owner_ids=[owner_id], all_known=True)
    held = _balances(viewer.program_id, [owner_id])[owner_id]
    return names[owner_id], held, payees_of(owner_ids=[owner_id]).get(owner_id)


def paid_through(
    *, program_id: int, owner_ids: Collection[int] | None = None
) -> dict[int, models.Payee]:
    """Who is paid for each seller or store: itself, or the company that collects for it.

    Those whose identity is not known are left out.
    """
    known = models.Payee.objects.filter(program_id=program_id, verified_at__isnull=False)
    collected = models.Collection.objects.filter(program_id=program_id).select_related("company")
    if owner_ids is not None:
        known = known.filter(owner_id__in=any_of(values=set(owner_ids)))
        collected = collected.filter(owner_id__in=any_of(values=set(owner_ids)))
    found = {payee.owner_id: payee for payee in known}
    return found | {
        each.owner_id: each.company
        for each in collected.filter(
            company__kind=PayeeKind.COMPANY, company__verified_at__isnull=False
        )
    }


def told_by(payees: Mapping[int, models.Payee]) -> set[int]:
    """Who told where the money of these sellers and stores goes: identities, and who collects.

    A seller who told it of herself is among them.
    """
    told = {payee.told_by_id for payee in payees.values()}
    collected = models.Collection.objects.filter(owner_id__in=any_of(values=set(payees)))
    told |= set(collected.values_list("set_by_id", flat=True))
    return {each for each in told if each is not None}


def collector_of(*, viewer: Viewer, owner_id: int) -> int | None:
    """The company that collects for a seller or store; None where it is paid itself."""
    viewer.require(Right.SETTLE)
    row = models.Collection.objects.filter(program_id=viewer.program_id, owner_id=owner_id).first()
    return row.company_id if row else None


def collected_by(*, viewer: Viewer, company_id: int) -> list[int]:
    """The sellers and stores that a company collects for."""
    viewer.require(Right.SETTLE)
    rows = models.Collection.objects.filter(program_id=viewer.program_id, company_id=company_id)
    return list(rows.order_by("set_at", "owner_id").values_list("owner_id", flat=True))


def own_collector(*, viewer: Viewer) -> str:
    """The name of the company that collects for the viewer; empty where nobody does."""
    viewer.require(Right.MANAGE_PAYMENTS)
    row = models.Collection.objects.filter(owner_id=own_seller(viewer=viewer).id).first()
    return payees_of(owner_ids=[row.company_id])[row.company_id].name if row else ""


def payees_of(*, owner_ids: Iterable[int]) -> dict[int, PayeeView]:
    """Payees whose identity was told, by the seller's or store's id."""
    rows = models.Payee.objects.filter(owner_id__in=list(owner_ids))
    return {row.owner_id: _view(row) for row in rows}


def owner_names(
    *, viewer: Viewer, owner_ids: Iterable[int], all_known: bool = False
) -> dict[int, str]:
    """Names of sellers, stores and dealers by id, of those within reach.

    With ``all_known``, raises NotFound where one is not.
    """
    asked = set(owner_ids)
    sellers = sellers_of_ids(viewer=viewer, seller_ids=asked)
    names = {seller_id: seller.name for seller_id, seller in sellers.items()}
    within = {unit.id for unit in units_under(viewer=viewer)} & (asked - names.keys())
    names |= names_of_units(unit_ids=within)
    names |= names_of_dealers(viewer=viewer, dealer_ids=asked - names.keys())
    if all_known and asked - names.keys():
        raise NotFound("There is no such seller, store or dealer.")
    return names


def _view(row: models.Payee) -> PayeeView:
    person = settings.SIYU_KEYRING.open(row.sealed)
    return PayeeView(
        owner_id=row.owner_id,
        kind=PayeeKind(row.kind),
        withholding=Withholding(row.withholding),
        name=mask_name(person["name"]) if row.kind == PayeeKind.PERSON else person["name"] or "",
        masked_number=masked(person["number"]),
        masked_account=masked(person["account"]),
        verified_at=row.verified_at,
    )


def masked(text: str | None) -> str:
    """The last four characters, with as many dots as hide the rest's length."""
    return f"····{(text or '')[-_SHOWN:]}"
