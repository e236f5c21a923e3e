"""Every read of the sellers' room."""

from siyu.rooms.sellers.queries.assistants import assistants_of, names_within
from siyu.rooms.sellers.queries.invitations import (
    applications_waiting,
    invitations_of,
    own_invitations,
    program_invited_to,
)
from siyu.rooms.sellers.queries.levels import level_on, levels_held, levels_of_sellers, trials_since
from siyu.rooms.sellers.queries.sellers import (
    able_to_sign_in,
    blocks_of,
    find_seller,
    find_seller_by_key,
    inviters_of,
    names_of_sellers,
    own_seller,
    seller_ids_by_key,
    seller_ids_within,
    sellers_of_ids,
    sellers_page,
    terms_of_sellers,
    units_of_sellers,
    units_of_working_sellers,
    working_seller_ids,
    working_sellers_in,
)
from siyu.rooms.sellers.queries.teaching import (
    learners_of,
    own_invited,
    own_learners,
    own_teacher,
    teacher_of,
)

__all__ = [
    "able_to_sign_in",
    "applications_waiting",
    "assistants_of",
    "blocks_of",
    "find_seller",
    "find_seller_by_key",
    "invitations_of",
    "inviters_of",
    "learners_of",
    "level_on",
    "levels_held",
    "levels_of_sellers",
    "names_of_sellers",
    "names_within",
    "own_invitations",
    "own_invited",
    "own_learners",
    "own_seller",
    "own_teacher",
    "program_invited_to",
    "seller_ids_by_key",
    "seller_ids_within",
    "sellers_of_ids",
    "sellers_page",
    "teacher_of",
    "terms_of_sellers",
    "trials_since",
    "units_of_sellers",
    "units_of_working_sellers",
    "working_seller_ids",
    "working_sellers_in",
]
