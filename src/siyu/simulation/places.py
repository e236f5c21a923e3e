"""Cities with their tier (1 = first line … 5) and the sales region that a brand gives them."""

from __future__ import annotations

from typing import Final, NamedTuple


class City(NamedTuple):
    """A city, its tier and its sales region."""

    name: str
    tier: int
    region: str


_BY_REGION: Final[dict[str, dict[int, str]]] = {
    "华东": {
        1: "上海",
        2: "杭州 南京 苏州 宁波 合肥",
        3: "无锡 常州 绍兴 温州 嘉兴 南通 福州 厦门",
        4: "芜湖 湖州 扬州 镇江",
        5: "黄山 宿迁",
    },
    "华南": {
        1: "广州 深圳",
        2: "东莞 佛山 长沙 武汉",
        3: "珠海 中山 惠州 南宁 海口",
        4: "株洲 桂林 宜昌 湛江",
        5: "韶关 怀化",
    },
    "华北": {
        1: "北京",
        2: "天津 青岛 郑州 济南 沈阳",
        3: "石家庄 大连 哈尔滨 长春 太原 烟台",
        4: "洛阳 保定 潍坊 廊坊",
        5: "承德 丹东",
    },
    "西部": {
        2: "成都 重庆 西安 昆明",
        3: "贵阳 兰州 绵阳",
        4: "遵义 咸阳 宝鸡",
        5: "大理 天水",
    },
}

CITIES: Final[tuple[City, ...]] = tuple(
    City(name, tier, region)
    for region, tiers in _BY_REGION.items()
    for tier, names in tiers.items()
    for name in names.split()
)
REGIONS: Final[tuple[str, ...]] = tuple(_BY_REGION)
