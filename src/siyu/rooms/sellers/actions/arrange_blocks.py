from collections.abc import Sequence

from django.db import transaction

from siyu.foundation.errors import BadInput
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.sellers.models import Arrangement
from siyu.rooms.sellers.queries import own_seller
from siyu.rooms.sellers.types import Block


@transaction.atomic
def arrange_blocks(*, viewer: Viewer, blocks: Sequence[str]) -> None:
    """Show these blocks of the viewer's own workbench, in this order, and no others.

    Raises BadInput for a block that is none or is named twice, NotFound for one who is no seller.
    """
    viewer.require(Right.SEE_OWN_NUMBERS)
    known = [block.value for block in Block]
    if not set(blocks) <= set(known) or len(set(blocks)) < len(blocks):
        raise BadInput("blocks", "Choose among the blocks of the workbench, each once.")
    seller = own_seller(viewer=viewer)
    Arrangement.objects.update_or_create(
        seller_id=seller.id, defaults={"blocks": [str(block) for block in blocks]}
    )


@transaction.atomic
def reset_blocks(*, viewer: Viewer) -> None:
    """Put the viewer's own workbench back as the house has it."""
    viewer.require(Right.SEE_OWN_NUMBERS)
    Arrangement.objects.filter(seller_id=own_seller(viewer=viewer).id).delete()
