"""What a brand sells: categories with a price point and a season, products, brands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from siyu.rooms.catalog.types import PRODUCT_ROWS
from siyu.simulation.brand import Assortment, BrandProfile
from siyu.simulation.columns import FloatArray, IntArray, chosen, keys_of, rows_of, stream


class Category(NamedTuple):
    """`yuan` is the usual price; `peak_month` 0 sells alike all year.

    A product is called after a style and the category, or the style alone where `alone`.
    """

    name: str
    yuan: int
    weight: float
    peak_month: int
    styles: str
    alone: bool = False


_CLOTHES: Final = (
    Category("T恤", 129, 8, 6, "圆领 V领 宽松 条纹 重磅"),
    Category("衬衫", 239, 7, 4, "牛津纺 亚麻 法式 格纹 免烫"),
    Category("连衣裙", 399, 6, 5, "碎花 针织 收腰 吊带 衬衫式"),
    Category("牛仔裤", 299, 6, 10, "直筒 微喇 九分 水洗 阔腿"),
    Category("毛衣", 359, 5, 11, "羊毛 半高领 麻花 圆领 开衫"),
    Category("羽绒服", 999, 3, 12, "短款 长款 轻薄 连帽 工装"),
    Category("家居服", 199, 5, 0, "纯棉 珊瑚绒 莫代尔 冰丝 纱布"),
    Category("袜子", 29, 7, 0, "中筒 船袜 羊毛 五双装 运动"),
)
_HOME: Final = (
    Category("四件套", 499, 4, 9, "水洗棉 长绒棉 天丝 磨毛 提花"),
    Category("毛巾浴巾", 59, 6, 0, "华夫格 长绒 儿童 速干 加厚"),
    Category("香薰", 139, 3, 0, "雪松 白茶 无花果 柑橘 海盐"),
    Category("收纳", 79, 4, 2, "布艺箱 藤编筐 抽屉柜 真空袋 桌面盒", True),
    Category("餐具", 99, 4, 1, "手绘碗 釉下彩盘 木筷 马克杯 汤盆", True),
    Category("抱枕", 89, 2, 0, "灯芯绒 亚麻 提花 圆形 靠腰"),
)
_WINTER: Final = (
    Category("长款羽绒服", 1299, 9, 12, "连帽 过膝 收腰 工装 毛领"),
    Category("短款羽绒服", 899, 9, 11, "面包 轻薄 立领 亮面 飞行员"),
    Category("羊绒大衣", 1999, 3, 11, "双面 茧型 翻领 系带 中长"),
    Category("羊毛衫", 499, 7, 10, "高领 圆领 开衫 提花 半拉链"),
    Category("保暖内衣", 169, 8, 12, "德绒 蚕丝 无痕 加厚 双面"),
    Category("围巾帽子", 129, 5, 12, "羊绒围巾 针织帽 格纹围巾 护耳帽 渔夫帽", True),
    Category("手套", 89, 3, 1, "触屏 羊皮 加绒 连指 骑行"),
    Category("薄外套", 459, 2, 4, "风衣 棒球服 针织衫 防晒衣 工装夹克", True),
)
_HOUSEHOLD: Final = (
    Category("粮油", 79, 9, 0, "东北大米 菜籽油 小米 面粉 糙米", True),
    Category("水果", 49, 10, 8, "脐橙 苹果 猕猴桃 车厘子 芒果", True),
    Category("零食", 39, 10, 1, "坚果 海苔 肉脯 饼干 果干", True),
    Category("纸品", 59, 8, 0, "抽纸 卷纸 厨房纸 湿巾 棉柔巾", True),
    Category("洗护", 69, 7, 0, "洗衣液 洗发水 沐浴露 洗手液 柔顺剂", True),
    Category("护肤", 159, 5, 10, "面膜 精华 防晒 面霜 洁面", True),
    Category("母婴", 129, 4, 0, "纸尿裤 湿巾 辅食 奶瓶 爬服", True),
    Category("小家电", 259, 2, 11, "电炖锅 加湿器 吹风机 养生壶 挂烫机", True),
)
_ASSORTMENTS: Final[dict[Assortment, tuple[Category, ...]]] = {
    "clothes_home": _CLOTHES + _HOME,
    "winter_clothes": _WINTER,
    "household": _HOUSEHOLD,
}
_BRANDS: Final[dict[Assortment, str]] = {
    "clothes_home": "栖木 朝禾 素屿",
    "winter_clothes": "北屿 霁原",
    "household": "邻里优选 谷野 白栗 沐日",
}
_COLOURS: Final = "米白 雾蓝 燕麦 墨绿 浅灰 藏青 焦糖 豆沙 黑 杏".split()
_PACKS: Final = "家庭装 三件组 尝鲜装 礼盒 大份 小份".split()
_GIFT: Final = "赠品"
_SEASON_STRENGTH: Final = 1.1


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The products, the gifts last.

    `month_shares[m]` is how likely each product is sold in month m + 1; gifts are never sold.
    """

    table: pa.Table
    price_minor: IntArray
    category: IntArray
    gifts: IntArray
    month_shares: FloatArray
    category_count: int


