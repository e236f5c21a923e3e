"""How what a portrait says is called, on every face."""

from django.utils.translation import gettext_lazy

STATES = {
    "new": gettext_lazy("New"),
    "active": gettext_lazy("Active"),
    "slowing": gettext_lazy("Slowing"),
    "silent": gettext_lazy("Silent"),
    "lost": gettext_lazy("Lost"),
    "won_back": gettext_lazy("Won back"),
    "prospect": gettext_lazy("Never ordered"),
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
