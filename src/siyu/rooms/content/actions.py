"""Every write of content."""

from django.db import transaction

from siyu.rooms.content.models import MessageTemplate
from siyu.rooms.content.rules import check_placeholders


@transaction.atomic
def write_template(*, program_id: int, code: str, language: str, text: str) -> int:
    """A new version of a message template, or the current one where the text is the same.

    Returns its id. Raises BadInput for an unknown placeholder or an empty text.
    """
    check_placeholders(text)
    newest = (
        MessageTemplate.objects.filter(program_id=program_id, code=code, language=language)
        .order_by("-version")
        .first()
    )
    if newest is not None and newest.text == text:
        return newest.id
    return MessageTemplate.objects.create(
        program_id=program_id,
        code=code,
        language=language,
        version=newest.version + 1 if newest else 1,
        text=text,
    ).id
