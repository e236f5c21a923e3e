import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.adapters.files.cells import REASONS
from siyu.adapters.files.fields import FIELDS
from siyu.adapters.files.mapping import default_mapping, load_mapping, template_headings
from siyu.adapters.files.schemas import SCHEMAS
from siyu.adapters.files.staging import stage
from siyu.foundation.errors import BadInput
from tests.adapters.files.samples import ORDERS_HEADINGS, ORDERS_TOML

GOOD = "A1,17850.0,mug,paid,2024-03-01 09:30:00,2,12.50"


def rows_of(staged):
    return pq.read_table(staged.path).to_pylist()


def rejects_of(staged):
    with staged.rejects_path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_good_line_is_staged_whole(stage_orders):
    staged = stage_orders(GOOD)
    assert staged.rejects_path is None
    assert (staged.rows_read, staged.rows_staged, staged.rejects_by_reason) == (1, 1, {})
    moment = datetime(2024, 3, 1, 1, 30, tzinfo=UTC)
    expected = dict.fromkeys(SCHEMAS["orders"].names) | {
        "row": 2,
        "order_key": "A1",
        "is_return": False,
        "customer_key": "17850",
        "product_name": "mug",
        "status": "paid",
        "paid_at": moment,
        "quantity": Decimal("2.000"),
        "unit_price": Decimal("12.500000"),
        "amount_minor": 2500,
        "freight_minor": 0,
    }
    assert rows_of(staged) == [expected]
    assert pq.read_schema(staged.path).equals(SCHEMAS["orders"])
    assert staged.sums["sales_minor"] == 2500


@pytest.mark.parametrize(
    ("line", "reason", "column", "value"),
    [
        (",1,mug,paid,2024-03-01,1,5", "missing_value", "order", ""),
        ("A1,1,mug,paid,2024-03-01,,5", "missing_value", "quantity", ""),
        ("A1,1,mug,paid,2024-03-01,1,", "missing_value", "price", ""),
        ("A1,1,mug,,2024-03-01,1,5", "missing_value", "status", ""),
        ("A1,1,mug,paid,,1,5", "missing_value", "paid", ""),
        ("A1,1,mug,paid,2024-03-01,one,5", "bad_number", "quantity", "one"),
        ("A1,1,mug,paid,2024-03-01,1,5元5", "bad_number", "price", "5元5"),
        ("A1,1,mug,paid,03/01/2024,1,5", "bad_date", "paid", "03/01/2024"),
        ("A1,1,mug,paid,9999-12-31,1,5", "date_out_of_range", "paid", "9999-12-31"),
        ("A1,1,mug,lost,2024-03-01,1,5", "unknown_status", "status", "lost"),
        ("A1,1,mug,paid,2024-03-01,0,5", "negative_quantity", "quantity", "0"),
        ("A1,1,mug,paid,2024-03-01,-1,5", "negative_quantity", "quantity", "-1"),
        ("A1,1,mug,paid,2024-03-01,1,-5", "negative_price", "price", "-5"),
        ("A1,1,mug,paid,2024-03-01,1.2345,5", "too_precise", "quantity", "1.2345"),
        ("2.01E+23,1,mug,paid,2024-03-01,1,5", "digits_lost", "order", "2.01E+23"),
        ("A1,1,mug,paid,2024-03-01,1", "ragged_row", "", ""),
        ("A1,1,mug,paid,2024-03-01,1,5,6", "ragged_row", "", ""),
    ],
)
def test_a_bad_line_is_kept_with_its_reason(stage_orders, line, reason, column, value):
    staged = stage_orders(f"{GOOD}\n{line}\n{GOOD}")
    assert staged.rejects_by_reason == {reason: 1}
    (reject,) = rejects_of(staged)
    assert reject["reject_line"] == "3"
    assert (reject["reject_column"], reject["reject_value"]) == (column, value)
    assert reject["reject_reason"] == reason
    assert reject["reject_explanation"].startswith(REASONS[reason])
    cells = [reject[heading] for heading in ORDERS_HEADINGS.split(",")] + reject.get(None, [])
    assert cells[: line.count(",") + 1] == line.split(",")
    assert [row["row"] for row in rows_of(staged)] == [2, 4]


def test_a_line_with_several_problems_is_one_reject(stage_orders):
    staged = stage_orders("A1,1,mug,lost,soon,-1,x")
    assert staged.rejects_by_reason == {"unknown_status": 1}
    (reject,) = rejects_of(staged)
    for other in ("paid (bad_date)", "quantity (negative_quantity)", "price (bad_number)"):
        assert other in reject["reject_explanation"]
    assert rows_of(staged) == []
    assert pq.read_schema(staged.path).equals(SCHEMAS["orders"])


