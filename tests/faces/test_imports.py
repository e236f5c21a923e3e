"""Files at headquarters: a look first, then the worker, the summary and the rejects."""

from __future__ import annotations

import csv
import html
import io
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from siyu.adapters.files.cells import REASONS as FILE_REASONS
from siyu.config.worker import work_once
from siyu.faces.headquarters.imports import KINDS, REASONS
from siyu.rooms.operations.models import ImportFile
from siyu.rooms.operations.types import ImportState
from siyu.rooms.orders.models import Order
from tests.faces.conftest import SignIn
from tests.faces.two_brands import TwoBrands, customer_of, seller_of

HEADINGS = "订单号,客户编号,导购编号,商品编号,订单状态,下单时间,数量,单价\n"
DIRTY = (
    HEADINGS
    + "d1,ck-ann-1,sk-ann,茶,已完成,2025-05-01 10:00,2,10.50\n"
    + "d2,ck-ann-2,sk-ann,茶,已完成,2025-13-45 10:00,1,10\n"
    + "d3,ck-ann-2,sk-ann,茶,已完成,2025-05-02 10:00,-1,10\n"
    + 'd4,,,茶,已完成,2025-05-03 10:00,1,"1,299.00"\n'
    + "d5,ck-ann-2,sk-ghost,茶,已完成,2025-05-03 10:00,1,10\n"
    + "d6,ck-ann-2,sk-ann,茶,飞了,2025-05-03 10:00,1,10\n"
)
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def office(sign_in: SignIn) -> Client:
    return sign_in("operator", headers={"Accept-Language": "en"})


def read(response: HttpResponse) -> str:
    return html.unescape(response.content.decode())


def upload(
    browser: Client, text: str | bytes, kind: str = "orders", name: str = "may.csv", **more: object
) -> HttpResponse:
    data = text.encode() if isinstance(text, str) else text
    return browser.post(
        reverse("imports"), {"kind": kind, "file": SimpleUploadedFile(name, data), **more}
    )


def figures(text: str) -> dict[str, str]:
    """The tiles of a finished import."""
    return dict(re.findall(r'subheader">([^<]+)</p><p class="tile-value">([^<]+)<', text))


