"""Plugs adapters into ports, reactions into events and runners into runs."""

from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings

from siyu.adapters.files.importer import FileImporter
from siyu.adapters.files.spreadsheets import forget_old, write_spreadsheet
from siyu.adapters.sandbox.identity import SandboxIdentityCheck
from siyu.adapters.sandbox.payer import SandboxPayer
from siyu.adapters.warehouse.commissions import CommissionCalculator
from siyu.adapters.warehouse.parquet_warehouse import ParquetWarehouse
from siyu.adapters.webhooks.http_sender import HttpSender
from siyu.config.home import claim_node
from siyu.faces.exports import run_export
from siyu.foundation.ids import use_node
from siyu.rooms.catalog import facts as catalog_facts
from siyu.rooms.coaching import facts as coaching_facts
from siyu.rooms.commissions.ports import plug_calculator
from siyu.rooms.commissions.reactions import subscribe_reactions as subscribe_commissions
from siyu.rooms.communities import facts as communities_facts
from siyu.rooms.credit import facts as credit_facts
from siyu.rooms.credit.reactions import subscribe_reactions as subscribe_credit
from siyu.rooms.customers import facts as customers_facts
from siyu.rooms.dispatch import facts as dispatch_facts
from siyu.rooms.dispatch.actions import run_dispatch
from siyu.rooms.dispatch.reactions import subscribe_reactions as subscribe_dispatch
from siyu.rooms.insights.actions import hourly_key, run_hourly
from siyu.rooms.insights.ports import plug_warehouse
from siyu.rooms.operations.actions import register_runner, request_run, run_import
from siyu.rooms.operations.ports import plug_importer
from siyu.rooms.orders import facts as orders_facts
from siyu.rooms.organization import facts as organization_facts
from siyu.rooms.organization.queries import program_of
from siyu.rooms.outreach import facts as outreach_facts
from siyu.rooms.outreach.actions import nightly_key, run_nightly
from siyu.rooms.outreach.reactions import subscribe_reactions as subscribe_outreach
from siyu.rooms.sellers import facts as sellers_facts
from siyu.rooms.settlement.actions import run_settlement
from siyu.rooms.settlement.ports import plug_identity_check, plug_payer
from siyu.rooms.webhooks.ports import plug_sender
from siyu.rooms.webhooks.reactions import subscribe_reactions as subscribe_webhooks

FACTS = (
    *organization_facts.FACTS,
    *sellers_facts.FACTS,
    *customers_facts.FACTS,
    *communities_facts.FACTS,
    *catalog_facts.FACTS,
    *orders_facts.FACTS,
    *credit_facts.FACTS,
    *coaching_facts.FACTS,
    *outreach_facts.FACTS,
    *dispatch_facts.FACTS,
)


def wire() -> None:
    """Connect everything; called once a process, when Django is ready."""
    use_node(claim_node())
    plug_importer(FileImporter())
    plug_warehouse(
        ParquetWarehouse(
            home=settings.SIYU_HOME,
            facts=FACTS,
            engine=settings.SIYU_ENGINE,
            memory_mb=settings.SIYU_MEMORY_MB,
            web_memory_mb=settings.SIYU_WEB_MEMORY_MB,
        )
    )
    plug_calculator(CommissionCalculator(memory_mb=settings.SIYU_WEB_MEMORY_MB))
    plug_payer(SandboxPayer(Path(settings.SIYU_HOME) / "sandbox"))
    plug_identity_check(SandboxIdentityCheck())
    plug_sender(HttpSender(may_reach_private=settings.SIYU_WEBHOOKS_PRIVATE))
    subscribe_credit()
    subscribe_commissions()
    subscribe_outreach()
    subscribe_dispatch()
    subscribe_webhooks()
    register_runner(kind="import", runner=run_import)
    register_runner(kind="nightly", runner=run_nightly)
    register_runner(kind="hourly", runner=run_hourly)
    register_runner(kind="dispatch", runner=run_dispatch)
    register_runner(kind="settlement", runner=run_settlement)
    register_runner(
        kind="export",
        runner=partial(run_export, folder=_exports(), write=write_spreadsheet),
    )


def _exports() -> Path:
    return Path(settings.SIYU_HOME) / "exports"


def start_nightly(program_id: int, slot: datetime) -> None:
    """The timer ``nightly``: queue the run of the business day that the slot falls on."""
    program = program_of(program_id=program_id)
    as_of = program.day_of(slot)
    request_run(
        program_id=program_id,
        kind="nightly",
        key=nightly_key(program_id=program_id, as_of=as_of),
        arguments={"as_of": str(as_of)},
    )


def start_hourly(program_id: int, slot: datetime) -> None:
    """The timer ``hourly``: queue the run that brings the figures up to date.

    Spreadsheets of yesterday go at the same time.
    """
    forget_old(_exports())
    request_run(
        program_id=program_id,
        kind="hourly",
        key=hourly_key(program_id=program_id),
        arguments={},
    )


def start_settlement(program_id: int, slot: datetime) -> None:
    """The timer ``settlement``: queue the closing of periods that are over."""
    day = program_of(program_id=program_id).day_of(slot)
    request_run(
        program_id=program_id,
        kind="settlement",
        key=f"settlement {program_id} {day}",
        arguments={},
    )


TIMERS = {"nightly": start_nightly, "hourly": start_hourly, "settlement": start_settlement}
