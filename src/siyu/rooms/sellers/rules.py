"""Who invited whom: nobody herself, not even through others."""

from collections.abc import Iterable, Mapping


def in_circles(*, inviters: Mapping[str, str], keys: Iterable[str]) -> set[str]:
    """Those of the keys whose line of inviters leads back to themselves.

    ``inviters`` maps a seller's key to that of her inviter.
    """
    return {key for key in keys if _leads_back(inviters, key)}


def _leads_back(inviters: Mapping[str, str], key: str) -> bool:
    seen: set[str] = set()
    above = inviters.get(key)
    while above is not None and above not in seen:
        if above == key:
            return True
        seen.add(above)
        above = inviters.get(above)
    return False
