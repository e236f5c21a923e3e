from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from siyu.rooms.orders.rules import Returnable, match_return, occurrence_keys

PRICES = [Decimal("1.5"), Decimal("10"), Decimal("10.01")]
QUANTITIES = st.integers(1, 20_000).map(lambda milli: Decimal(milli) / 1000)


@st.composite
def earlier_lines(draw: st.DrawFn) -> list[Returnable]:
    """What is left of up to six lines, newest first; some were given back before."""
    return [
        Returnable(
            line_id=number,
            order_id=100 + number,
            unit_price=draw(st.sampled_from(PRICES)),
            quantity=draw(st.just(Decimal(0)) | QUANTITIES),
            amount_minor=draw(st.integers(0, 20_000)),
        )
        for number in range(draw(st.integers(0, 6)))
    ]


RETURNS = st.tuples(QUANTITIES, st.sampled_from(PRICES), st.integers(0, 50_000))


@given(RETURNS, earlier_lines())
def test_the_parts_add_up_to_the_return(
    returned: tuple[Decimal, Decimal, int], earlier: list[Returnable]
):
    quantity, price, amount = returned
    parts = match_return(quantity=quantity, unit_price=price, amount_minor=amount, earlier=earlier)
    assert sum(part.quantity for part in parts) == quantity
    assert sum(part.amount_minor for part in parts) == amount
    assert all(part.amount_minor >= 0 and part.quantity >= 0 for part in parts)


@given(RETURNS, earlier_lines())
def test_no_line_gives_back_more_than_is_left_of_it(
    returned: tuple[Decimal, Decimal, int], earlier: list[Returnable]
):
    quantity, price, amount = returned
    parts = match_return(quantity=quantity, unit_price=price, amount_minor=amount, earlier=earlier)
    lines = {line.line_id: line for line in earlier}
    given_back = [part.line_id for part in parts if part.line_id is not None]
    assert len(given_back) == len(set(given_back))
    for part in parts:
        if part.line_id is None:
            assert part.order_id is None
            continue
        line = lines[part.line_id]
        assert part.order_id == line.order_id
        assert part.quantity <= line.quantity
        assert part.amount_minor <= line.amount_minor


def taken_by_reference(
    quantity: Decimal, price: Decimal, earlier: list[Returnable]
) -> dict[int | None, Decimal]:
    """A plain reference: pick thousandths of a piece one line after the other."""
    taken: dict[int | None, Decimal] = {}
    same = [line for line in earlier if line.unit_price == price]
    others = [line for line in earlier if line.unit_price != price]
    for line in [*same, *others]:
        if line.amount_minor > 0 and line.quantity > 0 and quantity > 0:
            taken[line.line_id] = min(quantity, line.quantity)
            quantity -= taken[line.line_id]
    if quantity:
        taken[None] = quantity
    return taken


@given(RETURNS, earlier_lines())
def test_lines_of_the_same_price_go_first_then_the_newest(
    returned: tuple[Decimal, Decimal, int], earlier: list[Returnable]
):
    quantity, price, amount = returned
    parts = match_return(quantity=quantity, unit_price=price, amount_minor=amount, earlier=earlier)
    found = {part.line_id: part.quantity for part in parts if part.quantity}
    assert found == taken_by_reference(quantity, price, earlier)


def line(number: int, price: str, quantity: str, amount_minor: int) -> Returnable:
    return Returnable(number, number, Decimal(price), Decimal(quantity), amount_minor)


def test_a_whole_line_comes_back_exactly():
    parts = match_return(
        quantity=Decimal(3),
        unit_price=Decimal("3.33"),
        amount_minor=999,
        earlier=[line(1, "3.33", "3", 999)],
    )
    assert [(part.line_id, part.quantity, part.amount_minor) for part in parts] == [(1, 3, 999)]


def test_money_beyond_what_the_line_cost_belongs_to_no_line():
    parts = match_return(
        quantity=Decimal(1),
        unit_price=Decimal(12),
        amount_minor=1200,
        earlier=[line(1, "10", "1", 1000)],
    )
    assert [(part.line_id, part.quantity, part.amount_minor) for part in parts] == [
        (1, 1, 1000),
        (None, 0, 200),
    ]


def test_without_an_earlier_line_it_belongs_to_none():
    parts = match_return(quantity=Decimal(2), unit_price=Decimal(1), amount_minor=200, earlier=[])
    assert [(part.line_id, part.order_id, part.amount_minor) for part in parts] == [
        (None, None, 200)
    ]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 2)), max_size=12))
def test_the_key_of_a_line_is_its_content_and_occurrence(contents: list[tuple[str, int]]):
    keys = occurrence_keys(contents)
    assert len({key for key, _ in keys}) == len(contents)
    seen: dict[tuple[str, int], int] = {}
    by_content: dict[tuple[str, int], bytes] = {}
    for content, (key, name) in zip(contents, keys, strict=True):
        seen[content] = seen.get(content, 0) + 1
        assert key == f"{name.hex()}:{seen[content]}"
        assert by_content.setdefault(content, name) == name
    assert len(set(by_content.values())) == len(by_content)


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 2)), max_size=8).flatmap(
        lambda contents: st.tuples(st.just(contents), st.permutations(contents))
    )
)
def test_the_keys_of_an_order_do_not_hang_on_the_order_of_its_lines(
    both: tuple[list[tuple[str, int]], list[tuple[str, int]]],
):
    one, other = both
    assert {key for key, _ in occurrence_keys(one)} == {key for key, _ in occurrence_keys(other)}
