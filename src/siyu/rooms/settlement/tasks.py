"""What settlement does by the clock."""

from datetime import datetime

from siyu.rooms.organization.queries import programs
from siyu.rooms.settlement.actions import carry_out_payouts


def carry_out_programs(*, now: datetime) -> int:
    """Carry out checked payout batches of every program; how many payouts were decided."""
    return sum(
        carry_out_payouts(program_id=program.id, at=now, today=program.day_of(now))
        for program in programs()
    )
