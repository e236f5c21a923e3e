from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q

from siyu.analytics.signals import evidence_of
from siyu.foundation.ids import new_ids
from siyu.rooms.coaching.types import TaskState
from siyu.rooms.customers.queries import opted_out_among, serving_now
from siyu.rooms.insights.queries import candidate_batches
from siyu.rooms.insights.types import Arm
from siyu.rooms.operations.actions import RunLog, insert_rows, write_stamp
from siyu.rooms.operations.queries import any_of, plain_rows
from siyu.rooms.outreach.actions.word_lots import WordLots
from siyu.rooms.outreach.models import ControlDraw, DrawnList, Task
from siyu.rooms.outreach.queries.kept_back import control_draws
from siyu.rooms.outreach.queries.playbooks import launched
from siyu.rooms.outreach.queries.policy import policy_of
from siyu.rooms.outreach.rules import Candidate, Draw, draw, limits_on
from siyu.rooms.outreach.types import PlaybookView, PolicyView
from siyu.rooms.sellers.queries import working_seller_ids

_EVIDENCE = ("evidence_1", "evidence_2", "evidence_3", "evidence_4")
_COLUMNS = (
    "id",
    "program_id",
    "seller_id",
    "customer_id",
    "playbook_id",
    "market_id",
    "variant_id",
    "drawn_on",
    "due_on",
    "rank",
    "evidence",
    "propensity_ppm",
    "order_value_minor",
    "expected_value_minor",
    "arm",
    "state",
    "blocked_until",
    "outcome",
    "skip_reason",
    "stamp",
)


def draw_lists(*, program_id: int, results_id: int, as_of: date, log: RunLog) -> int:
    """Draw the lists of the day for all working sellers who have none yet; returns the tasks.

    Works in short transactions, a batch of sellers each, so a killed run is gone on with.
    """
    drawn = set(
        DrawnList.objects.filter(program_id=program_id, on=as_of).values_list(
            "seller_id", flat=True
        )
    )
    sellers = [
        seller for seller in working_seller_ids(program_id=program_id) if seller not in drawn
    ]
    policy = policy_of(program_id=program_id)
    playbooks = {
        each.signal: each for each in launched(program_id=program_id, on=as_of) if each.is_enabled
    }
    lots = WordLots(program_id=program_id, on=as_of)
    total = done = 0
    with log.step("lists") as step:
        for some, table in candidate_batches(
            program_id=program_id, results_id=results_id, seller_ids=sellers
        ):
            batch = _Batch(program_id, as_of, policy, playbooks, lots, plain_rows(table=table))
            total += batch.write(some)
            done += len(some)
            step.advance(done, len(sellers))
        step.wrote(total)
    return total


