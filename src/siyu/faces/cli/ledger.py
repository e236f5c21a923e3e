"""``siyu ledger``: proof that every balance is what was moved."""

import typer

from siyu.faces.cli.shell import AsJson, ProgramCode, show, viewer_in
from siyu.foundation.errors import Conflict
from siyu.rooms.commissions.queries import prove_accruals
from siyu.rooms.ledger.queries import prove_ledger
from siyu.rooms.ledger.types import Disagreement, Proof
from siyu.rooms.operations.types import Right

_commands = typer.Typer(help="The ledger.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(_commands, name="ledger")


@_commands.command()
def verify(program: ProgramCode = None, as_json: AsJson = False) -> None:
    """Recompute every balance and every digest, of the accruals too; fails where one is wrong."""
    viewer = viewer_in(program)
    viewer.require(Right.SEE_LEDGER)
    proof = prove_ledger(program_id=viewer.program_id)
    wrong = [*proof.disagreements, *prove_accruals(program_id=viewer.program_id)]
    told = vars(proof) | {
        "holds": not wrong,
        "disagreements": [vars(found) for found in wrong],
    }
    show(told, as_json, _text(proof, wrong))
    if wrong:
        raise Conflict(
            "The ledger does not add up in {number} places; it was changed from outside.",
            number=len(wrong),
        )


@_commands.callback()
def _ledger() -> None:
    """The ledger."""


def _text(proof: Proof, wrong: list[Disagreement]) -> str:
    lines = [f"{name:<20}{amount:>20,}" for name, amount in proof.balances.items() if amount]
    lines += [
        f"{found.what} of {found.subject}: stored {found.stored}, computed {found.computed}"
        for found in wrong
    ]
    numbers = (
        f"{proof.transfers:,} transfers in {proof.postings:,} postings on {proof.accounts:,}"
        f" accounts, {proof.currency} in minor units; together"
        f" {sum(proof.balances.values()):,}."
    )
    return "\n".join([*lines, numbers])
