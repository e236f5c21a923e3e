"""What a dispatch may be."""

from datetime import datetime, timedelta

from siyu.foundation.errors import BadInput
from siyu.rooms.dispatch.types import (
    BODY_LENGTH,
    LONGEST_DAYS,
    MOST_PER_SELLER,
    TITLE_LENGTH,
    WORDS_LENGTH,
    Draft,
)

_LONGEST_KEY = 64


def check(draft: Draft, *, now: datetime) -> None:
    """Raise BadInput where a draft cannot be sent."""
    for field, text, least, most in (
        ("title", draft.title, 1, TITLE_LENGTH),
        ("body", draft.body, 1, BODY_LENGTH),
        ("words", draft.words, 0, WORDS_LENGTH),
        ("key", draft.key, 1, _LONGEST_KEY),
    ):
        if not least <= len(text.strip()) <= most:
            raise BadInput(
                field, "Write {least} to {most} characters here.", least=least, most=most
            )
    if draft.due_at <= now:
        raise BadInput("due_at", "The deadline has passed; choose a later one.")
    if draft.due_at > now + timedelta(days=LONGEST_DAYS):
        raise BadInput("due_at", "A deadline may be {most} days away at most.", most=LONGEST_DAYS)
    if not 1 <= draft.per_seller <= MOST_PER_SELLER:
        raise BadInput(
            "per_seller", "A seller takes 1 to {most} customers at once.", most=MOST_PER_SELLER
        )
    if draft.segment_id is None and (draft.asks_reason or draft.words.strip()):
        raise BadInput("segment", "Choose the customers to contact, or leave out what they need.")
