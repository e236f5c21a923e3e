from django.conf import settings

from siyu.rooms.sellers.models import Application, Seller


def reseal_sellers() -> int:
    """Seal sellers and who applied under the current key; returns how many were sealed anew."""
    changed = 0
    for seller in Seller.objects.all().iterator():
        changed += _reseal(seller)
    for application in Application.objects.all().iterator():
        changed += _reseal(application)
    return changed


def _reseal(row: Seller | Application) -> bool:
    keyring = settings.SIYU_KEYRING
    if keyring.version_of(row.sealed) == keyring.current:
        return False
    row.sealed = keyring.seal(keyring.open(row.sealed))
    row.save(update_fields=["sealed"])
    return True
