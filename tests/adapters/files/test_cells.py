import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.adapters.files import cells
from siyu.adapters.files.cells import BadCell
from siyu.adapters.files.columns import column_for
from siyu.adapters.files.dates import date_of, moment_of
from siyu.adapters.files.fields import BLANK_WORDS, FIELDS
from siyu.adapters.files.mapping import default_mapping
from siyu.foundation import clock

shanghai = moment_of(formats=(), timezone="Asia/Shanghai")
decimals = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False)


def code_of(convert, cell):
    with pytest.raises(BadCell) as bad:
        convert(cell)
    assert bad.value.code in cells.REASONS
    return bad.value.code


@given(decimals)
def test_a_number_is_read_however_it_is_written(number):
    written = f"{number:,.2f}"
    assert cells.number_of(written) == number
    assert cells.number_of(str(number)) == number
    assert cells.number_of(f"  {written}\t") == number
    full_width = str(number).translate(str.maketrans("0123456789.-", "０１２３４５６７８９．－"))
    assert cells.number_of(full_width) == number
    for unit in ("¥", "￥", "$ ", "CNY"):
        assert cells.number_of(f"{unit}{written}") == number
        assert cells.number_of(f"{written}{unit}") == number
    assert cells.number_of(f"-£{abs(number)}") == -abs(number)
    assert cells.number_of(f"({abs(number):,.2f})") == -abs(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "12,5",
        "1,23,456",
        "1.2.3",
        "--1",
        "5%",
        "5元5",
        "1 2",
        "-(5)",
        "(5",
        "-¥-5",
        "¥",
        "5 0.1",
        "٣",
        "NaN",
        "Infinity",
        "1e",
        ".",
    ],
)
def test_what_is_no_number_is_refused_not_guessed(text):
    assert code_of(cells.number_of, text) == "bad_number"


@pytest.mark.parametrize("cell", [True, math.inf, math.nan, date(2020, 1, 1), datetime(2020, 1, 1)])  # noqa: DTZ001
def test_other_types_are_no_numbers(cell):
    assert code_of(cells.number_of, cell) == "bad_number"


@given(st.floats(min_value=-(10**9), max_value=10**9))
def test_a_float_is_the_number_a_person_sees(number):
    assert float(cells.number_of(number)) == number


def test_quantities_and_prices_keep_their_precision():
    assert cells.quantity_of("0.125") == Decimal("0.125")
    assert cells.quantity_of(0.1 + 0.2) == Decimal("0.300")
    assert code_of(cells.quantity_of, "0.1255") == "too_precise"
    assert code_of(cells.quantity_of, "1e12") == "number_out_of_range"
    assert cells.price_of("0.001") == Decimal("0.001")
    assert cells.price_of("2.5500000000000003") == Decimal("2.55")
    assert cells.minor_of("GBP")("12.345") == 1235
    assert cells.minor_of("JPY")("12") == 12
    assert code_of(cells.minor_of("GBP"), "9" * 19) == "number_out_of_range"


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        (17850.0, "17850"),
        ("17850.0", "17850"),
        (17850, "17850"),
        ("\t00123 ", "00123"),
        ("'00123", "00123"),
        ('="00123"', "00123"),
        ("85123A", "85123A"),
        ("1.05", "1.05"),
        ("138****5678", None),
    ],
)
def test_keys(cell, key):
    assert cells.key_of(cell) == key


@pytest.mark.parametrize("cell", ["2.01709E+23", "1.38E+10", 2.0170902105633e20])
def test_a_key_that_excel_has_rounded_is_refused(cell):
    assert code_of(cells.key_of, cell) == "digits_lost"


def test_overlong_text_is_refused():
    assert code_of(cells.key_of, "x" * 129) == "too_long"
    assert code_of(cells.text_of, "x" * 256) == "too_long"
    assert cells.text_of("x" * 255) == "x" * 255


@pytest.mark.parametrize(
    "cell",
    [
        "13800138000",
        "+86 138-0013-8000",
        "8613800138000",
        "0086 138 0013 8000",
        13800138000.0,
        "１３８００１３８０００",
        "'13800138000",
        "13800138000.0",
    ],
)
def test_one_mobile_has_one_form(cell):
    assert cells.phone_of(cell) == "13800138000"


def test_other_phones():
    assert cells.phone_of("010-6552 9988") == "01065529988"
    assert cells.phone_of("+44 20 7946 0958") == "+442079460958"
    assert cells.phone_of("138****5678") is None
    assert cells.phone_key_of("138 0013 8000") == "tel:13800138000"
    assert cells.phone_key_of("138****5678") is None
    assert code_of(cells.phone_of, "1.38E+10") == "digits_lost"
    for wrong in ("12345", "23800138000", "+86138001380001", "phone", "138001380001"):
        assert code_of(cells.phone_of, wrong) == "bad_phone"