class TestUpload:
    def test_from_the_look_to_the_rejects(self, both: TwoBrands, office: Client):
        response = upload(office, DIRTY.encode("gb18030"))
        address = response.headers["Location"]
        orders = Order.objects.count()
        look = read(office.get(address))
        assert "The first rows, as they will be read" in look
        assert "<td>d1</td>" in look
        assert "<td>1299" in look
        rejected = look.partition("Rows that will be rejected")[2]
        assert "not a date" in rejected
        assert "2025-13-45 10:00" in rejected
        assert Order.objects.count() == orders, "nothing is written by a look"

        office.post(f"{address}/start")
        waiting = read(office.get(address))
        assert 'hx-trigger="every 1s"' in waiting
        assert "Waiting for the worker" in waiting
        assert work_once()

        done = read(office.get(address, headers=PART))
        assert "<html" not in done
        assert "hx-trigger" not in done
        assert figures(done) == {
            "Lines read": "6",
            "New": "2",
            "Changed": "0",
            "As it was": "0",
            "Rejected": "4",
        }
        assert "¥1,320.00" in done
        for reason in ("not a date", "unknown order status", "unknown seller"):
            assert reason in done
        assert Order.objects.count() == orders + 2
        self._check_rejects(office, f"{address}/rejects")

    def _check_rejects(self, office: Client, address: str) -> None:
        response = office.get(address)
        assert 'filename="may-rejects.csv"' in response.headers["Content-Disposition"]
        data = b"".join(response.streaming_content)
        assert data.startswith("\ufeff".encode())
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
        rows.sort(key=lambda row: int(row["reject_line"]))
        assert [
            (row["reject_line"], row["reject_column"], row["reject_reason"]) for row in rows
        ] == [
            ("3", "下单时间", "bad_date"),
            ("4", "数量", "negative_quantity"),
            ("6", "seller_key", "unknown_seller"),
            ("7", "订单状态", "unknown_status"),
        ]
        assert [row["reject_value"] for row in rows] == [
            "2025-13-45 10:00",
            "-1",
            "sk-ghost",
            "飞了",
        ]
        assert rows[2]["订单号"] == "d5"

    def test_the_same_file_again_changes_nothing_and_says_so(self, office: Client):
        addresses = []
        for _ in range(2):
            address = upload(office, DIRTY).headers["Location"]
            office.post(f"{address}/start")
            work_once()
            addresses.append(address)
        assert addresses[0] != addresses[1]
        text = read(office.get(addresses[1]))
        assert "Nothing was changed: everything in this file was known already." in text
        assert figures(text) | {"Rejected": "4"} == {
            "Lines read": "6",
            "New": "0",
            "Changed": "0",
            "As it was": "2",
            "Rejected": "4",
        }

    def test_mended_rejects_go_in(self, office: Client):
        address = upload(office, DIRTY).headers["Location"]
        office.post(f"{address}/start")
        work_once()
        data = b"".join(office.get(f"{address}/rejects").streaming_content).decode("utf-8-sig")
        mended = data.replace("2025-13-45", "2025-05-04").replace(",-1,10", ",1,10")
        mended = mended.replace("sk-ghost", "sk-amy").replace("飞了", "已完成")
        address = upload(office, mended, name="mended.csv").headers["Location"]
        office.post(f"{address}/start")
        work_once()
        text = read(office.get(address))
        assert (figures(text)["New"], figures(text)["Rejected"]) == ("4", "0")

    def test_a_mapping_names_the_columns(self, office: Client):
        mapping = 'kind = "products"\nsource = "till"\n[columns]\nkey = "SKU"\nname = "Ware"\n'
        address = upload(
            office,
            "SKU,Ware\nx1,Cup\n",
            kind="products",
            mapping=SimpleUploadedFile("till.toml", mapping.encode()),
        ).headers["Location"]
        assert "<td>Cup</td>" in read(office.get(address))

    def test_missing_columns_are_told_and_nothing_can_be_started(self, office: Client):
        address = upload(office, "Order,Price\n1,2\n").headers["Location"]
        text = read(office.get(address))
        assert "Columns are missing" in text
        assert "order_key" in text
        assert "Order, Price" in text
        assert f'action="{address}/start"' not in text

    @pytest.mark.parametrize(
        ("text", "kind", "name", "told"),
        [
            (b"", "orders", "may.csv", "Choose a file that is not empty"),
            (b"a,b\n1,2\n", "secrets", "may.csv", "Say what the file holds."),
            (b"PK\x03\x04 broken", "orders", "may.xlsx", "not a readable Excel file"),
            (b"PAR1 broken PAR1", "orders", "may.parquet", "Parquet file cannot be read"),
            (b"\x00\x01\x02\x03" * 50, "orders", "may.csv", "not a text file"),
            (b"\x1f\x8b\x08\x00abc", "orders", "may.csv", "compressed"),
        ],
    )
    def test_what_cannot_be_read_is_told_at_once(
        self, office: Client, text: bytes, kind: str, name: str, told: str
    ):
        before = ImportFile.objects.count()
        response = upload(office, text, kind=kind, name=name)
        assert response.status_code == 422
        assert told in read(response)
        assert ImportFile.objects.count() == before

    @pytest.mark.parametrize(
        ("mapping", "told"),
        [
            (b"\xff\xfe\x00", "must be text in UTF-8"),
            (b"kind = ", "not valid TOML"),
            (b'kind = "products"\nsource = "x"\n[columns]\nkey = "a"\n', "is for products"),
        ],
    )
    def test_a_mapping_that_does_not_fit_is_told(self, office: Client, mapping: bytes, told: str):
        response = upload(office, DIRTY, mapping=SimpleUploadedFile("m.toml", mapping))
        assert response.status_code == 422
        assert told in read(response)

    def test_errors_are_told_in_chinese_too(self, sign_in: SignIn):
        response = upload(sign_in("operator"), b"")
        assert "请选择非空的文件" in read(response)

    def test_a_name_is_only_a_name(self, office: Client):
        for given, kept in (("../../etc/passwd.csv", "passwd.csv"), ("<b>x</b>.csv", "b>.csv")):
            address = upload(office, DIRTY + f"{given},,,,,,,\n", name=given).headers["Location"]
            raw = office.get(address).content.decode()
            assert kept.replace(">", "&gt;") in raw
            assert "<b>x" not in raw
        for row in ImportFile.objects.all():
            assert "/imports/" in row.path
            assert Path(row.path).name == "source.csv"

    def test_a_file_that_is_gone_fails_visibly_and_goes_on_later(self, office: Client):
        address = upload(office, DIRTY).headers["Location"]
        row = ImportFile.objects.order_by("-id")[0]
        kept = Path(row.path).read_bytes()
        Path(row.path).unlink()
        office.post(f"{address}/start")
        work_once()
        text = read(office.get(address))
        assert ImportFile.objects.get(id=row.id).state == ImportState.FAILED
        assert "Go on where it stopped" in text
        Path(row.path).write_bytes(kept)
        office.post(f"{address}/start")
        work_once()
        assert figures(read(office.get(address)))["New"] == "2"

    def test_an_import_without_rejects_has_none_to_download(self, office: Client):
        address = upload(office, "product_key\nlone\n", kind="products").headers["Location"]
        assert office.get(f"{address}/rejects").status_code == 404
        office.post(f"{address}/start")
        work_once()
        assert office.get(f"{address}/rejects").status_code == 404