def test_gifts_small_prices_and_lines_without_customer_are_kept(stage_orders):
    staged = stage_orders(
        "A1,,mug,paid,2024-03-01,3,0\nA1,,nail,paid,2024-03-01,15,0.001\n"
        'A1,-,coat,paid,2024/3/1,"1,000","¥1,299.00"\nA1,138****5678,x,paid,2024-03-01,1,1'
    )
    rows = rows_of(staged)
    assert staged.rejects_by_reason == {}
    assert [row["amount_minor"] for row in rows] == [0, 2, 129900000, 100]
    assert [row["unit_price"] for row in rows][1] == Decimal("0.001000")
    assert {row["customer_key"] for row in rows} == {None}


def test_an_unpaid_order_has_no_moment_of_payment(stage_text):
    mapping = load_mapping(
        ORDERS_TOML.replace('paid_at = "paid"', 'paid_at = "paid"\nordered_at = "paid"')
    )
    row = rows_of(stage_text(f"{ORDERS_HEADINGS}\nA1,1,mug,unpaid,2024-03-01,1,5\n", mapping))[0]
    assert row["paid_at"] is None
    assert row["ordered_at"] == datetime(2024, 2, 29, 16, tzinfo=UTC)


RETURN_LINES = (
    "C9,1,mug,paid,2024-03-02,-2,5\nB1,1,mug,paid,2024-03-01,-1,5\n"
    "B1,1,cup,退货,2024-03-01,1,7\nA1,1,mug,paid,2024-03-01,2,5\n"
)


@pytest.mark.parametrize(
    ("rule", "returned", "rejected"),
    [
        ('order_key_prefix = "C"\nstatus = []', [("C9", 1000)], {"negative_quantity": 1}),
        ("negative_quantity = true", [("B1", 500), ("C9", 1000)], {}),
        ('status = ["退货"]', [("B1", 700)], {"negative_quantity": 2}),
    ],
)
def test_marks_of_a_return(stage_text, rule, returned, rejected):
    mapping = load_mapping(
        f'{ORDERS_TOML}[status]\npaid = "paid"\n"退货" = "refunded"\n[returns]\n{rule}\n'
    )
    staged = stage_text(f"{ORDERS_HEADINGS}\n{RETURN_LINES}", mapping)
    rows = rows_of(staged)
    back = [row for row in rows if row["is_return"]]
    assert [(row["order_key"], row["amount_minor"]) for row in back] == returned
    assert staged.sums["returns_minor"] == sum(amount for _, amount in returned)
    assert staged.rejects_by_reason == rejected
    assert all(row["quantity"] > 0 and row["amount_minor"] >= 0 for row in rows)


def test_a_return_column_marks_returns_in_our_own_template(stage_text):
    headings = "订单号,是否退货,订单状态,付款时间,数量,金额,运费,退款金额"
    text = f"{headings}\n1,是,已完成,2024-03-01,-1,-5.00,,\n2,否,已完成,2024-03-01,1,9.90,6,1.5\n"
    text += "3,否,已完成,2024-03-01,1,-9.90,,\n4,,已完成,2024-03-01,1,9.90,-6,\n"
    staged = stage_text(text, default_mapping("orders"), "gb18030")
    assert staged.sums == {
        "sales_minor": 990,
        "returns_minor": 500,
        "freight_minor": 600,
        "refunds_minor": 150,
    }
    assert staged.rejects_by_reason == {"negative_amount": 2}
    assert [reject["reject_column"] for reject in rejects_of(staged)] == ["金额", "运费"]
    assert [row["unit_price"] for row in rows_of(staged)] == [Decimal("9.9"), Decimal("5")]


def test_orders_are_sorted_sales_first_and_identical_lines_stay(stage_text):
    mapping = load_mapping(f'{ORDERS_TOML}[returns]\norder_key_prefix = "C"\n')
    keys = ["B", "C1", "A", "B", "a", "A"]
    lines = "\n".join(f"{key},1,mug,paid,2024-03-01,1,5" for key in keys)
    rows = rows_of(stage_text(f"{ORDERS_HEADINGS}\n{lines}\n", mapping))
    found = [(row["is_return"], row["order_key"], row["row"]) for row in rows]
    assert found == sorted(found)
    assert len(found) == len(keys)


