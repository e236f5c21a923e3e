"""Every read of the organization."""

from siyu.rooms.organization.queries.dealers import dealers_of_stores, names_of_dealers
from siyu.rooms.organization.queries.programs import (
    find_program,
    names_of_units,
    path_to,
    program_of,
    programs,
    stores_of_units,
    today_in,
    unit_ids_by_key,
    units_below,
    units_under,
)
from siyu.rooms.organization.queries.staff import (
    grants_of,
    logins_taken,
    names_of_staff,
    owner_viewer,
    staff_by_login,
    staff_of,
    staff_with_role,
    viewer_of,
)

__all__ = [
    "dealers_of_stores",
    "find_program",
    "grants_of",
    "logins_taken",
    "names_of_dealers",
    "names_of_staff",
    "names_of_units",
    "owner_viewer",
    "path_to",
    "program_of",
    "programs",
    "staff_by_login",
    "staff_of",
    "staff_with_role",
    "stores_of_units",
    "today_in",
    "unit_ids_by_key",
    "units_below",
    "units_under",
    "viewer_of",
]
