"""``siyu keys rotate``: a new root key for personal data, and everything sealed under it."""

import json
from typing import Annotated

import typer
from django.conf import settings

from siyu.config.home import add_root_key, forget_old_roots, load_secrets
from siyu.faces.cli.shell import owner_only
from siyu.rooms.customers.actions import reseal_customers
from siyu.rooms.operations.actions import record_audit
from siyu.rooms.organization.actions import reseal_staff
from siyu.rooms.sellers.actions import reseal_sellers
from siyu.rooms.settlement.actions import reseal_payees


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    keys = typer.Typer(help="Keys of personal data.", no_args_is_help=True)
    keys.command("rotate")(rotate)
    keys.callback()(lambda: None)
    app.add_typer(keys, name="keys")


def rotate(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Seal all personal data under a new root key and forget the old ones.

    Stop the server and the worker first: they hold the old keys in memory.
    """
    owner_only()
    version = add_root_key()
    settings.SIYU_KEYRING = load_secrets().keyring
    sealed = {
        "staff": reseal_staff(),
        "sellers": reseal_sellers(),
        "customers": reseal_customers(),
        "payees": reseal_payees(),
    }
    forgotten = forget_old_roots()
    record_audit(
        actor_id=None, program_id=None, action="rotate keys", subject=f"root key {version}"
    )
    told = {"version": version, "sealed": sealed, "old_keys_forgotten": forgotten}
    typer.echo(json.dumps(told) if as_json else f"Root key {version}; sealed anew: {sealed}")
