"""Every read of the customers' room."""

from siyu.rooms.customers.queries.current import current_ids, known_as
from siyu.rooms.customers.queries.keys import customer_ids_by_key
from siyu.rooms.customers.queries.merges import merges_of, twins_of
from siyu.rooms.customers.queries.pages import (
    find_by_number,
    find_by_phone,
    find_customer,
    keys_of_customers,
    names_of_customers,
    search_own,
)
from siyu.rooms.customers.queries.serving import (
    opted_out_among,
    serving_at,
    serving_now,
)
from siyu.rooms.customers.queries.tags import find_tag, tags_of, tags_with

__all__ = [
    "current_ids",
    "customer_ids_by_key",
    "find_by_number",
    "find_by_phone",
    "find_customer",
    "find_tag",
    "keys_of_customers",
    "known_as",
    "merges_of",
    "names_of_customers",
    "opted_out_among",
    "search_own",
    "serving_at",
    "serving_now",
    "tags_of",
    "tags_with",
    "twins_of",
]