def catalogue_of(*, profile: BrandProfile, seed: int) -> Catalogue:
    """Return the brand's products (PRODUCT_ROWS) with their prices in fen and their seasons."""
    rng = stream(seed, "catalogue")
    categories = _ASSORTMENTS[profile.assortment]
    gift_count = max(2, profile.products // 50)
    sold = max(profile.products - gift_count, len(categories))
    category = np.sort(np.resize(np.arange(len(categories)), sold))
    usual = np.array([one.yuan for one in categories], np.float64)[category]
    # Shelf prices end in 9: the nearest lower ten yuan, less one, never below 9.
    yuan = np.maximum(np.round(usual * rng.lognormal(0, 0.22, sold) / 10) * 10 - 1, 9)
    popularity = rng.lognormal(0, 0.9, sold)
    shares = _month_shares(categories)[:, category] * popularity[None, :]
    shares = np.pad(shares / shares.sum(axis=1, keepdims=True), ((0, 0), (0, gift_count)))
    every_category = np.concatenate([category, np.full(gift_count, len(categories))])
    variants = _PACKS if profile.assortment == "household" else _COLOURS
    names = [
        _product_name(categories[one], number, variants, rng) for number, one in enumerate(category)
    ] + [f"{_GIFT} {_COLOURS[number % len(_COLOURS)]}帆布袋" for number in range(gift_count)]
    count = sold + gift_count
    brands = _BRANDS[profile.assortment].split()
    price_minor = np.concatenate([yuan * 100, np.zeros(gift_count)]).astype(np.int64)
    table = pa.table(
        [
            rows_of(count),
            keys_of("P", np.arange(1, count + 1), 5),
            pa.array(names, pa.string()),
            chosen([one.name for one in categories] + [_GIFT], every_category),
            chosen(brands, rng.integers(0, len(brands), count)),
            pa.array(price_minor),
        ],
        schema=PRODUCT_ROWS,
    )
    return Catalogue(
        table=table,
        price_minor=price_minor,
        category=every_category,
        gifts=np.arange(sold, count),
        month_shares=shares,
        category_count=len(categories),
    )


def _month_shares(categories: tuple[Category, ...]) -> FloatArray:
    """Return a weight for each month and category."""
    month = np.arange(1, 13)[:, None]
    peak = np.array([one.peak_month for one in categories])[None, :]
    wave = np.exp(_SEASON_STRENGTH * np.cos(2 * np.pi * (month - peak) / 12))
    weight = np.array([one.weight for one in categories])
    return np.asarray(weight * np.where(peak == 0, np.i0(_SEASON_STRENGTH), wave))


def _product_name(
    category: Category, number: int, variants: list[str], rng: np.random.Generator
) -> str:
    styles = category.styles.split()
    noun = "" if category.alone else category.name
    variant = variants[int(rng.integers(0, len(variants)))]
    return f"{styles[number % len(styles)]}{noun} {variant} {number + 1:03d}"
