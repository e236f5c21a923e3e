from django.db import transaction

from siyu.foundation.errors import BadInput
from siyu.rooms.content.actions import write_template
from siyu.rooms.operations.actions import set_schedule
from siyu.rooms.organization.actions import create_program
from siyu.rooms.organization.types import ProgramView
from siyu.rooms.outreach.models import Playbook, Policy

_MILLION = 1_000_000
_PLAYBOOKS: dict[str, tuple[str, str]] = {
    "new_top": (
        "{customer}您好，我是{seller}。谢谢您一直照顾我们，给您升了 VIP 专属服务，"
        "新品到店我先给您留着，好吗？",
        "Hello {customer}, this is {seller}. Thank you for your trust: you now have our VIP "
        "service, and I will keep new arrivals for you first.",
    ),
    "slowing": (
        "{customer}您好，我是{seller}。上次的{product}用着还好吗？"
        "最近到了几款和您常买的很搭，要不要我拍给您看看？",
        "Hello {customer}, this is {seller}. How is your {product}? Some new pieces go well with "
        "what you usually choose; shall I send you pictures?",
    ),
    "silent_good": (
        "{customer}您好，我是{seller}，好久没见您了。"
        "店里给老客准备了一份心意，您哪天方便，我帮您留着？",
        "Hello {customer}, this is {seller}; we have missed you. We keep a small thank-you for "
        "our regulars. When may I set yours aside?",
    ),
    "birthday": (
        "{customer}，提前祝您生日快乐！您的生日礼遇已经准备好了，我是{seller}，"
        "来店或线上都可以用，要我帮您安排吗？",
        "{customer}, happy birthday in advance! Your birthday treat is ready, in the shop or "
        "online. This is {seller}: shall I arrange it for you?",
    ),
    "due": (
        "{customer}您好，我是{seller}。上次买的{product}差不多该补了吧？"
        "今天可以给您安排，要我帮您留一份吗？",
        "Hello {customer}, this is {seller}. Your {product} should be running low by now; shall "
        "I put one aside for you today?",
    ),
    "first_order": (
        "{customer}您好，我是{seller}。{product}收到后用着怎么样？有什么不合适随时找我，我来处理。",
        "Hello {customer}, this is {seller}. How do you like the {product}? If anything is not "
        "right, tell me and I will see to it.",
    ),
    "never_ordered": (
        "{customer}您好，我是{seller}。加上您以后还没好好介绍自己，"
        "您平时更喜欢什么风格？我挑几款合适的给您看看。",
        "Hello {customer}, this is {seller}. We have not been properly introduced: what style do "
        "you like? I will pick a few pieces for you.",
    ),
}
_NIGHTLY_CRON = "30 2 * * *"


@transaction.atomic
def open_program(
    *, code: str, name: str, currency: str, zone: str, cut_off_hour: int = 0
) -> ProgramView:
    """A new program, ready for work: limits of contact, playbooks and the nightly schedule.

    Raises BadInput for an unknown currency or zone, Conflict where the code is taken.
    """
    program = create_program(
        code=code, name=name, currency=currency, zone=zone, cut_off_hour=cut_off_hour
    )
    Policy.objects.create(program_id=program.id)
    for priority, (signal, (chinese, english)) in enumerate(_PLAYBOOKS.items(), 1):
        Playbook.objects.create(
            program_id=program.id, signal=signal, template_code=signal, priority=priority
        )
        write_template(program_id=program.id, code=signal, language="zh-hans", text=chinese)
        write_template(program_id=program.id, code=signal, language="en", text=english)
    set_schedule(program_id=program.id, name="nightly", cron=_NIGHTLY_CRON, zone=zone)
    return program


@transaction.atomic
def set_policy(
    *,
    program_id: int,
    list_size: int,
    quota_days: int,
    hold_share_ppm: int,
    hold_window_days: int,
    control_share_ppm: int,
) -> None:
    """Change a program's limits of contact. Raises BadInput for a share above one."""
    for field, share in (
        ("hold_share_ppm", hold_share_ppm),
        ("control_share_ppm", control_share_ppm),
    ):
        if not 0 <= share <= _MILLION:
            raise BadInput(field, "A share must lie between 0 and 1,000,000 parts per million.")
    if list_size < 1:
        raise BadInput("list_size", "A list needs at least one place.")
    Policy.objects.update_or_create(
        program_id=program_id,
        defaults={
            "list_size": list_size,
            "quota_days": quota_days,
            "hold_share_ppm": hold_share_ppm,
            "hold_window_days": hold_window_days,
            "control_share_ppm": control_share_ppm,
        },
    )
