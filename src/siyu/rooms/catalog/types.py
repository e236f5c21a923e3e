"""What the catalog shows of itself."""

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True, kw_only=True)
class ProductView:
    """A product with the names of its category and brand, and its price a piece if it is known."""

    id: int
    key: str
    name: str
    category: str
    brand: str
    price_minor: int | None


PRODUCT_ROWS = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("key", pa.string(), nullable=False),
        pa.field("name", pa.string()),
        pa.field("category", pa.string()),
        pa.field("brand", pa.string()),
        pa.field("price_minor", pa.int64()),
    ]
)
"""Products as they come from outside; one row is one product. A null says nothing."""