class _Batch:
    """The candidates of some sellers, drawn and written in one transaction."""

    def __init__(
        self,
        program_id: int,
        as_of: date,
        policy: PolicyView,
        playbooks: dict[str, PlaybookView],
        words: WordLots,
        rows: list[dict[str, Any]],
    ) -> None:
        self._program_id = program_id
        self._as_of = as_of
        self._policy = policy
        self._playbooks = {signal: each.id for signal, each in playbooks.items()}
        self._most, _rests = limits_on(playbooks=playbooks.values(), on=as_of)
        self._words = words
        self._rows = [row for row in rows if row["signal"] in playbooks]

    @transaction.atomic
    def write(self, seller_ids: list[int]) -> int:
        """Draw and store the lists of these sellers; returns how many tasks there are."""
        customer_ids = {row["customer_id"] for row in self._rows}
        free = self._contactable(customer_ids)
        lots = control_draws(program_id=self._program_id, customer_ids=customer_ids)
        postponed = dict(
            Task.objects.filter(seller_id__in=seller_ids, state=TaskState.OPEN, due_on=self._as_of)
            .values_list("seller_id")
            .annotate(Count("id"))
        )
        tasks: list[tuple[dict[str, Any], Draw]] = []
        control: list[Draw] = []
        for seller_id, group in groupby(self._rows, key=lambda row: row["seller_id"]):
            rows = list(group)
            by_customer = {row["customer_id"]: row for row in rows}
            for drawn in draw(
                candidates=[self._candidate(row, seller_id, free, lots) for row in rows],
                size=max(self._policy.list_size - postponed.get(seller_id, 0), 0),
                hold_share_ppm=self._policy.hold_share_ppm,
                control_share_ppm=self._policy.control_share_ppm,
                most=self._most,
            ):
                control.append(drawn)
                if drawn.arm is not Arm.CONTROL:
                    tasks.append((by_customer[drawn.customer_id], drawn))
        self._store(seller_ids, tasks, control)
        return len(tasks)

    def _contactable(self, customer_ids: set[int]) -> dict[int, int]:
        """Who serves each customer who may be contacted now, whatever the warehouse knew."""
        blocked = set(
            Task.objects.filter(customer_id__in=any_of(values=customer_ids))
            .filter(
                Q(state=TaskState.OPEN) | Q(blocked_until__gt=self._as_of) | Q(drawn_on=self._as_of)
            )
            .values_list("customer_id", flat=True)
        )
        out = opted_out_among(customer_ids=customer_ids)
        return {
            customer_id: seller_id
            for customer_id, (seller_id, _) in serving_now(customer_ids=customer_ids).items()
            if customer_id not in blocked and customer_id not in out
        }

    def _candidate(
        self,
        row: dict[str, Any],
        seller_id: int,
        serving: dict[int, int],
        lots: dict[int, int],
    ) -> Candidate:
        ring = settings.SIYU_KEYRING
        customer_id = row["customer_id"]
        occasion = f"{self._program_id}:{row['signal']}:{customer_id}:{self._as_of}"
        return Candidate(
            customer_id=customer_id,
            hold_draw=ring.lot("hold", occasion),
            control_draw=lots[customer_id],
            may_be_contacted=serving.get(customer_id) == seller_id,
            signal=row["signal"],
        )

    def _store(
        self, seller_ids: list[int], tasks: list[tuple[dict[str, Any], Draw]], drawn: list[Draw]
    ) -> None:
        stamp = write_stamp()
        held_until = self._as_of + timedelta(days=self._policy.hold_window_days)
        rows = []
        for task_id, (row, place) in zip(new_ids(len(tasks)), tasks, strict=True):
            held = place.arm is Arm.HELD
            playbook_id = self._playbooks[row["signal"]]
            market_id, variant_id = self._words.of(
                playbook_id=playbook_id,
                seller_id=row["seller_id"],
                customer_id=row["customer_id"],
            )
            rows.append(
                (
                    task_id,
                    self._program_id,
                    row["seller_id"],
                    row["customer_id"],
                    playbook_id,
                    market_id,
                    None if held else variant_id,
                    self._as_of,
                    self._as_of,
                    place.rank,
                    dict(
                        zip(
                            evidence_of(signal=row["signal"]),
                            (row[name] for name in _EVIDENCE),
                            strict=True,
                        )
                    ),
                    row["propensity_ppm"],
                    row["order_value_minor"],
                    row["expected_value_minor"],
                    place.arm.value,
                    (TaskState.HELD if held else TaskState.OPEN).value,
                    held_until if held else None,
                    "",
                    "",
                    stamp,
                )
            )
        insert_rows(model=Task, columns=_COLUMNS, rows=rows)
        sizes: dict[int, int] = {}
        for row, _ in tasks:
            sizes[row["seller_id"]] = sizes.get(row["seller_id"], 0) + 1
        DrawnList.objects.bulk_create(
            DrawnList(
                program_id=self._program_id,
                seller_id=seller_id,
                on=self._as_of,
                tasks=sizes.get(seller_id, 0),
            )
            for seller_id in seller_ids
        )
        ControlDraw.objects.bulk_create(
            (
                ControlDraw(
                    customer_id=place.customer_id,
                    program_id=self._program_id,
                    arm=Arm.CONTROL if place.arm is Arm.CONTROL else Arm.TREATED,
                    drawn_on=self._as_of,
                )
                for place in drawn
            ),
            ignore_conflicts=True,
        )