@pytest.mark.parametrize(
    "cell",
    [
        "2017-09-02 10:56:33",
        "2017-09-02 10:56:33.000",
        "2017/9/2 10:56:33",
        "2017.09.02 10:56:33",
        "2017-09-02T10:56:33+08:00",
        "2017-09-02T02:56:33Z",
        "2017年9月2日 10:56:33",
        "20170902105633",
        " 2017-09-02 10:56:33\t",
        "２０１７－０９－０２ １０：５６：３３",
        "42980.4559375",
        42980.4559375,
        datetime(2017, 9, 2, 10, 56, 33),  # noqa: DTZ001
    ],
)
def test_one_moment_in_many_forms(cell):
    assert shanghai(cell) == datetime(2017, 9, 2, 2, 56, 33)  # noqa: DTZ001


@pytest.mark.parametrize("cell", ["2017-09-02", "2017/9/2", "20170902", 42980, 42980.0, "42980"])
def test_one_day_in_many_forms(cell):
    assert date_of(formats=())(cell) == date(2017, 9, 2)
    assert shanghai(cell) == datetime(2017, 9, 1, 16)  # noqa: DTZ001


@pytest.mark.parametrize(
    "cell", ["02/09/2017", "2017-13-01", "2017-02-29", "soon", "2017", True, "24:00", timedelta(1)]
)
def test_what_is_no_date_is_refused_not_guessed(cell):
    assert code_of(shanghai, cell) == "bad_date"


def test_formats_decide_between_day_and_month():
    assert date_of(formats=("%d/%m/%Y",))("02/09/2017") == date(2017, 9, 2)
    assert date_of(formats=("%m/%d/%Y",))("02/09/2017") == date(2017, 2, 9)
    assert date_of(formats=("%m/%d/%Y",))("2017-09-02") == date(2017, 9, 2)
    assert code_of(shanghai, "9999-12-31") == "date_out_of_range"
    assert code_of(date_of(formats=()), "1017-09-02") == "date_out_of_range"


@given(
    st.datetimes(min_value=datetime(1901, 1, 1), max_value=datetime(2099, 12, 31)),  # noqa: DTZ001
    st.sampled_from(["Asia/Shanghai", "Europe/London", "America/Sao_Paulo", "America/New_York"]),
)
def test_the_quick_zone_agrees_with_the_clock(local, zone):
    read = moment_of(formats=(), timezone=zone)
    expected = clock.to_utc(local, zone).replace(tzinfo=None)
    assert read(local) == read(local.isoformat(" ")) == expected


@given(st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2099, 1, 1)))  # noqa: DTZ001
def test_an_excel_serial_is_its_moment(moment):
    moment = moment.replace(microsecond=0)
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)  # noqa: DTZ001
    utc = moment_of(formats=(), timezone="UTC")
    assert utc(serial) == moment
    assert utc(moment.replace(tzinfo=UTC)) == moment


odd_cells = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", " ", "-", "NULL", "'1", '="1"', "17850.0", "1.5E+11", "138****5678"]),
    st.sampled_from(
        [
            "13800138000",
            "2017-09-02",
            "2017-09-02T10:56-03",
            "20170902T105633.000",
            "女",
            "2.50",
            "\0",
            "\u200b",
            "#N/A",
            "\u3000",
        ]
    ),
    st.integers(-(10**6), 10**16),
    st.floats(),
    st.booleans(),
    st.none(),
)


iso_cells = st.datetimes().map(str)


@given(
    st.one_of(
        st.lists(odd_cells, min_size=1, max_size=8), st.lists(iso_cells, min_size=1, max_size=4)
    ),
    st.data(),
)
def test_a_column_reads_as_its_cells_do_one_by_one(given_cells, data):
    """The plain reference for the quick paths: every cell alone, in a fresh converter."""
    field = data.draw(st.sampled_from(FIELDS["customers"] + FIELDS["orders"]))
    kind = "customers" if field in FIELDS["customers"] else "orders"
    mapping = default_mapping(kind)
    column = column_for(field, mapping)
    for _ in range(2):  # the second time what was remembered answers
        values, failures = column.all(given_cells)
        for index, cell in enumerate(given_cells):
            try:
                expected, code = column_for(field, mapping).one(cell), None
            except BadCell as bad:
                expected, code = None, bad.code
            assert (values[index], failures.get(index)) == (expected, code)
            assert type(values[index]) is type(expected)


def test_blank_words_mean_nothing_and_names_stay():
    column = column_for(FIELDS["customers"][2], default_mapping("customers"))
    values, failures = column.all([*BLANK_WORDS, "Null", "0"])
    assert values == [None] * len(BLANK_WORDS) + ["Null", "0"]
    assert not failures
