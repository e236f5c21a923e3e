"""Every write of the customers' room."""

from siyu.rooms.customers.actions.consent import opt_out
from siyu.rooms.customers.actions.import_customers import add_unknown_customers, import_customers
from siyu.rooms.customers.actions.import_follows import import_follows
from siyu.rooms.customers.actions.merges import merge_customers, undo_merge
from siyu.rooms.customers.actions.personal_data import reseal_customers, unmask
from siyu.rooms.customers.actions.tags import create_tag, edit_tag, retire_tag, tag_customer

__all__ = [
    "add_unknown_customers",
    "create_tag",
    "edit_tag",
    "import_customers",
    "import_follows",
    "merge_customers",
    "opt_out",
    "reseal_customers",
    "retire_tag",
    "tag_customer",
    "undo_merge",
    "unmask",
]
