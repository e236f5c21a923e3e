"""Chinese names and clearly synthetic telephone numbers, drawn from lists of our own."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from siyu.simulation.columns import text_of

# Ordered from common to rare: the draw below prefers the front of the list.
_SURNAMES: Final = (
    "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧 "
    "程 曹 袁 邓 许 傅 沈 曾 彭 吕 苏 卢 蒋 蔡 贾 丁 魏 薛 叶 阎 余 潘 杜 戴 夏 钟 汪 田 任 姜 "
    "范 方 石 姚 谭 廖 邹 熊 金 陆 郝 孔 白 崔 康 毛 邱 秦 江 史 顾 侯 邵 孟 龙 万 段 雷 钱 汤 "
    "欧阳 司马 上官 诸葛"
).split()
_FEMALE: Final = (
    "雅 婷 静 欣 怡 梦 雪 琳 倩 颖 洁 慧 敏 莉 芳 佳 思 诗 语 若 晓 丹 娜 玉 兰 凤 霞 萍 "
    "燕 月 珊 菲 瑶 璇 露 妍 媛 彤 蕾 薇"
).split()
_MALE: Final = (
    "伟 强 磊 军 勇 杰 涛 明 超 鹏 浩 宇 轩 博 文 斌 峰 龙 飞 刚 志 建 国 俊 凯 辉 亮 毅 "
    "泽 子 睿 航 晨 嘉 彬 旭 铭 哲 翔 炜"
).split()
_EITHER: Final = "安 宁 乐 华 清 云 一 然 可 辰".split()

# Numbers are consecutive from zero, so nobody can take them for a real subscriber's.
_CUSTOMER_PHONES_FROM: Final = 17_000_000_000
_SELLER_PHONES_FROM: Final = 17_190_000_000

IntArray = npt.NDArray[np.int64]


def person_names(*, is_female: npt.NDArray[np.bool_], rng: np.random.Generator) -> pa.Array:
    """Return one name a person: a surname and one or two given-name characters."""
    count = len(is_female)
    surname = (rng.random(count) ** 2.0 * len(_SURNAMES)).astype(np.int64)
    pool = pa.array([*_FEMALE, *_EITHER, *_MALE, *_EITHER, ""], pa.string())
    half = len(_FEMALE) + len(_EITHER)
    offset = np.where(is_female, 0, half)
    first = offset + rng.integers(0, half, count)
    second = np.where(rng.random(count) < 0.3, 2 * half, offset + rng.integers(0, half, count))
    return pc.binary_join_element_wise(
        pa.array(_SURNAMES, pa.string()).take(pa.array(surname)),
        pool.take(pa.array(first)),
        pool.take(pa.array(second)),
        "",
    )


def customer_phones(numbers: IntArray) -> pa.Array:
    """Return a fictitious telephone number for each customer number, all different."""
    return text_of(numbers + _CUSTOMER_PHONES_FROM)


def seller_phones(numbers: IntArray) -> pa.Array:
    """Return a fictitious telephone number for each seller number, all different."""
    return text_of(numbers + _SELLER_PHONES_FROM)
