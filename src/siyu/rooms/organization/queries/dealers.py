from collections.abc import Iterable

from siyu.rooms.operations.queries import any_of
from siyu.rooms.operations.types import Scope, Viewer
from siyu.rooms.organization.models import Dealer, OrgUnit


def dealers_of_stores(*, unit_ids: Iterable[int]) -> dict[int, int]:
    """The dealer by whom each store is run today, by store; those without one are left out."""
    stores = OrgUnit.objects.filter(id__in=any_of(values=set(unit_ids)), dealer__isnull=False)
    return dict(stores.values_list("id", "dealer_id"))


def names_of_dealers(*, viewer: Viewer, dealer_ids: Iterable[int]) -> dict[int, str]:
    """Names by id of dealers of the viewer's program, for who sees the whole of it."""
    if viewer.scope is not Scope.PROGRAM:
        return {}
    dealers = Dealer.objects.filter(program_id=viewer.program_id)
    return dict(dealers.filter(id__in=any_of(values=set(dealer_ids))).values_list("id", "name"))
