"""Who invited whom, by outside keys: an inviter may be imported after whom she invited."""

from typing import Any

from django.conf import settings

from siyu.rooms.operations.actions import update_rows
from siyu.rooms.operations.queries import any_of
from siyu.rooms.operations.types import Reject
from siyu.rooms.sellers.models import Seller
from siyu.rooms.sellers.queries import seller_ids_by_key
from siyu.rooms.sellers.rules import in_circles


def leave_out_circles(
    *, program_id: int, source: str, given: dict[str, dict[str, Any]]
) -> list[Reject]:
    """Take the rows out of ``given`` by which a seller would have invited herself."""
    ring = settings.SIYU_KEYRING
    told = {
        ring.safe_key(key): ring.safe_key(row["invited_by_key"])
        for key, row in given.items()
        if row["invited_by_key"]
    }
    inviters = _lines_above(program_id, source, told) | told
    circles = in_circles(inviters=inviters, keys=told)
    wrong = [key for key in given if ring.safe_key(key) in circles]
    return [_reject(given.pop(key)) for key in wrong]


def join_inviters(*, program_id: int, stamp: int) -> None:
    """Join the sellers who wait for an inviter to her, where she is known by now.

    Who would have invited herself by that, through sellers of other sources too, goes on waiting.
    """
    waiting = Seller.objects.filter(program_id=program_id, invited_by=None).exclude(inviter_key="")
    by_source: dict[str, list[tuple[int, str]]] = {}
    for seller_id, source, key in waiting.values_list("id", "source", "inviter_key"):
        by_source.setdefault(source, []).append((seller_id, key))
    joins: dict[int, int] = {}
    for source, rows in by_source.items():
        inviters = seller_ids_by_key(
            program_id=program_id, source=source, keys={key for _, key in rows}
        )
        joins |= {seller_id: inviters[key] for seller_id, key in rows if key in inviters}
    circles = in_circles(inviters=_ids_above(joins) | joins, keys=joins)
    update_rows(
        model=Seller,
        key="id",
        columns=("invited_by_id", "stamp"),
        rows=[
            (inviter_id, stamp, seller_id)
            for seller_id, inviter_id in joins.items()
            if seller_id not in circles
        ],
    )


def _ids_above(joins: dict[int, int]) -> dict[int, int]:
    """Who invited the inviters, who invited those, …, as it stands."""
    above: dict[int, int] = {}
    asked = set(joins.values())
    while asked:
        rows = Seller.objects.filter(id__in=any_of(values=asked), invited_by__isnull=False)
        found = dict(rows.values_list("id", "invited_by_id"))
        above |= {seller_id: each for seller_id, each in found.items() if each is not None}
        asked = {each for each in found.values() if each is not None} - set(above)
    return above


def _lines_above(program_id: int, source: str, told: dict[str, str]) -> dict[str, str]:
    """The stored inviters above those who are told, level by level, by key."""
    above: dict[str, str] = {}
    asked = set(told.values())
    while asked:
        rows = Seller.objects.filter(
            program_id=program_id, source=source, source_key__in=any_of(values=asked)
        ).exclude(inviter_key="")
        found = dict(rows.values_list("source_key", "inviter_key"))
        above |= found
        asked = set(found.values()) - set(above)
    return above


def _reject(row: dict[str, Any]) -> Reject:
    return Reject(
        row=row["row"],
        column="invited_by_key",
        value=row["invited_by_key"],
        code="invites_herself",
        reason="this seller would have invited herself; correct who invited her",
    )
