"""What a portrait says, in words, on every face."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.faces.templatetags.siyu import money_round, share
from siyu.rooms.insights.types import Worth

STATES = {
    "new": gettext_lazy("New"),
    "active": gettext_lazy("Active"),
    "slowing": gettext_lazy("Slowing"),
    "silent": gettext_lazy("Silent"),
    "lost": gettext_lazy("Lost"),
    "won_back": gettext_lazy("Won back"),
    "prospect": gettext_lazy("Never ordered"),
}
WORTHS = {
    Worth.HIGH: gettext_lazy("Spends much"),
    Worth.MIDDLE: gettext_lazy("In the middle"),
    Worth.LOW: gettext_lazy("Spends little"),
}
GENDERS = {"female": gettext_lazy("woman"), "male": gettext_lazy("man")}
AGES = {
    "under_18": gettext_lazy("under 18"),
    "18_24": "18–24",
    "25_30": "25–30",
    "31_35": "31–35",
    "36_40": "36–40",
    "41_50": "41–50",
    "51_60": "51–60",
    "over_60": gettext_lazy("over 60"),
}
_LIKELY_GONE_PPM = 200_000


def rhythm_line(portrait: Mapping[str, Any], as_of: date) -> str:
    """State and rhythm in one line."""
    parts = [str(STATES.get(portrait["state"], portrait["state"]))]
    if portrait["usual_gap_days"]:
        parts.append(_("buys every {days} days").format(days=portrait["usual_gap_days"]))
    if portrait["last_on"]:
        days = (as_of - portrait["last_on"]).days
        parts.append(_("last time {days} days ago").format(days=days))
    return " · ".join(parts)


def portrait_sentences(
    portrait: Mapping[str, Any], city: str, category: str, currency: str
) -> list[str]:
    """Who she is, in a few sentences."""
    person = [
        str(word)
        for word in (GENDERS.get(portrait["gender"]), AGES.get(portrait["age_band"]), city)
        if word
    ]
    sentences = [_("{facts}.").format(facts=_(", ").join(person))] if person else []
    if portrait["favourite_hours"] and category:
        sentences.append(
            _("Mostly buys {category}, usually between {hours} o'clock.").format(
                category=category, hours=portrait["favourite_hours"].replace("-", "–")
            )
        )
    if portrait["refunds_minor"]:
        sentences.append(
            _("Has returned goods for {amount}.").format(
                amount=money_round(portrait["refunds_minor"], currency)
            )
        )
    if portrait["is_top"]:
        sentences.append(_("Among the top 10% by spend."))
    if portrait["value_90_minor"]:
        sentences.append(
            _("About {visits} visits are expected within 90 days, worth {amount}.").format(
                visits=f"{portrait['visits_90_x1000'] / 1_000:.1f}",
                amount=money_round(portrait["value_90_minor"], currency),
            )
        )
    if portrait["alive_ppm"] is not None and portrait["alive_ppm"] < _LIKELY_GONE_PPM:
        sentences.append(
            _("The chance of another purchase at all is {share}.").format(
                share=share(portrait["alive_ppm"])
            )
        )
    return sentences or [_("Nothing is known yet. Ask, and note it down.")]
