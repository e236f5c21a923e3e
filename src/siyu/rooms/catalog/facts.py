"""Facts of the catalog."""

from collections.abc import Iterator

import pyarrow as pa

from siyu.rooms.catalog.models import Category, Product
from siyu.rooms.operations.queries import arrow_tables
from siyu.rooms.operations.types import FactTable

PRODUCTS = pa.schema(
    [
        pa.field("product_id", pa.int64(), nullable=False),
        pa.field("category_id", pa.int64()),
        pa.field("brand_id", pa.int64()),
        pa.field("stamp", pa.int64(), nullable=False),
    ]
)
CATEGORIES = pa.schema(
    [
        pa.field("category_id", pa.int64(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("stamp", pa.int64(), nullable=False),
    ]
)


def read_products(program_id: int, low: int, high: int) -> Iterator[pa.Table]:
    """The latest version of every product written in the window."""
    rows = Product.objects.filter(program_id=program_id, stamp__gte=low, stamp__lt=high)
    values = rows.values_list("id", "category_id", "brand_id", "stamp")
    yield from arrow_tables(values=values, schema=PRODUCTS)


def read_categories(program_id: int, low: int, high: int) -> Iterator[pa.Table]:
    """The latest version of every category written in the window."""
    rows = Category.objects.filter(program_id=program_id, stamp__gte=low, stamp__lt=high)
    values = rows.values_list("id", "name", "stamp")
    yield from arrow_tables(values=values, schema=CATEGORIES)


FACTS = (
    FactTable(
        name="products",
        schema=PRODUCTS,
        keys=("product_id",),
        partition=None,
        read=read_products,
        daily=None,
    ),
    FactTable(
        name="categories",
        schema=CATEGORIES,
        keys=("category_id",),
        partition=None,
        read=read_categories,
        daily=None,
    ),
)
