"""Every write of the catalog."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
from django.db import transaction

from siyu.foundation.ids import new_ids
from siyu.rooms.catalog.models import Brand, Category, Product
from siyu.rooms.catalog.queries import product_ids_by_key
from siyu.rooms.catalog.types import PRODUCT_ROWS
from siyu.rooms.operations.actions import insert_rows, update_rows, write_stamp
from siyu.rooms.operations.queries import plain_rows
from siyu.rooms.operations.types import ImportCounts

_COLUMNS = ("name", "category_id", "brand_id", "price_minor", "stamp")


@transaction.atomic
def import_products(*, program_id: int, source: str, rows: pa.Table) -> ImportCounts:
    """Create or update products from PRODUCT_ROWS; categories and brands come to be by name."""
    given = {row["key"]: row for row in plain_rows(table=rows)}
    ids = product_ids_by_key(program_id=program_id, source=source, keys=given)
    stamp = write_stamp()
    categories = _named(Category, program_id, (row["category"] for row in given.values()), stamp)
    brands = _named(Brand, program_id, (row["brand"] for row in given.values()), None)
    new = [row for key, row in given.items() if key not in ids]
    insert_rows(
        model=Product,
        columns=("id", "program_id", "source", "source_key", *_COLUMNS),
        rows=[
            (
                product_id,
                program_id,
                source,
                row["key"],
                (row["name"] or row["key"])[:300],
                categories.get(row["category"]),
                brands.get(row["brand"]),
                row["price_minor"],
                stamp,
            )
            for product_id, row in zip(new_ids(len(new)), new, strict=True)
        ],
    )
    known = Product.objects.in_bulk(list(ids.values()))
    changed = [
        values
        for key, product_id in ids.items()
        if (values := _changed(known[product_id], given[key], categories, brands, stamp))
    ]
    update_rows(model=Product, key="id", columns=_COLUMNS, rows=changed)
    return ImportCounts(created=len(new), updated=len(changed), unchanged=len(ids) - len(changed))


@transaction.atomic
def add_unknown_products(
    *, program_id: int, source: str, products: dict[str, tuple[str | None, str | None, str | None]]
) -> dict[str, int]:
    """Ids by key of products met in orders, each (name, category, brand); new ones are added.

    What is known of a product is left as it is: a product file says more than an order line.
    """
    ids = product_ids_by_key(program_id=program_id, source=source, keys=products)
    new = {key: values for key, values in products.items() if key not in ids}
    if new:
        rows = [
            {"row": 0, "key": key, "name": name, "category": category, "brand": brand}
            for key, (name, category, brand) in new.items()
        ]
        table = pa.Table.from_pylist(rows, schema=PRODUCT_ROWS)
        import_products(program_id=program_id, source=source, rows=table)
        ids |= product_ids_by_key(program_id=program_id, source=source, keys=new)
    return ids


def _named(
    model: type[Category] | type[Brand],
    program_id: int,
    names: Iterable[str | None],
    stamp: int | None,
) -> dict[str | None, int]:
    wanted = {name for name in names if name}
    rows = model._default_manager.filter(program_id=program_id, name__in=wanted)
    found: dict[str | None, int] = dict(rows.values_list("name", "id"))
    missing = sorted(wanted - set(found))
    stamped = {} if stamp is None else {"stamp": stamp}
    for name in missing:
        found[name] = model._default_manager.create(program_id=program_id, name=name, **stamped).pk
    return found


def _changed(
    product: Product,
    row: dict[str, Any],
    categories: dict[str | None, int],
    brands: dict[str | None, int],
    stamp: int,
) -> tuple[Any, ...] | None:
    before = (product.name, product.category_id, product.brand_id, product.price_minor)
    after = (
        (row["name"] or product.name)[:300],
        categories.get(row["category"], product.category_id),
        brands.get(row["brand"], product.brand_id),
        product.price_minor if row["price_minor"] is None else row["price_minor"],
    )
    return None if before == after else (*after, stamp, product.id)