def test_the_mended_reject_file_imports_and_forgets_the_complaints(
    tmp_path, stage_orders, orders_mapping
):
    staged = stage_orders(f"{GOOD}\nA2,1,=cmd,paid,03/01/2024,1,5\nA3,1,mug,gone,2024-03-01,1,5")
    text = staged.rejects_path.read_text(encoding="utf-8-sig")
    mended = tmp_path / "mended.csv"
    mended.write_text(text.replace("03/01/2024", "2024-03-01"), encoding="utf-8-sig")
    again = stage(path=mended, mapping=orders_mapping, directory=tmp_path / "again")
    assert [(row["order_key"], row["product_name"]) for row in rows_of(again)] == [("A2", "=cmd")]
    (left,) = rejects_of(again)
    assert list(left).count("reject_line") == 1
    assert (left["reject_line"], left["order"]) == ("3", "A3")


def test_customers_in_every_dirty_form(stage_text):
    text = (
        "客户编号,姓名,手机号,性别,生日,城市,注册时间,是否退订\n"
        "1.0,王芳,+86 138-0013-8000,女,1990/5/6,上海,2020-01-01 08:00:00,否\n"
        "2,李强,138****5678,,,,,是\n"
        "3,赵敏,1.38E+10,女,,,,\n"
        "4,周涛,12345,女,,,,\n"
        "5,吴霞,,第三,,,,\n"
        ",无名,,,,,,\n"
        " , ,,,,,,\n"
        ",,,,,,,\n"
    )
    staged = stage_text(text, default_mapping("customers"), "utf-8-sig")
    first, second = rows_of(staged)
    assert first["key"] == "1"
    assert (first["phone"], first["gender"]) == ("13800138000", "female")
    assert (first["born_on"], first["opted_out"]) == (date(1990, 5, 6), False)
    assert first["registered_at"] == datetime(2020, 1, 1, tzinfo=UTC)
    assert (second["phone"], second["gender"], second["opted_out"]) == (None, None, True)
    assert staged.rejects_by_reason == {
        "bad_phone": 1,
        "digits_lost": 1,
        "missing_value": 2,
        "unknown_word": 1,
    }
    assert staged.rows_read == 7
    assert "alias" in staged.absent_fields
    assert "name" not in staged.absent_fields


def test_follows_must_not_end_before_they_begin(stage_text):
    text = (
        "customer_key,seller_key,followed_at,ended_at\n1,s,2024-01-02,2024-01-01\n1,s,2024-01-02,"
    )
    staged = stage_text(text, default_mapping("follows"))
    assert staged.rejects_by_reason == {"ended_before_start": 1}
    assert [row["is_serving"] for row in rows_of(staged)] == [True]


def test_wecom_and_youzan_files(stage_text):
    examples = Path(__file__).parents[3] / "examples" / "mappings"
    wecom = (
        "客户联系导出,,,\n客户名称,添加人,添加人账号,添加时间,手机\n"
        "王芳,李雷,lilei,2024-01-02 10:00:00,138****5678\n王芳,韩梅,hanmei,2024-01-03 10:00:00,\n"
    )
    customers = rows_of(stage_text(wecom, load_mapping(examples / "wecom_customers.toml")))
    follows = rows_of(stage_text(wecom, load_mapping(examples / "wecom_follows.toml")))
    assert [row["key"] for row in customers] == [row["customer_key"] for row in follows]
    assert len({row["key"] for row in customers}) == 2
    assert not any("王芳" in row["key"] for row in customers)
    assert [row["seller_key"] for row in follows] == ["lilei", "hanmei"]
    youzan = (
        "订单号,订单状态,买家付款时间,买家手机号,商品单价,商品数量,商品实际成交金额,分销员,分销员,\n"
        "E2024,交易完成,2024-01-02 10:00:00,13800138000,12.00,2,20.00,a,b,\n"
        "E2025,已关闭,2024-01-02 10:00:00,138****5678,12.00,1,12.00,a,b,\n"
    )
    first, second = rows_of(stage_text(youzan, load_mapping(examples / "youzan_orders.toml")))
    assert (first["customer_key"], first["amount_minor"]) == ("tel:13800138000", 2000)
    assert first["unit_price"] == Decimal(12)
    assert (second["customer_key"], second["status"]) == (None, "cancelled")


