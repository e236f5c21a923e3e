"""Every read of content."""

from collections.abc import Iterable, Mapping

from siyu.rooms.content.models import MessageTemplate
from siyu.rooms.content.rules import fill_in
from siyu.rooms.content.types import TemplateView


def newest_templates(
    *, program_id: int, codes: Iterable[str], language: str
) -> dict[str, TemplateView]:
    """The newest version of each template in a language, by code."""
    rows = MessageTemplate.objects.filter(
        program_id=program_id, code__in=set(codes), language=language
    ).order_by("version")
    return {
        row.code: TemplateView(
            id=row.id, code=row.code, language=row.language, text=row.text, version=row.version
        )
        for row in rows
    }


def message_of(*, template: TemplateView, values: Mapping[str, str]) -> str:
    """A template's message with its placeholders filled in, clauses without a value left out."""
    return fill_in(template.text, values)
