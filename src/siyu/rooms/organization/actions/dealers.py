from collections.abc import Iterable

from django.conf import settings
from django.db import transaction

from siyu.foundation.crypto import mask_phone, phone_in
from siyu.rooms.organization.models import Dealer, OrgUnit


@transaction.atomic
def ensure_dealers(*, program_id: int, stores: Iterable[tuple[int, str, str | None]]) -> None:
    """Say by whom stores are run, each (store id, dealer's key, dealer's name).

    A dealer who is new comes to be; a name of None leaves what is known. What was booked before
    stays with the dealer of then. A key that is a phone number is kept as its blind index.
    """
    known = {dealer.key: dealer for dealer in Dealer.objects.filter(program_id=program_id)}
    for store_id, told, name in stores:
        key = settings.SIYU_KEYRING.safe_key(told)
        dealer = known.get(key)
        if dealer is None:
            shown = name or mask_phone(phone_in(told)) or told
            dealer = Dealer.objects.create(program_id=program_id, key=key, name=shown)
            known[key] = dealer
        elif name and name != dealer.name:
            dealer.name = name
            dealer.save(update_fields=["name"])
        others = OrgUnit.objects.filter(id=store_id, program_id=program_id)
        others.exclude(dealer=dealer).update(dealer=dealer)
