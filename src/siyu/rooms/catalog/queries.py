"""Every read of the catalog."""

from collections.abc import Iterable

from django.db.models import Q

from siyu.rooms.catalog.models import Brand, Category, Product
from siyu.rooms.catalog.types import ProductView
from siyu.rooms.operations.queries import any_of, pick_by_source


def product_ids_by_key(*, program_id: int, source: str, keys: Iterable[str]) -> dict[str, int]:
    """Ids by outside key, of those that exist."""
    rows = Product.objects.filter(program_id=program_id, source_key__in=any_of(values=set(keys)))
    return pick_by_source(rows=rows.values_list("source_key", "source", "id"), source=source)


def products_of_ids(*, product_ids: Iterable[int]) -> dict[int, ProductView]:
    """Products by id, in one batch."""
    rows = Product.objects.filter(id__in=set(product_ids)).select_related("category", "brand")
    return {row.id: _view(row) for row in rows}


def products_page(
    *, program_id: int, find: str = "", page: int = 1, size: int = 20
) -> tuple[list[ProductView], int]:
    """Products with a price by name, whose name or key contains what is looked for; how many."""
    rows = Product.objects.filter(program_id=program_id, price_minor__gt=0)
    if find:
        rows = rows.filter(Q(name__icontains=find) | Q(source_key__icontains=find))
    first = (page - 1) * size
    shown = rows.select_related("category", "brand").order_by("name", "id")
    return [_view(row) for row in shown[first : first + size]], rows.count()


def categories_in(*, program_id: int) -> dict[int, str]:
    """Names of a program's categories by id, by name."""
    return dict(
        Category.objects.filter(program_id=program_id).order_by("name").values_list("id", "name")
    )


def brands_in(*, program_id: int) -> dict[int, str]:
    """Names of a program's brands by id, by name."""
    return dict(
        Brand.objects.filter(program_id=program_id).order_by("name").values_list("id", "name")
    )


def products_by_key(*, program_id: int, keys: Iterable[str]) -> list[ProductView]:
    """A program's products of any source that bear one of the outside keys."""
    rows = Product.objects.filter(program_id=program_id, source_key__in=any_of(values=set(keys)))
    return list(products_of_ids(product_ids=rows.values_list("id", flat=True)).values())


def groups_of_products(*, product_ids: Iterable[int]) -> dict[int, tuple[int | None, int | None]]:
    """(brand, category) of products, by product."""
    rows = Product.objects.filter(id__in=any_of(values=set(product_ids)))
    known = rows.values_list("id", "brand_id", "category_id")
    return {product: (brand, category) for product, brand, category in known}


def names_of_categories(*, category_ids: Iterable[int]) -> dict[int, str]:
    """Names by id, in one batch."""
    return dict(Category.objects.filter(id__in=set(category_ids)).values_list("id", "name"))


def _view(row: Product) -> ProductView:
    return ProductView(
        id=row.id,
        key=row.source_key,
        name=row.name,
        category=row.category.name if row.category else "",
        brand=row.brand.name if row.brand else "",
        price_minor=row.price_minor,
    )
