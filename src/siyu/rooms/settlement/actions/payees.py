"""Who is behind a payee: told by herself or by finance, and checked."""

import re
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, Conflict
from siyu.rooms.operations.actions import record_deed
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.sellers.queries import own_seller
from siyu.rooms.settlement import models
from siyu.rooms.settlement.ports import identity_check
from siyu.rooms.settlement.queries import owner_names
from siyu.rooms.settlement.types import PayeeKind, Withholding

_NAME, _ACCOUNT = re.compile(r".{2,60}"), re.compile(r"[0-9A-Za-z_@.\-]{6,64}")
_NUMBER = re.compile(r"[0-9A-Z]{15,18}")


@transaction.atomic
def identify(*, viewer: Viewer, name: str, number: str, account: str) -> None:
    """A seller tells her real name, the number of her identity paper and where to pay.

    Raises BadInput where they do not belong together, Conflict where nobody could be asked or
    finance keeps her as a trader or company.
    """
    viewer.require(Right.MANAGE_PAYMENTS)
    seller = own_seller(viewer=viewer)
    book = models.Book.objects.filter(program_id=viewer.program_id).first()
    if book is None:
        raise Conflict("This program does not pay out yet.")
    known = models.Payee.objects.filter(owner_id=seller.id).first()
    if known is not None and known.kind != PayeeKind.PERSON:
        raise Conflict("Finance looks after how you are paid; ask them for a change.")
    withholding = Withholding(known.withholding if known else book.withholding)
    _write(viewer, seller.id, PayeeKind.PERSON, withholding, (name, number, account))
    record_deed(viewer=viewer, action="tell identity", subject=f"payee {seller.id}")


@transaction.atomic
def set_payee(
    *,
    viewer: Viewer,
    owner_id: int,
    kind: PayeeKind,
    withholding: Withholding,
    name: str,
    number: str,
    account: str,
) -> None:
    """Finance tells who is behind a seller or store, and how tax is withheld.

    Traders and companies invoice, so nothing is withheld from them. Raises BadInput, NotFound.
    """
    viewer.require(Right.SETTLE)
    owner_names(viewer=viewer, owner_ids=[owner_id], all_known=True)
    if kind is not PayeeKind.PERSON and withholding is not Withholding.NONE:
        raise BadInput("withholding", "Traders and companies invoice; write none.")
    _write(viewer, owner_id, kind, withholding, (name, number, account))
    record_deed(viewer=viewer, action="set payee", subject=f"payee {owner_id}")


@transaction.atomic
def set_collector(*, viewer: Viewer, owner_id: int, company_id: int | None, at: datetime) -> None:
    """Have a company collect what a seller or store is paid from now on; None ends it.

    The company invoices, so nothing is withheld. A batch that waits is made anew. Raises NotFound,
    and Conflict for what is no company whose licence is known, or is collected for itself.
    """
    viewer.require(Right.SETTLE)
    owner_names(viewer=viewer, owner_ids=[owner_id], all_known=True)
    record_deed(viewer=viewer, action="set collector", subject=f"payee {owner_id}")
    if company_id is None:
        models.Collection.objects.filter(owner_id=owner_id).delete()
        return
    owner_names(viewer=viewer, owner_ids=[company_id], all_known=True)
    company = (
        models.Payee.objects.select_for_update()
        .filter(owner_id=company_id, kind=PayeeKind.COMPANY, verified_at__isnull=False)
        .first()
    )
    if company is None or company_id == owner_id:
        raise Conflict("Only another payee that is a company can collect; tell its licence first.")
    if models.Collection.objects.filter(owner_id=company_id).exists():
        raise Conflict("Somebody else collects for this company; choose that one.")
    if models.Collection.objects.filter(company_id=owner_id).exists():
        raise Conflict("This payee collects for others itself.")
    models.Collection.objects.update_or_create(
        owner_id=owner_id,
        defaults={
            "program_id": viewer.program_id,
            "company": company,
            "set_by_id": viewer.staff_id,
            "set_at": at,
        },
    )


def reseal_payees() -> int:
    """Seal every payee under the current key; returns how many were sealed anew.

    What was written for payouts is sealed anew too; a batch that waits is then made anew.
    """
    return _resealed(models.Payee.objects.all()) + _resealed(models.PayoutItem.objects.all())


def _resealed(rows: QuerySet[Any]) -> int:
    keyring = settings.SIYU_KEYRING
    changed = 0
    for row in rows.iterator(chunk_size=5_000):
        if keyring.version_of(row.sealed) != keyring.current:
            sealed = keyring.seal(keyring.open(row.sealed))
            changed += rows.filter(pk=row.pk, sealed=row.sealed).update(sealed=sealed)
    return changed


def _write(
    viewer: Viewer,
    owner_id: int,
    kind: PayeeKind,
    withholding: Withholding,
    told: tuple[str, str, str],
) -> None:
    name, number, account = (each.strip() for each in told)
    number = number.upper()
    if not _NAME.fullmatch(name):
        raise BadInput("name", "Write the name as it stands on the paper, 2 to 60 characters.")
    if not _NUMBER.fullmatch(number):
        raise BadInput("number", "Write the 18 characters of the identity paper or licence.")
    if not _ACCOUNT.fullmatch(account):
        raise BadInput("account", "Write the account to pay to: 6 to 64 letters and digits.")
    if kind is PayeeKind.PERSON:
        try:
            belongs = identity_check().belongs(name=name, number=number)
        except OSError as error:
            raise Conflict("The identity cannot be checked now; try again later.") from error
        if not belongs:
            raise BadInput("number", "Name and number do not belong together; look at the paper.")
    if (
        kind is not PayeeKind.COMPANY
        and models.Collection.objects.filter(company_id=owner_id).exists()
    ):
        raise BadInput("kind", "It collects for others, so it stays a company.")
    person = {"name": name, "number": number, "account": account}
    models.Payee.objects.update_or_create(
        owner_id=owner_id,
        defaults={
            "program_id": viewer.program_id,
            "kind": kind,
            "withholding": withholding,
            "sealed": settings.SIYU_KEYRING.seal(person),
            "verified_at": utc_now(),
            "told_by_id": viewer.staff_id,
        },
    )
