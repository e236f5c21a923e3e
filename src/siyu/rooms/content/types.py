"""What content shows of itself."""

from dataclasses import dataclass

PLACEHOLDERS = ("customer", "seller", "store", "product", "days", "orders")
"""What a template may name in braces: the customer's and the seller's name, the store, the product
bought last, whole days since then, and the number of orders."""


@dataclass(frozen=True, kw_only=True)
class TemplateView:
    """A message template in its newest version."""

    id: int
    code: str
    language: str
    text: str
    version: int