class TestPersons:
    def test_a_whole_number_is_not_shown_before_it_is_in(self, office: Client):
        """Masked by default holds for a look at a file as well."""
        person = customer_of("ann", 1)
        text = f"customer_key,name,phone\nfresh,Fresh,{person.phone}\n"
        address = upload(office, text, kind="customers").headers["Location"]
        look = read(office.get(address))
        assert person.phone not in look
        assert f"{person.phone[:3]}****{person.phone[-4:]}" in look

    def test_nor_where_it_is_the_key(self, office: Client):
        mapping = (
            'kind = "orders"\nsource = "shop"\ncurrency = "CNY"\n[columns]\norder_key = "no"\n'
            'customer_key = { phone = ["buyer"] }\nstatus = "status"\nordered_at = "at"\n'
            'quantity = "n"\nunit_price = "price"\n[dates]\ntimezone = "Asia/Shanghai"\n'
        )
        phone = customer_of("ann", 1).phone
        rows = f"no,buyer,status,at,n,price\no-1,{phone},paid,2025-05-01 10:00,1,10\n"
        kept = SimpleUploadedFile("shop.toml", mapping.encode())
        address = upload(office, rows, mapping=kept).headers["Location"]
        look = read(office.get(address))
        assert "<td>o-1</td>" in look
        assert phone not in look

    def test_no_person_stands_in_the_list_of_imports(self, office: Client):
        text = f"seller_key,name,phone\nsk-new,Newcomer,{seller_of('ann').phone}\n"
        upload(office, text, kind="sellers")
        listed = read(office.get(reverse("imports")))
        assert "Newcomer" not in listed
        assert seller_of("ann").phone not in listed


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize(("language", "one"), [("zh-hans", r"[\u4e00-\u9fff]"), ("en", "key")])
def test_a_template_is_a_file_that_can_be_filled_in(
    sign_in: SignIn, kind: str, language: str, one: str
):
    browser = sign_in("operator", headers={"Accept-Language": language})
    response = browser.get(reverse("import-template", args=[kind]))
    data = response.content
    assert data.startswith("\ufeff".encode())
    headings = data.decode("utf-8-sig").strip().split(",")
    assert re.search(one, headings[0])
    look = read(browser.get(upload(browser, data, kind=kind).headers["Location"]))
    assert "缺少必要的列" not in look
    assert "Columns are missing" not in look


def test_the_list_tells_how_each_one_stands(office: Client):
    upload(office, DIRTY, name="looked-at.csv")
    started = upload(office, DIRTY + "d7,,,茶,已完成,2025-05-03 10:00,1,1\n", name="started.csv")
    office.post(f"{started.headers['Location']}/start")
    listed = read(office.get(reverse("imports")))
    assert "Not started" in listed
    assert "Waiting" in listed
    work_once()
    listed = read(office.get(reverse("imports")))
    (row,) = re.findall(r"<tr><td[^>]*>started.csv</td>.*?</tr>", listed)
    assert [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td.*?</td>", row)][3:8] == [
        "Done",
        "7",
        "3",
        "0",
        "4",
    ]


def test_the_list_is_paged(both: TwoBrands, office: Client):
    for number in range(21):
        upload(office, f"product_key\np{number}\n", kind="products", name=f"no-{number:02}.csv")
    first, second = (read(office.get(reverse("imports"), {"page": page})) for page in (1, 2))
    assert first.count('class="file-name"') == 20
    assert "no-20.csv" in first
    assert "no-00.csv" not in first
    assert second.count('class="file-name"') == 3
    assert "no-00.csv" in second


def test_every_reason_of_the_files_is_told_in_words():
    assert set(FILE_REASONS) <= set(REASONS)
