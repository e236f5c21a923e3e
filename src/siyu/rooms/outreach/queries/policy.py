from siyu.rooms.outreach.models import Policy
from siyu.rooms.outreach.types import PolicyView


def policy_of(*, program_id: int) -> PolicyView:
    """A program's limits of contact; the defaults where none were set."""
    row = Policy.objects.filter(program_id=program_id).first() or Policy(program_id=program_id)
    return PolicyView(
        list_size=row.list_size,
        quota_days=row.quota_days,
        hold_share_ppm=row.hold_share_ppm,
        hold_window_days=row.hold_window_days,
        control_share_ppm=row.control_share_ppm,
    )
