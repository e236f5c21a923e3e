from datetime import date

from django.conf import settings

from siyu.rooms.organization.queries import owner_viewer, units_below
from siyu.rooms.outreach.queries.playbooks import launched
from siyu.rooms.outreach.queries.variants import active_variants
from siyu.rooms.outreach.rules import usual_words, words_of
from siyu.rooms.sellers.queries import units_of_working_sellers


class WordLots:
    """Which words each customer of a night gets: the usual ones, or a variant of the market's.

    A customer keeps her lot as long as a launch lasts and the market tries the same words.
    """

    def __init__(self, *, program_id: int, on: date) -> None:
        """Of a program's playbooks that try words on a day."""
        self._tried: dict[int, dict[int | None, list[int | None]]] = {}
        active = active_variants(program_id=program_id, on=on)
        if not active:
            return
        below = units_below(viewer=owner_viewer(program_id=program_id))
        for playbook_id in {each.playbook_id for each in active}:
            own = [each for each in active if each.playbook_id == playbook_id]
            adopted = {
                each.market_id: each.id for each in own if each.adopted_on and each.adopted_on <= on
            }
            self._tried[playbook_id] = {
                market_id: [
                    usual_words(adopted=adopted, market_id=market_id, below=below),
                    *(
                        each.id
                        for each in own
                        if each.market_id == market_id and each.id not in adopted.values()
                    ),
                ]
                for market_id in {each.market_id for each in own}
            }
        self._markets = {
            playbook_id: _nearest(markets, below) for playbook_id, markets in self._tried.items()
        }
        self._units = units_of_working_sellers(program_id=program_id)
        self._launches = {
            each.id: each.launch.launched_on for each in launched(program_id=program_id, on=on)
        }

    def of(
        self, *, playbook_id: int, seller_id: int, customer_id: int
    ) -> tuple[int | None, int | None]:
        """The market in whose trial a customer is drawn, and her variant; None for none."""
        if playbook_id not in self._tried:
            return None, None
        market_id = self._markets[playbook_id].get(self._units.get(seller_id, 0))
        words = self._tried[playbook_id].get(market_id, [None])
        occasion = f"{playbook_id}:{self._launches[playbook_id]}:{customer_id}"
        lot = settings.SIYU_KEYRING.lot("words", occasion)
        return market_id, words_of(lot=lot, words=words)


def _nearest(
    markets: dict[int | None, list[int | None]], below: dict[int, tuple[int, ...]]
) -> dict[int, int]:
    """The market of each org unit that lies in one: the nearest above it."""
    found: dict[int, int] = {}
    tried = [market_id for market_id in markets if market_id in below]
    for market_id in sorted(tried, key=lambda each: -len(below[each])):
        found |= dict.fromkeys(below[market_id], market_id)
    return found
