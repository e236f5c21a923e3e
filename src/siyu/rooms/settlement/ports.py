"""What settlement needs from outside: a way to pay, and a look at identity papers."""

from collections.abc import Sequence
from typing import Protocol

from siyu.rooms.settlement.types import Instruction, Result


class Payer(Protocol):
    """Carries payments out: a bank, a payment service, or a sandbox."""

    def pay(self, *, instructions: Sequence[Instruction]) -> None:
        """Take payments on; one whose key was taken before is not paid again."""

    def results(self, *, keys: Sequence[str]) -> list[Result]:
        """What became of payments; those that are still under way are left out."""


class IdentityCheck(Protocol):
    """Looks whether a name and the number of an identity paper belong together."""

    def belongs(self, *, name: str, number: str) -> bool:
        """Whether they do; raises OSError where nobody could be asked."""


_payers: list[Payer] = []
_checks: list[IdentityCheck] = []


def plug_payer(payer: Payer) -> None:
    """Pay through this from now on."""
    _payers[:] = [payer]


def payer() -> Payer:
    """The plugged payer."""
    return _payers[0]


def plug_identity_check(check: IdentityCheck) -> None:
    """Check identities with this from now on."""
    _checks[:] = [check]


def identity_check() -> IdentityCheck:
    """The plugged check of identities."""
    return _checks[0]
