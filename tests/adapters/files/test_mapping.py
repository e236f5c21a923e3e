from pathlib import Path

import pytest

from siyu.adapters.files.fields import FIELDS
from siyu.adapters.files.mapping import (
    default_mapping,
    detect,
    heading_for,
    load_mapping,
    template_headings,
)
from siyu.foundation.errors import BadInput

EXAMPLES = Path(__file__).parents[3] / "examples" / "mappings"
CUSTOMERS = 'kind = "customers"\nsource = "shop"\n[columns]\nkey = "id"\n'
ORDERS = """
kind = "orders"
source = "shop"
currency = "CNY"
[columns]
order_key = "id"
status = "state"
paid_at = "paid"
quantity = "n"
unit_price = "price"
[dates]
timezone = "Asia/Shanghai"
"""


def refused(text):
    with pytest.raises(BadInput) as error:
        load_mapping(text)
    return f"{error.value.field}: {error.value}"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_example_loads_and_says_what_it_is_for_in_both_languages(path):
    text = path.read_text(encoding="utf-8")
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert text.startswith("# ")
    assert any(any("\u4e00" <= mark <= "\u9fff" for mark in line) for line in comments)
    assert load_mapping(path) == load_mapping(text)


def test_the_promised_examples_are_there():
    names = {path.stem for path in EXAMPLES.glob("*.toml")}
    olist = {f"olist_{n}" for n in ("customers", "sellers", "products", "orders", "order_items")}
    chinese = {"youzan_orders", "weimob_orders", "wecom_customers", "wecom_follows"}
    assert names >= olist | chinese | {"online_retail", "cdnow"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("kind = ", ["TOML"]),
        ('kind = "people"', ["kind", "customers"]),
        (CUSTOMERS.replace("customers", "people"), ["kind", "order_heads"]),
        ("colour = 1\n" + CUSTOMERS, ["colour", "columns"]),
        (CUSTOMERS + 'shoe_size = "x"', ["shoe_size", "phone"]),
        (CUSTOMERS + "name = 3", ["name", "heading"]),
        (CUSTOMERS + "name = []", ["name", "heading"]),
        (CUSTOMERS + "name = { glue = ['a'] }", ["glue", "join"]),
        (CUSTOMERS + "name = { join = ['a'], first = ['b'] }", ["exactly one"]),
        (CUSTOMERS + "alias = { phone = ['a'] }", ["customer_key only"]),
        (CUSTOMERS + 'registered_at = "since"', ["timezone"]),
        (CUSTOMERS + '[dates]\ntimezone = "Mars"', ["timezone", "Mars"]),
        (CUSTOMERS + '[dates]\nformats = ["dd/mm"]', ["formats", "%d"]),
        (CUSTOMERS + "[file]\nheader_row = 0", ["header_row"]),
        (CUSTOMERS + '[file]\nencoding = "martian"', ["encoding"]),
        (CUSTOMERS + '[file]\ndelimiter = "||"', ["delimiter"]),
        (CUSTOMERS + '[values.gender]\n"F" = "lady"', ["[values.gender]", "female"]),
        (CUSTOMERS + "[values.mood]\nx = 1", ["mood"]),
        (CUSTOMERS + "[constants]\nname = 1.5", ["name", "whole number"]),
        (CUSTOMERS + "[lines]\nhead = 'separate'", ["orders"]),
        (CUSTOMERS.replace('key = "id"', 'name = "x"'), ["columns.key", "[constants]"]),
        (CUSTOMERS.replace('"shop"', '"My Shop!"'), ["source"]),
        (ORDERS.replace("CNY", "XXQ"), ["currency", "XXQ"]),
        (ORDERS.replace('currency = "CNY"', ""), ["currency", "ISO 4217"]),
        (ORDERS.replace('unit_price = "price"', ""), ["unit_price or amount"]),
        (ORDERS.replace('status = "state"', ""), ["status"]),
        (ORDERS + "[status]\nsent = 'gone'", ["sent", "shipped"]),
        (ORDERS + "[returns]\nprefix = 'C'", ["prefix", "order_key_prefix"]),
        (ORDERS + "[returns]\nnegative_quantity = 'yes'", ["negative_quantity", "true or false"]),
        (ORDERS + "[lines]\nhead = 'elsewhere'", ["head", "separate"]),
    ],
)
def test_a_wrong_mapping_names_the_key_and_the_mend(text, names):
    message = refused(text)
    assert all(name in message for name in names), message


def test_the_first_heading_that_is_there_wins():
    mapping = load_mapping(CUSTOMERS + 'name = ["nick", "full name"]')
    assert mapping.source_of("name", ["id", "FULL  name"]).headings == ("full name",)
    assert mapping.source_of("name", ["id", "full name", "nick"]).headings == ("nick",)
    assert mapping.source_of("name", ["id"]) is None
    assert mapping.absent_in(["id"]) == ["name"]
    assert mapping.missing_in(["name"]) == [("key",)]
    assert heading_for(mapping, "name") == "nick"
    assert heading_for(mapping, "phone") == "phone"


@pytest.mark.parametrize("kind", list(FIELDS))
@pytest.mark.parametrize("language", ["en", "zh", "zh-hans"])
def test_a_template_is_recognised_and_gives_every_field(kind, language):
    headings = template_headings(kind, language)
    assert len(headings) == len(set(headings)) == len(FIELDS[kind])
    mappings = [default_mapping(each) for each in FIELDS]
    found = detect(headings, mappings)
    assert found is not None
    assert found.kind == kind
    assert found.absent_in(headings) == []


def test_detection_prefers_the_mapping_made_for_the_file():
    mappings = [default_mapping("orders"), load_mapping(EXAMPLES / "youzan_orders.toml")]
    headings = (
        "订单号,订单状态,订单创建时间,买家付款时间,买家手机号,商品名称,规格编码,商品单价".split(",")
    )
    headings += ["商品数量", "商品实际成交金额", "商品已退款金额"]
    assert detect(headings, mappings).source == "youzan"
    assert detect(["colour", "size"], mappings) is None
    assert detect([], mappings) is None
