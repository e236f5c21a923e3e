"""A seller arranges the blocks of the workbench: order, and what is hidden."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy

from siyu.faces.access import page
from siyu.foundation.errors import BadInput
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import program_of
from siyu.rooms.sellers.actions import arrange_blocks, reset_blocks
from siyu.rooms.sellers.queries import blocks_of
from siyu.rooms.sellers.types import Block

NAMES = {
    Block.MONTH: gettext_lazy("My month"),
    Block.LAYERS: gettext_lazy("Who needs me"),
    Block.CUSTOMERS: gettext_lazy("My customers"),
    Block.WORK: gettext_lazy("My work, 7 days"),
}
_RESET = "reset"


@page(Right.SEE_OWN_NUMBERS, methods=("GET", "POST"))
def blocks(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """The list of blocks with their buttons; each button is one change."""
    if request.method == "POST":
        command, _, name = request.POST.get("do", "").partition("-")
        if command == _RESET:
            reset_blocks(viewer=viewer)
        else:
            arrange_blocks(viewer=viewer, blocks=_changed(blocks_of(viewer=viewer), command, name))
        return redirect("blocks")
    shown = blocks_of(viewer=viewer)
    context = {
        "program": program_of(program_id=viewer.program_id),
        "shown": [{"block": block, "name": NAMES[block]} for block in shown],
        "hidden": [
            {"block": block, "name": name} for block, name in NAMES.items() if block not in shown
        ],
        "tab": "numbers",
    }
    return render(request, "workbench/blocks.html", context)


def _changed(shown: tuple[Block, ...], command: str, name: str) -> list[Block]:
    """The blocks after one is moved up or down, hidden, or shown at the end."""
    order = list(shown)
    if name not in set(Block):
        raise BadInput("blocks", "Choose among the blocks of the workbench, each once.")
    block = Block(name)
    if command == "show" and block not in order:
        return [*order, block]
    if block not in order:
        return order
    place = order.index(block)
    order.pop(place)
    if command == "up":
        order.insert(max(place - 1, 0), block)
    elif command == "down":
        order.insert(place + 1, block)
    elif command != "hide":
        order.insert(place, block)
    return order
