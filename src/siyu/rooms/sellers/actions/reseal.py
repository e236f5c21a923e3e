from django.conf import settings

from siyu.rooms.sellers.models import Seller


def reseal_sellers() -> int:
    """Seal every seller under the current key; returns how many were sealed anew."""
    keyring = settings.SIYU_KEYRING
    changed = 0
    for seller in Seller.objects.all().iterator():
        if keyring.version_of(seller.sealed) != keyring.current:
            seller.sealed = keyring.seal(keyring.open(seller.sealed))
            seller.save(update_fields=["sealed"])
            changed += 1
    return changed
