"""What each kind of file adds to its cells: returns, amounts of lines, moments that must agree."""

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from siyu.adapters.files.cells import clean_text
from siyu.adapters.files.coercion import Values
from siyu.adapters.files.columns import Failures
from siyu.adapters.files.mapping import Mapping
from siyu.foundation import money

Columns = dict[str, list[Any]]

_MICRO = Decimal("0.000001")
_AMOUNTS_REMEMBERED_MAX = 200_000


def assembler_for(mapping: Mapping) -> Callable[[Values], Columns]:
    """A function from a batch's values to the staged columns; it notes problems of whole rows."""
    if mapping.kind == "orders":
        return OrderLines(mapping)
    if mapping.kind == "order_heads":
        return _order_heads
    if mapping.kind == "follows":
        return lambda values: _period(values, "followed_at")
    if mapping.kind == "communities":
        return lambda values: _period(values, "opened_at")
    return lambda values: dict(values.read)


def _period(values: Values, begins: str) -> Columns:
    failures = {
        index: "ended_before_start"
        for index, (start, end) in enumerate(
            zip(values.column(begins), values.column("ended_at"), strict=True)
        )
        if end is not None and start is not None and end < start
    }
    values.blame("ended_at", failures)
    return dict(values.read)


def _order_heads(values: Values) -> Columns:
    _check_moments(values)
    _check_not_negative(values, "freight")
    columns = dict(values.read)
    columns["paid_at"] = _paid_at(values)
    columns["freight_minor"] = [amount or 0 for amount in values.column("freight")]
    return columns


def _paid_at(values: Values) -> list[Any]:
    """An unpaid order has no moment of payment, whatever stands in the column."""
    return [
        None if status == "unpaid" else paid_at
        for status, paid_at in zip(values.column("status"), values.column("paid_at"), strict=True)
    ]


def _check_moments(values: Values) -> None:
    """Without any moment an order belongs to no day."""
    failures = {
        index: "missing_value"
        for index, pair in enumerate(
            zip(values.column("ordered_at"), values.column("paid_at"), strict=True)
        )
        if pair == (None, None) and index not in values.problems
    }
    values.blame("ordered_at" if "ordered_at" in values.raw else "paid_at", failures)


def _check_not_negative(values: Values, name: str, *, returns: list[bool] | None = None) -> None:
    failures = {
        index: "negative_amount"
        for index, amount in enumerate(values.column(name))
        if amount is not None and amount < 0 and not (returns and returns[index])
    }
    values.blame(name, failures)


class OrderLines:
    """Turns the values of order lines into ORDER_ROWS; remembers amounts, for prices repeat."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._amounts: dict[tuple[Any, Any], int] = {}
        self._return_words = frozenset(
            clean_text(word).casefold() for word in mapping.returns.status
        )

    def __call__(self, values: Values) -> Columns:
        """The batch's staged columns. Quantities and amounts of returns are positive."""
        is_return = self._is_return(values)
        if not self._mapping.separate_head:
            _check_moments(values)
        self._check_signs(values, is_return)
        columns = dict(values.read)
        columns["is_return"] = is_return
        columns["paid_at"] = _paid_at(values)
        columns["quantity"] = [None if q is None else abs(q) for q in values.column("quantity")]
        columns["amount_minor"] = self._amount_minor(values, columns["quantity"])
        columns["unit_price"] = self._unit_price(values, columns)
        columns["freight_minor"] = [amount or 0 for amount in values.column("freight")]
        columns["refund_minor"] = values.column("refund")
        return columns

    def _is_return(self, values: Values) -> list[bool]:
        marks = [bool(mark) for mark in values.column("is_return")]
        rule = self._mapping.returns
        if rule.order_key_prefix:
            prefix = rule.order_key_prefix
            keys = values.column("order_key")
            marks = [
                m or bool(k and k.startswith(prefix)) for m, k in zip(marks, keys, strict=True)
            ]
        if rule.negative_quantity:
            quantities = values.column("quantity")
            marks = [m or bool(q and q < 0) for m, q in zip(marks, quantities, strict=True)]
        if self._return_words and "status" in values.raw:
            words = (clean_text(word).casefold() for word in values.raw["status"])
            marks = [m or word in self._return_words for m, word in zip(marks, words, strict=True)]
        return marks

    def _check_signs(self, values: Values, is_return: list[bool]) -> None:
        quantities: Failures = {}
        for index, (quantity, back) in enumerate(
            zip(values.column("quantity"), is_return, strict=True)
        ):
            if quantity is not None and (not quantity or (quantity < 0 and not back)):
                quantities[index] = "negative_quantity"
        values.blame("quantity", quantities)
        prices: Failures = {
            index: "negative_price"
            for index, price in enumerate(values.column("unit_price"))
            if price is not None and price < 0
        }
        values.blame("unit_price", prices)
        _check_not_negative(values, "amount", returns=is_return)
        _check_not_negative(values, "freight")
        _check_not_negative(values, "refund")

    def _amount_minor(self, values: Values, quantities: list[Any]) -> list[int | None]:
        """The amount column where there is one, else quantity × unit price; blank cells too."""
        prices, given = values.column("unit_price"), values.column("amount")
        amounts, missing = [], {}
        # Cells are several times cheaper to hash than the Decimals read from them.
        pairs = zip(
            values.raw.get("quantity") or quantities,
            values.raw.get("unit_price") or prices,
            strict=True,
        )
        for index, (amount, pair) in enumerate(zip(given, pairs, strict=True)):
            price, quantity = prices[index], quantities[index]
            if amount is not None:
                amounts.append(abs(amount))
            elif price is None or quantity is None:
                amounts.append(None)
                if price is None and index not in values.problems:
                    missing[index] = "missing_value"
            else:
                amounts.append(self._line_amount(quantity, price, pair))
        values.blame("unit_price" if "unit_price" in values.raw else "amount", missing)
        return amounts

    def _line_amount(self, quantity: Decimal, price: Decimal, pair: tuple[Any, Any]) -> int:
        amount = self._amounts.get(pair)
        if amount is None:
            amount = money.line_amount(quantity, price, self._mapping.currency)
            if len(self._amounts) >= _AMOUNTS_REMEMBERED_MAX:
                self._amounts.clear()
            self._amounts[pair] = amount
        return amount

    def _unit_price(self, values: Values, columns: Columns) -> list[Decimal | None]:
        """The unit price, or the amount by the piece where the file has amounts only."""
        currency = self._mapping.currency
        return [
            price
            if price is not None or amount is None or not quantity
            else (money.from_minor(amount, currency) / quantity).quantize(
                _MICRO, rounding=ROUND_HALF_EVEN
            )
            for price, amount, quantity in zip(
                values.column("unit_price"),
                columns["amount_minor"],
                columns["quantity"],
                strict=True,
            )
        ]
