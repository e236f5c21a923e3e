"""``siyu doctor``: whether everything is in place."""

import shutil
from datetime import timedelta
from typing import Any

import typer
from django.conf import settings
from django.contrib.staticfiles import finders

from siyu.faces.cli.shell import AsJson, owner_only, show
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import Conflict
from siyu.rooms.insights.queries import publication_of
from siyu.rooms.operations.queries import failing_deliveries, verify_audit
from siyu.rooms.organization.queries import owner_viewer, programs

_FREE_BYTES = 2 << 30
_STALE = timedelta(hours=36)


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("doctor")(doctor)


def doctor(as_json: AsJson = False) -> None:
    """Check database, assets, disk, audit log and the age of the insights; say what to do."""
    owner_only()
    checks = [*_house(), *_programs()]
    lines = [
        f"{'✓' if not check['mend'] else '✗'} {check['check']}"
        + (f"\n    {check['mend']}" if check["mend"] else "")
        for check in checks
    ]
    show({"checks": checks}, as_json, "\n".join(lines))
    if any(check["mend"] for check in checks):
        raise Conflict("Something needs mending; see above.")


def _check(name: str, fine: bool, mend: str) -> dict[str, Any]:
    return {"check": name, "mend": "" if fine else mend}


def _house() -> list[dict[str, Any]]:
    free = shutil.disk_usage(settings.SIYU_HOME).free
    return [
        _check(
            "style sheets and scripts are built",
            finders.find("vendor/icons.svg") is not None,
            "Run: make assets",
        ),
        _check(f"{free >> 30} GiB free", free > _FREE_BYTES, "Free some disk space."),
        _check(
            "audit log is intact",
            verify_audit() is None,
            "Run: siyu audit verify, and find out who.",
        ),
    ]


def _programs() -> list[dict[str, Any]]:
    checks = []
    for program in programs():
        published = publication_of(program_id=program.id)
        failing = failing_deliveries(viewer=owner_viewer(program_id=program.id))
        fresh = published is not None and utc_now() - published.published_at < _STALE
        checks += [
            _check(f"{program.code}: insights of the last day", fresh, "Run: siyu nightly"),
            _check(
                f"{program.code}: no failing reactions",
                not failing,
                "Open Failed reactions at headquarters.",
            ),
        ]
    return checks or [
        _check("a program is open", False, "Run: siyu import …, or siyu program create")
    ]
