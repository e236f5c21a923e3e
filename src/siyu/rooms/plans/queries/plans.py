"""Plans, their versions and what the law has against them."""

from datetime import date

from siyu.analytics.commissions import Ids
from siyu.analytics.commissions import Plan as PlanText
from siyu.foundation.errors import BadInput, NotFound
from siyu.rooms.catalog.queries import brands_in, categories_in, products_by_key
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import owner_viewer, program_of, units_below, units_under
from siyu.rooms.plans import models
from siyu.rooms.plans.queries.in_force import ends_of
from siyu.rooms.plans.rules import (
    by_severity,
    figures_of,
    lint_plan,
    lint_tree,
    named_in,
    read_plan,
    verdict_of,
)
from siyu.rooms.plans.types import (
    Invited,
    PlanState,
    PlanVersion,
    Review,
    SignatureView,
)
from siyu.rooms.sellers.queries import inviters_of


def plans_of(*, viewer: Viewer) -> list[PlanVersion]:
    """Every version of the program's plan, the newest first."""
    viewer.require(Right.EDIT_PLANS)
    rows = models.Plan.objects.filter(program_id=viewer.program_id).order_by("-number")
    ends = ends_of(viewer.program_id)
    return [_view(row, ends) for row in rows]


def find_plan(*, viewer: Viewer, plan_id: int) -> PlanVersion:
    """One version; raises NotFound."""
    viewer.require(Right.EDIT_PLANS)
    row = models.Plan.objects.filter(id=plan_id, program_id=viewer.program_id).first()
    if row is None:
        raise NotFound("There is no such plan.")
    return _view(row, ends_of(viewer.program_id))


def plan_on(*, program_id: int, day: date) -> PlanVersion | None:
    """The version that counts on a day; None where none does."""
    ends = ends_of(program_id)
    rows = models.Plan.objects.filter(id__in=ends, from_on__lte=day).order_by("-from_on", "-number")
    for row in rows:
        end = ends[row.id]
        if end is None or day <= end:
            return _view(row, ends)
    return None


def review_plan(*, viewer: Viewer, text: str, announced_on: date | None = None) -> Review:
    """What the law has against a plan as written, with the tree that it would pay over.

    Raises BadInput for a text that is no plan of this program.
    """
    viewer.require(Right.EDIT_PLANS)
    plan = plan_in(program_id=viewer.program_id, text=text)
    pays_upwards = plan.depth > 1 or _ever_paid_upwards(viewer.program_id)
    tree = figures_of(
        [
            Invited(seller_id=seller, invited_by_id=inviter, pays_upwards=pays_upwards)
            for seller, inviter in inviters_of(program_id=viewer.program_id).items()
        ]
    )
    found = by_severity([*lint_plan(plan, announced_on=announced_on), *lint_tree(tree)])
    return Review(plan=plan, findings=tuple(found), verdict=verdict_of(found), tree=tree)


def plan_in(*, program_id: int, text: str) -> PlanText:
    """The plan that a text says; raises BadInput for one that is none in the program's money."""
    plan = read_plan(text)
    currency = program_of(program_id=program_id).currency
    if plan.currency != currency:
        raise BadInput(
            "currency",
            "The program's money is {own}, not {given}.",
            own=currency,
            given=plan.currency,
        )
    return plan


def ids_in(*, program_id: int, plan: PlanText) -> Ids:
    """The ids of what a plan names; raises BadInput for a name that nothing in the program has."""
    named = named_in(plan)
    products = products_by_key(program_id=program_id, keys=named["products"])
    brands = {name: brand_id for brand_id, name in brands_in(program_id=program_id).items()}
    categories = {name: each for each, name in categories_in(program_id=program_id).items()}
    owner = owner_viewer(program_id=program_id)
    below = units_below(viewer=owner)
    units = {unit.key or unit.name: unit.id for unit in units_under(viewer=owner)}
    known = {
        "products": {product.key: product.id for product in products},
        "brands": brands,
        "categories": categories,
        "units": units,
    }
    for kind, names in named.items():
        unknown = [name for name in names if name not in known[kind]]
        if unknown:
            raise BadInput(
                kind, "Nothing here is called {name}; correct it or import it.", name=unknown[0]
            )
    return Ids(
        products={name: known["products"][name] for name in named["products"]},
        brands={name: brands[name] for name in named["brands"]},
        categories={name: categories[name] for name in named["categories"]},
        units={name: below[units[name]] for name in named["units"]},
    )


def _ever_paid_upwards(program_id: int) -> bool:
    """Whether a version that was ever published pays persons above the seller."""
    published = models.Plan.objects.filter(program_id=program_id).exclude(state=PlanState.DRAFT)
    return any(read_plan(text).depth > 1 for text in published.values_list("text", flat=True))


def _view(row: models.Plan, ends: dict[int, date | None]) -> PlanVersion:
    signed = models.Signature.objects.filter(plan=row, digest=row.digest).order_by("-id").first()
    return PlanVersion(
        id=row.id,
        number=row.number,
        state=PlanState(row.state),
        text=row.text,
        plan=read_plan(row.text),
        written_by_id=row.written_by_id,
        written_at=row.written_at,
        published_at=row.published_at,
        in_force_until=ends.get(row.id),
        signature=None
        if signed is None
        else SignatureView(
            by_staff_id=signed.by_staff_id,
            at=signed.at,
            memo_sha256=signed.memo_sha256,
            note=signed.note,
        ),
    )
