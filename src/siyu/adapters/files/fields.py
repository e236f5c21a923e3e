"""What each kind of file may hold: our fields, their types, and the headings of our templates."""

from dataclasses import dataclass
from typing import Literal

from siyu.foundation.errors import BadInput

Kind = Literal[
    "customers", "sellers", "products", "orders", "order_heads", "follows", "communities"
]
FieldType = Literal[
    "key",
    "text",
    "phone",
    "gender",
    "seller_kind",
    "seller_status",
    "status",
    "bool",
    "date",
    "moment",
    "quantity",
    "price",
    "money",
    "tier",
    "count",
]


@dataclass(frozen=True)
class Field:
    """One of our fields: its name, type, and the headings that our own templates give it."""

    name: str
    type: FieldType
    english: str
    chinese: tuple[str, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading that a file in our own form may carry for this field."""
        return tuple(dict.fromkeys((self.english, self.name, *self.chinese)))


def _field(name: str, type_: FieldType, *chinese: str, english: str = "") -> Field:
    return Field(name=name, type=type_, english=english or name, chinese=chinese)


_CUSTOMER_KEY = _field("customer_key", "key", "客户编号", "会员号")
_SELLER_KEY = _field("seller_key", "key", "导购编号", "卖家编号")
_STORE_KEY = _field("store_key", "key", "门店编号")
_ORDER_KEY = _field("order_key", "key", "订单号", "订单编号")
_STATUS = _field("status", "status", "订单状态", "状态")
_ORDERED_AT = _field("ordered_at", "moment", "下单时间")
_PAID_AT = _field("paid_at", "moment", "付款时间", "支付时间")
_FREIGHT = _field("freight", "money", "运费")
_CITY = _field("city", "text", "城市")

FIELDS: dict[Kind, tuple[Field, ...]] = {
    "customers": (
        _field("key", "key", "客户编号", "会员号", english="customer_key"),
        _field("alias", "key", "其他编号"),
        _field("name", "text", "姓名"),
        _field("phone", "phone", "手机号", "手机"),
        _field("gender", "gender", "性别"),
        _field("born_on", "date", "生日"),
        _CITY,
        _field("city_tier", "tier", "城市线级"),
        _field("registered_at", "moment", "注册时间"),
        _field("opted_out", "bool", "是否退订"),
    ),
    "sellers": (
        _field("key", "key", "导购编号", "卖家编号", english="seller_key"),
        _field("name", "text", "姓名"),
        _field("phone", "phone", "手机号", "手机"),
        _field("kind", "seller_kind", "类型"),
        _field("status", "seller_status", "状态"),
        _STORE_KEY,
        _field("store_name", "text", "门店"),
        _field("region_name", "text", "大区"),
        _field("dealer_key", "key", "经销商编号"),
        _field("dealer_name", "text", "经销商"),
        _CITY,
        _field("joined_on", "date", "入职日期"),
        _field("login", "key", "登录名"),
        _field("origin", "text", "来源渠道", "来源"),
        _field("invited_by_key", "key", "邀请人编号", "推荐人编号"),
    ),
    "products": (
        _field("key", "key", "商品编号", "商品编码", english="product_key"),
        _field("name", "text", "商品名称"),
        _field("category", "text", "商品类目", "类目"),
        _field("brand", "text", "品牌"),
        _field("price", "money", "售价", "价格"),
    ),
    "follows": (
        _CUSTOMER_KEY,
        _SELLER_KEY,
        _field("account", "text", "添加账号"),
        _field("acquired_by_key", "key", "拉新人编号"),
        _field("is_serving", "bool", "是否服务中"),
        _field("followed_at", "moment", "添加时间"),
        _field("ended_at", "moment", "解除时间"),
    ),
    "communities": (
        _field("key", "key", "群编号", "群ID", english="community_key"),
        _field("name", "text", "群名称", "群名"),
        _field("seller_key", "key", "群主编号", "导购编号"),
        _field("theme", "text", "群类型", "群主题"),
        _field("opened_at", "moment", "建群时间", "群创建时间"),
        _field("ended_at", "moment", "解散时间"),
        _field("members", "count", "群人数", "群成员数"),
    ),
    "orders": (
        _ORDER_KEY,
        _field("line_key", "key", "子订单号"),
        _field("is_return", "bool", "是否退货"),
        _CUSTOMER_KEY,
        _SELLER_KEY,
        _STORE_KEY,
        _field("product_key", "key", "商品编号", "商品编码"),
        _field("product_name", "text", "商品名称"),
        _field("category", "text", "商品类目", "类目"),
        _field("brand", "text", "品牌"),
        _STATUS,
        _ORDERED_AT,
        _PAID_AT,
        _field("quantity", "quantity", "数量", "商品数量"),
        _field("unit_price", "price", "单价", "商品单价"),
        _field("amount", "money", "金额", "实付金额"),
        _FREIGHT,
        _field("refund", "money", "退款金额"),
        _field("refunded_at", "moment", "退款时间"),
        _field("payment_method", "text", "支付方式"),
    ),
    "order_heads": (
        _ORDER_KEY,
        _CUSTOMER_KEY,
        _SELLER_KEY,
        _STORE_KEY,
        _STATUS,
        _ORDERED_AT,
        _PAID_AT,
        _FREIGHT,
    ),
}

# Every group needs at least one of its fields, as a column or as a constant.
REQUIRED: dict[Kind, tuple[tuple[str, ...], ...]] = {
    "customers": (("key",),),
    "sellers": (("key",),),
    "products": (("key",),),
    "follows": (("customer_key",), ("seller_key",), ("is_serving",), ("followed_at",)),
    "communities": (("key",),),
    "orders": (
        ("order_key",),
        ("quantity",),
        ("unit_price", "amount"),
        ("status",),
        ("ordered_at", "paid_at"),
    ),
    "order_heads": (("order_key",), ("status",), ("ordered_at", "paid_at")),
}
# What `[lines] head = "separate"` leaves to the file of order heads.
HEAD_FIELDS = frozenset({"status", "ordered_at", "paid_at"})

ORDER_STATUSES = ("unpaid", "paid", "shipped", "completed", "cancelled", "refunded")

STATUS_WORDS: dict[str, str] = {word: word for word in ORDER_STATUSES} | {
    "canceled": "cancelled",
    "待付款": "unpaid",
    "待支付": "unpaid",
    "未付款": "unpaid",
    "已付款": "paid",
    "已支付": "paid",
    "待发货": "paid",
    "已发货": "shipped",
    "待收货": "shipped",
    "已完成": "completed",
    "交易成功": "completed",
    "交易完成": "completed",
    "已取消": "cancelled",
    "已关闭": "cancelled",
    "交易关闭": "cancelled",
    "已退款": "refunded",
    "退款成功": "refunded",
}

# Words understood in every file; a mapping's [values] tables add to them.
VALUE_WORDS: dict[str, dict[str, str | bool]] = {
    "gender": {
        "female": "female",
        "f": "female",
        "woman": "female",
        "女": "female",
        "女士": "female",
        "male": "male",
        "m": "male",
        "man": "male",
        "男": "male",
        "男士": "male",
        "先生": "male",
        "unknown": "unknown",
        "other": "unknown",
        "未知": "unknown",
        "保密": "unknown",
        "其他": "unknown",
    },
    "seller_kind": {
        "guide": "guide",
        "导购": "guide",
        "shopkeeper": "shopkeeper",
        "店主": "shopkeeper",
        "掌柜": "shopkeeper",
        "koc": "koc",
        "group_leader": "group_leader",
        "团长": "group_leader",
    },
    "seller_status": {
        "active": "active",
        "在职": "active",
        "正常": "active",
        "paused": "paused",
        "暂停": "paused",
        "left": "left",
        "离职": "left",
    },
    "bool": {
        **dict.fromkeys(("yes", "y", "true", "t", "1", "是", "有", "对"), True),
        **dict.fromkeys(("no", "n", "false", "f", "0", "否", "无", "没有"), False),
    },
}

# What a file writes where it has nothing to say; the capital letters matter (Null is a surname).
BLANK_WORDS = frozenset(
    {
        *("null", "NULL", "\\N", "nan", "NaN", "N/A", "n/a", "#N/A", "-", "--", "—", "——"),
        *("0000-00-00", "0000-00-00 00:00:00"),
    }
)


def kind_of(name: str) -> Kind:
    """The kind of file of that name; raises BadInput for an unknown one."""
    for kind in FIELDS:
        if kind == name:
            return kind
    raise BadInput("kind", "Say what the file holds: {kinds}.", kinds=", ".join(FIELDS))


def field_of(kind: Kind, name: str) -> Field | None:
    """The field of that name in that kind of file, or None."""
    return next((field for field in FIELDS[kind] if field.name == name), None)
