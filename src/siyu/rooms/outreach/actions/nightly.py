from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import Conflict
from siyu.rooms.coaching.actions import draw_seller_tasks
from siyu.rooms.coaching.types import TaskState
from siyu.rooms.insights.actions import (
    compute_insights,
    freshen_figures,
    publish,
    sync_warehouse,
)
from siyu.rooms.insights.types import Parameters
from siyu.rooms.operations.actions import RunLog, deliver_all, wait_until_stable, write_stamp
from siyu.rooms.operations.queries import any_of, failing_deliveries
from siyu.rooms.operations.types import RunView
from siyu.rooms.organization.queries import owner_viewer
from siyu.rooms.outreach.actions.draw_lists import draw_lists
from siyu.rooms.outreach.models import Task
from siyu.rooms.outreach.queries.playbooks import launched
from siyu.rooms.outreach.queries.policy import policy_of
from siyu.rooms.outreach.queries.tasks import must_leave_alone
from siyu.rooms.outreach.rules import candidates_for, limits_on
from siyu.rooms.segments.actions import note_sizes
from siyu.rooms.segments.queries import audiences_of


def nightly_key(*, program_id: int, as_of: date) -> str:
    """The key of the nightly run of a program's day: one day is one run."""
    return f"nightly:{program_id}:{as_of}"


def run_nightly(run: RunView, log: RunLog) -> None:
    """The runner of the kind ``nightly``: facts in, insights out, the day's lists drawn.

    Doing it again for the same day computes the insights anew and draws only lists that are
    missing, so a list never changes under a seller's hands. Raises Conflict while reactions
    still fail, since sales without credit would pay and tell the wrong person.
    """
    program_id = run.program_id or 0
    as_of = date.fromisoformat(run.arguments["as_of"])
    with log.step("reactions") as step:
        step.wrote(deliver_all(listener=lambda name, done, total: step.advance(done, total)))
        if failing_deliveries(viewer=owner_viewer(program_id=program_id), limit=1):
            raise Conflict("Reactions still fail; see Failed reactions, then run again.")
    with log.step("expire") as step:
        step.wrote(expire_tasks(program_id=program_id, as_of=as_of))
        # What was closed just now counts tonight, also where others write at the same moment.
        wait_until_stable()
    sync_warehouse(program_id=program_id, log=log)
    policy = policy_of(program_id=program_id)
    playbooks = [each for each in launched(program_id=program_id, on=as_of) if each.is_enabled]
    most, rests = limits_on(playbooks=playbooks, on=as_of)
    audiences = audiences_of(program_id=program_id)
    results_id = compute_insights(
        program_id=program_id,
        parameters=Parameters(
            as_of=as_of,
            priorities={
                each.signal: each.priority for each in playbooks if most.get(each.signal) != 0
            },
            audiences=audiences,
            segments={each.signal: each.segment_id for each in playbooks if each.segment_id},
            keep=candidates_for(
                places=policy.list_size,
                away_days=max(rests.values(), default=0),
                control_share_ppm=policy.control_share_ppm,
            ),
            quota_days=policy.quota_days,
            rests=rests,
            most={
                signal: candidates_for(
                    places=size,
                    away_days=rests.get(signal, 0),
                    control_share_ppm=policy.control_share_ppm,
                )
                for signal, size in most.items()
                if size
            },
            launches={
                each.signal: (each.launch.launched_on or date.min, each.launch.horizon_days)
                for each in launched(program_id=program_id, on=as_of)
            },
        ),
        log=log,
    )
    draw_lists(program_id=program_id, results_id=results_id, as_of=as_of, log=log)
    draw_seller_tasks(
        program_id=program_id,
        results_id=results_id,
        as_of=as_of,
        hold_share_ppm=policy.hold_share_ppm,
        log=log,
    )
    note_sizes(program_id=program_id, results_id=results_id, on=as_of, segment_ids=audiences)
    publish(program_id=program_id, results_id=results_id, as_of=as_of)
    freshen_figures(program_id=program_id, log=log, everything=True)


@transaction.atomic
def expire_tasks(*, program_id: int, as_of: date) -> int:
    """Close the open tasks of earlier days; returns how many.

    A task that was put off stays open, unless its customer must be left alone by now.
    """
    earlier = Task.objects.filter(program_id=program_id, state=TaskState.OPEN, drawn_on__lt=as_of)
    put_off = must_leave_alone(tasks=earlier.filter(due_on__gte=as_of))
    return earlier.filter(Q(due_on__lt=as_of) | Q(id__in=any_of(values=put_off))).update(
        state=TaskState.EXPIRED,
        closed_at=utc_now(),
        closed_on=as_of - timedelta(days=1),
        stamp=write_stamp(),
    )
