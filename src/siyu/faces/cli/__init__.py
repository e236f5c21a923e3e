"""The command line: what an engineer or an operator does from a shell."""

from siyu.faces.cli import (
    accounts,
    audit,
    doctor,
    drivers,
    fit,
    import_files,
    ledger,
    metrics,
    nightly,
    plans,
    programs,
    warehouse,
)
from siyu.faces.cli.shell import app, run

for _commands in (
    import_files,
    nightly,
    metrics,
    drivers,
    fit,
    warehouse,
    doctor,
    programs,
    accounts,
    audit,
    ledger,
    plans,
):
    _commands.add_to(app)

__all__ = ["app", "run"]
