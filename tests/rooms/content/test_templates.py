import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.foundation.errors import BadInput
from siyu.rooms.content.actions import write_template
from siyu.rooms.content.queries import message_of, newest_templates
from siyu.rooms.content.rules import fill_in
from siyu.rooms.content.types import PLACEHOLDERS, TemplateView
from tests.rooms.brand import Brand

GREETING = "{customer}您好，我是{seller}。上次的{product}用着还好吗？有空来看看！"


def write(
    brand: Brand, text: str = GREETING, code: str = "hello", language: str = "zh-hans"
) -> int:
    return write_template(program_id=brand.program.id, code=code, language=language, text=text)


def newest(brand: Brand, *codes: str, language: str = "zh-hans") -> dict[str, TemplateView]:
    return newest_templates(program_id=brand.program.id, codes=codes, language=language)


class TestTemplates:
    def test_a_changed_text_is_a_new_version(self, brand: Brand):
        first = write(brand)
        second = write(brand, "新的")
        assert first != second
        template = newest(brand, "hello")["hello"]
        assert (template.id, template.version, template.text) == (second, 2, "新的")

    def test_the_same_text_is_the_same_version(self, brand: Brand):
        assert write(brand) == write(brand)
        assert newest(brand, "hello")["hello"].version == 1

    def test_a_text_that_comes_back_is_new_again(self, brand: Brand):
        write(brand)
        write(brand, "新的")
        write(brand)
        template = newest(brand, "hello")["hello"]
        assert (template.version, template.text) == (3, GREETING)

    def test_templates_are_told_apart_by_code_and_language(self, brand: Brand):
        write(brand, "Hello", language="en")
        write(brand, "你好")
        write(brand, "Bye", code="bye", language="en")
        english = newest(brand, "hello", "bye", "none", language="en")
        assert {code: one.text for code, one in english.items()} == {"hello": "Hello", "bye": "Bye"}
        assert newest(brand, "bye") == {}

    @pytest.mark.parametrize("text", ["", "  \n", "{phone}", "Hello {customer} {Seller}", "{}"])
    def test_what_nothing_fills_in_is_refused(self, brand: Brand, text: str):
        with pytest.raises(BadInput) as refused:
            write(brand, text)
        assert refused.value.field == "text"
        assert newest(brand, "hello") == {}

    def test_a_program_comes_with_templates_that_can_be_filled(self, brand: Brand):
        codes = "new_top slowing silent_good birthday due first_order never_ordered".split()
        values = dict.fromkeys(PLACEHOLDERS, "7")
        for language in ("zh-hans", "en"):
            templates = newest(brand, *codes, language=language)
            assert set(templates) == set(codes)
            for template in templates.values():
                assert "{" not in message_of(template=template, values=values)
                assert message_of(template=template, values={}).strip()


class TestMessages:
    def message(self, **values: str) -> str:
        return fill_in(GREETING, values)

    def test_everything_is_filled_in(self):
        assert self.message(customer="高小姐", seller="安欣", product="龙井") == (
            "高小姐您好，我是安欣。上次的龙井用着还好吗？有空来看看！"
        )

    def test_a_clause_without_its_value_is_left_out(self):
        assert self.message(seller="安欣", product="龙井").startswith("我是安欣。")
        assert (
            self.message(customer="高小姐", seller="安欣") == "高小姐您好，我是安欣。有空来看看！"
        )
        assert self.message() == "有空来看看！"

    def test_an_empty_value_is_no_value(self):
        assert self.message(customer="", seller="安欣", product="") == "我是安欣。有空来看看！"

    def test_a_value_is_not_read_as_a_template(self):
        assert fill_in("Hello {customer}.", {"customer": "{seller}, {days}"}) == (
            "Hello {seller}, {days}."
        )

    @given(
        st.lists(st.sampled_from([*(f"{{{name}}}" for name in PLACEHOLDERS), "您好", "，", "。"])),
        st.dictionaries(st.sampled_from(PLACEHOLDERS), st.text("甲乙x", max_size=3)),
    )
    def test_no_placeholder_and_no_clause_without_value_is_left(
        self, parts: list[str], values: dict[str, str]
    ):
        message = fill_in("".join(parts), values)
        assert "{" not in message
        whole = fill_in("".join(parts), dict.fromkeys(PLACEHOLDERS, "值"))
        assert len(message.split("，")) <= len(whole.split("，"))
