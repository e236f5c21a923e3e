from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.foundation.clock import business_day, local_hour, to_utc, utc_now, zone
from siyu.foundation.errors import BadInput

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=UTC)
)
ZONES = st.sampled_from(["Asia/Shanghai", "Europe/London", "America/New_York", "Asia/Kathmandu"])


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_clock_is_utc():
    assert utc_now().tzinfo is UTC


def test_a_day_in_shanghai_begins_at_16_utc():
    assert business_day(utc("2026-03-01 15:59:59"), "Asia/Shanghai") == date(2026, 3, 1)
    assert business_day(utc("2026-03-01 16:00"), "Asia/Shanghai") == date(2026, 3, 2)
    assert local_hour(utc("2026-03-01 16:00"), "Asia/Shanghai") == 0


def test_a_cut_off_gives_the_small_hours_to_the_day_before():
    two_at_night = to_utc(datetime(2026, 3, 2, 2, 59), "Asia/Shanghai")  # noqa: DTZ001
    assert business_day(two_at_night, "Asia/Shanghai", 3) == date(2026, 3, 1)
    assert business_day(two_at_night + timedelta(minutes=1), "Asia/Shanghai", 3) == date(2026, 3, 2)
    assert local_hour(two_at_night, "Asia/Shanghai") == 2


def test_the_spring_hour_that_is_skipped_in_london():
    # Clocks go from 01:00 to 02:00 on 2026-03-29.
    assert local_hour(utc("2026-03-29 00:59"), "Europe/London") == 0
    assert local_hour(utc("2026-03-29 01:00"), "Europe/London") == 2
    assert to_utc(datetime(2026, 3, 29, 3), "Europe/London") == utc("2026-03-29 02:00")  # noqa: DTZ001


def test_the_autumn_hour_that_comes_twice_in_london():
    # Clocks go from 02:00 back to 01:00 on 2026-10-25.
    assert local_hour(utc("2026-10-25 00:30"), "Europe/London") == 1
    assert local_hour(utc("2026-10-25 01:30"), "Europe/London") == 1
    earlier = to_utc(datetime(2026, 10, 25, 1, 30), "Europe/London")  # noqa: DTZ001
    assert earlier == utc("2026-10-25 00:30")


def test_a_cut_off_is_taken_from_the_wall_clock_when_clocks_change():
    # 02:30 summer time, an hour and a half after local midnight by the sun, is still past the
    # cut-off of 2 o'clock that the wall clock shows.
    assert business_day(utc("2026-03-29 01:30"), "Europe/London", 2) == date(2026, 3, 29)
    assert business_day(utc("2026-10-25 01:59"), "Europe/London", 2) == date(2026, 10, 24)
    assert business_day(utc("2026-10-25 02:00"), "Europe/London", 2) == date(2026, 10, 25)


@given(MOMENTS, ZONES, st.integers(0, 6))
def test_a_business_day_is_the_local_date_or_the_one_before(
    moment: datetime, zone_name: str, cut_off_hour: int
):
    local = moment.astimezone(zone(zone_name))
    early = local.hour < cut_off_hour
    assert business_day(moment, zone_name, cut_off_hour) == local.date() - timedelta(days=early)
    assert local_hour(moment, zone_name) == local.hour


@given(MOMENTS, st.sampled_from(["Asia/Shanghai", "Asia/Kathmandu"]))
def test_wall_clock_and_moment_are_the_same_time(moment: datetime, zone_name: str):
    local = moment.astimezone(zone(zone_name)).replace(tzinfo=None)
    assert to_utc(local, zone_name) == moment


@pytest.mark.parametrize("name", ["", "Peking", "../etc/passwd", "UTC+8"])
def test_an_unknown_zone_is_refused(name: str):
    with pytest.raises(BadInput) as refused:
        zone(name)
    assert refused.value.field == "timezone"