def test_files_that_cannot_be_read_at_all_leave_nothing(tmp_path, orders_mapping):
    path, directory = tmp_path / "given.csv", tmp_path / "staged"
    cases = {
        "order,customer,product,status,paid,quantity\n": "unit_price or amount",
        f"{ORDERS_HEADINGS},PRICE\n{GOOD},1\n": "more than once",
        "": "empty",
    }
    for text, words in cases.items():
        path.write_text(text, encoding="utf-8")
        with pytest.raises(BadInput, match=words) as error:
            stage(path=path, mapping=orders_mapping, directory=directory)
        assert not text or "order" in str(error.value)
        assert list(directory.iterdir()) == []


def test_damaged_characters_are_rejected_not_guessed(tmp_path, orders_mapping):
    path = tmp_path / "given.csv"
    good = GOOD.replace("mug", "马克杯").encode()
    path.write_bytes(ORDERS_HEADINGS.encode() + b"\n" + good + b"\n" + good[:-1] + b"\xff\n")
    staged = stage(path=path, mapping=orders_mapping, directory=tmp_path / "staged")
    assert staged.rejects_by_reason == {"undecodable_text": 1}
    assert [row["product_name"] for row in rows_of(staged)] == ["马克杯"]


def test_the_same_rows_come_out_of_csv_excel_and_parquet(tmp_path, orders_mapping):
    headings = ORDERS_HEADINGS.split(",")
    moment = datetime(2024, 3, 1, 9, 30)  # noqa: DTZ001
    lines = [
        ["A1", 17850, "mug", "paid", moment, 2, 2.55],
        ["A2", None, "cup", "paid", moment, 1, 0],
    ]
    book = openpyxl.Workbook()
    for line in [headings, *lines]:
        book.active.append(line)
    book.save(tmp_path / "lines.xlsx")
    with (tmp_path / "lines.csv").open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([headings, *lines])
    columns = dict(zip(headings, map(list, zip(*lines, strict=True)), strict=True))
    pq.write_table(pa.table(columns), tmp_path / "lines.parquet")
    found = [
        rows_of(stage(path=path, mapping=orders_mapping, directory=tmp_path / path.suffix[1:]))
        for path in sorted(tmp_path.glob("lines.*"))
    ]
    assert len(found) == 3
    assert found[0] == found[1] == found[2]
    assert [row["customer_key"] for row in found[0]] == ["17850", None]


def test_staging_twice_gives_the_same_bytes_and_replaces_old_rejects(tmp_path, orders_mapping):
    path, directory = tmp_path / "given.csv", tmp_path / "staged"
    path.write_text(f"{ORDERS_HEADINGS}\n{GOOD}\nA2,1,x,lost,2024-03-01,1,1\n", encoding="utf-8")
    seen = []
    first = stage(
        path=path,
        mapping=orders_mapping,
        directory=directory,
        progress=lambda rows, share: seen.append((rows, share)),
    )
    content = first.path.read_bytes(), first.rejects_path.read_bytes()
    again = stage(path=path, mapping=orders_mapping, directory=directory)
    assert (again.path.read_bytes(), again.rejects_path.read_bytes()) == content
    assert seen == [(2, 1.0)]
    path.write_text(f"{ORDERS_HEADINGS}\n{GOOD}\n", encoding="utf-8")
    clean = stage(path=path, mapping=orders_mapping, directory=directory)
    assert clean.rejects_path is None
    assert [each.name for each in directory.iterdir()] == ["staged.parquet"]


plain_cell = st.sampled_from(["", "1", "-2", "0", "A1", "paid", "2024-03-01", "lost", "x,y", "1,5"])
any_cell = st.one_of(plain_cell, st.text(st.characters(exclude_categories=("Cs",)), max_size=6))


@given(
    st.sampled_from(list(FIELDS)),
    st.lists(st.lists(any_cell, min_size=1, max_size=22), max_size=12),
)
def test_nothing_is_lost(tmp_path_factory, kind, rows):
    directory = tmp_path_factory.mktemp("lost")
    path = directory / "given.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([template_headings(kind), *rows])
    staged = stage(path=path, mapping=default_mapping(kind), directory=directory / "staged")
    assert staged.rows_read == sum(1 for row in rows if any(row))
    assert staged.rows_read == staged.rows_staged + sum(staged.rejects_by_reason.values())
    assert set(staged.rejects_by_reason) <= set(REASONS)
    table = pq.read_table(staged.path)
    assert table.schema.equals(SCHEMAS[kind])
    assert table.num_rows == staged.rows_staged
    kept = (
        [int(reject["reject_line"]) for reject in rejects_of(staged)] if staged.rejects_path else []
    )
    lines = table["row"].to_pylist() + kept
    assert len(lines) == len(set(lines)) == staged.rows_read
