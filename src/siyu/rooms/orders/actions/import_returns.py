from collections import defaultdict
from decimal import Decimal
from itertools import groupby
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.db.models import CharField, Sum, Value
from django.db.models.functions import Cast, Concat

from siyu.rooms.catalog.actions import add_unknown_products
from siyu.rooms.operations.actions import write_stamp
from siyu.rooms.operations.queries import any_of, plain_rows
from siyu.rooms.operations.types import ImportCounts, Reject
from siyu.rooms.orders.actions.heads import resolve
from siyu.rooms.orders.actions.lines import reject_doubled
from siyu.rooms.orders.actions.refunds import NewRefund, write_refunds
from siyu.rooms.orders.models import OrderLine, Refund
from siyu.rooms.orders.rules import Returnable, match_return, occurrence_keys
from siyu.rooms.organization.queries import program_of

_Pair = tuple[int, int]


@transaction.atomic
def import_returns(*, program_id: int, source: str, rows: pa.Table) -> ImportCounts:
    """Turn ORDER_ROWS that are returns into refunds of earlier lines.

    A return gives back lines of the same customer and product that were sold before it: those
    of the same unit price first, then the newest, never more than is left of a line. What fits
    no line is kept as a refund without one. A return that was imported before is left alone.
    """
    program = program_of(program_id=program_id)
    given = [row for row in plain_rows(table=rows) if row["is_return"]]
    given, doubled = reject_doubled(given)
    keyed, rejects = _keyed(given)
    rejects += doubled
    done = set(
        Refund.objects.filter(
            program_id=program_id,
            source=source,
            source_key__in=any_of(values=[f"{key}#1" for key, _ in keyed]),
        ).values_list("source_key", flat=True)
    )
    fresh = [(key, row) for key, row in keyed if f"{key}#1" not in done]
    fresh.sort(key=lambda pair: (_moment(pair[1]), pair[0]))
    refunds = _match(program_id, source, fresh)
    write_refunds(program, source, refunds, stamp=write_stamp())
    new_keys = {row["order_key"] for _, row in fresh}
    return ImportCounts(
        created=len(new_keys),
        unchanged=len({row["order_key"] for _, row in keyed} - new_keys),
        rejects=tuple(rejects),
        sums={
            "returns": sum(row["amount_minor"] for _, row in keyed),
            "returns_without_line": sum(row[6] for row in refunds if row[2] is None),
        },
    )


def _keyed(rows: list[dict[str, Any]]) -> tuple[list[tuple[str, dict[str, Any]]], list[Reject]]:
    keyed, rejects = [], []
    for order_key, lines in groupby(rows, key=lambda row: row["order_key"]):
        group = list(lines)
        names = occurrence_keys(
            (row["product_key"], row["quantity"], row["unit_price"], row["amount_minor"])
            for row in group
        )
        for row, (name, _) in zip(group, names, strict=True):
            if _moment(row) is None:
                rejects.append(
                    Reject(
                        row=row["row"],
                        column="paid_at",
                        value="",
                        code="missing_value",
                        reason="a return needs its moment",
                    )
                )
            else:
                keyed.append((f"{order_key}/{row['line_key'] or name}", row))
    return keyed, rejects


def _moment(row: dict[str, Any]) -> Any:
    return row["refunded_at"] or row["paid_at"] or row["ordered_at"]


def _match(program_id: int, source: str, rows: list[tuple[str, dict[str, Any]]]) -> list[NewRefund]:
    keys = resolve(program_id, source, [row for _, row in rows])
    products = add_unknown_products(
        program_id=program_id,
        source=source,
        products={
            row["product_key"]: (row["product_name"], row["category"], row["brand"])
            for _, row in rows
            if row["product_key"]
        },
    )
    left = _returnable(
        program_id,
        {
            (keys.customers[row["customer_key"]], products[row["product_key"]])
            for _, row in rows
            if row["customer_key"] and row["product_key"]
        },
    )
    refunds: list[NewRefund] = []
    for key, row in rows:
        customer_id = keys.customers.get(row["customer_key"])
        product_id = products.get(row["product_key"])
        moment = _moment(row)
        pair = (customer_id or 0, product_id or 0)
        earlier = [line for at, line in left[pair].values() if at <= moment]
        parts = match_return(
            quantity=row["quantity"],
            unit_price=row["unit_price"],
            amount_minor=row["amount_minor"],
            earlier=earlier,
        )
        for number, part in enumerate(parts, 1):
            refunds.append(
                (
                    f"{key}#{number}",
                    part.order_id,
                    part.line_id,
                    customer_id,
                    product_id,
                    part.quantity,
                    part.amount_minor,
                    moment,
                )
            )
            if part.line_id is not None:
                _give_back(left[pair], part.line_id, part.quantity, part.amount_minor)
    return refunds


def _returnable(
    program_id: int, pairs: set[_Pair]
) -> dict[_Pair, dict[int, tuple[Any, Returnable]]]:
    of_customers = OrderLine.objects.filter(
        program_id=program_id,
        order__customer_id__in=any_of(values={customer_id for customer_id, _ in pairs}),
        is_void=False,
    )
    pair = Concat(
        Cast("order__customer_id", CharField()), Value(":"), Cast("product_id", CharField())
    )
    wanted = any_of(values=[f"{customer_id}:{product_id}" for customer_id, product_id in pairs])
    lines = of_customers.annotate(pair=pair).filter(pair__in=wanted).order_by("-order__at", "id")
    values = list(
        lines.values_list(
            "id",
            "order_id",
            "order__customer_id",
            "product_id",
            "unit_price",
            "quantity",
            "amount_minor",
            "order__at",
        )
    )
    back = {
        line_id: (quantity, amount)
        for line_id, quantity, amount in Refund.objects.filter(
            line_id__in=any_of(values=[row[0] for row in values])
        )
        .values_list("line_id")
        .annotate(Sum("quantity"), Sum("amount_minor"))
    }
    left: dict[_Pair, dict[int, tuple[Any, Returnable]]] = defaultdict(dict)
    for line_id, order_id, customer_id, product_id, price, quantity, amount, at in values:
        returned = back.get(line_id, (Decimal(0), 0))
        left[(customer_id, product_id)][line_id] = (
            at,
            Returnable(line_id, order_id, price, quantity - returned[0], amount - returned[1]),
        )
    return left


def _give_back(
    lines: dict[int, tuple[Any, Returnable]], line_id: int, quantity: Decimal, amount: int
) -> None:
    at, line = lines[line_id]
    lines[line_id] = (
        at,
        Returnable(
            line.line_id,
            line.order_id,
            line.unit_price,
            line.quantity - quantity,
            line.amount_minor - amount,
        ),
    )
