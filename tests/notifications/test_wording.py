"""Times, lengths and days as people read them."""

from datetime import UTC, date, datetime

import pytest

from notifications.wording import allowance, joined_days, masked, moment, post, span

NOW = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # in Shanghai already 2027


@pytest.mark.parametrize(
    ("at", "zone", "locale", "said"),
    [
        (datetime(2027, 1, 4, 0, 30, tzinfo=UTC), "Asia/Shanghai", "zh_CN", "1月4日 周一 08:30"),
        (datetime(2026, 11, 23, 6, 30, tzinfo=UTC), "Asia/Shanghai", "zh_CN", "2026年11月23日 周一 14:30"),
        (datetime(2026, 11, 23, 6, 30, tzinfo=UTC), "Asia/Shanghai", "en", "Mon 23 Nov 2026 14:30"),
        (datetime(2027, 1, 4, 0, 30, tzinfo=UTC), "America/New_York", "en", "Sun 3 Jan 2027 19:30"),
        (datetime(2026, 7, 5, 3, 59, tzinfo=UTC), "America/New_York", "en", "Sat 4 Jul 23:59"),
    ],
)
def test_a_moment_is_local_and_names_the_year_only_when_it_is_another(
    at: datetime, zone: str, locale: str, said: str
) -> None:
    assert moment(at, zone, NOW, locale) == said


def days(first: str, last: str) -> list[date]:
    """All dates from one to another."""
    start, end = (date.fromisoformat(each).toordinal() for each in (first, last))
    return [date.fromordinal(n) for n in range(start, end + 1)]


@pytest.mark.parametrize(
    ("those", "chinese", "english"),
    [
        (days("2026-10-01", "2026-10-07"), "10月1日至7日", "1–7 Oct"),
        (days("2026-10-11", "2026-10-11"), "10月11日", "11 Oct"),
        (
            days("2026-10-01", "2026-10-07") + days("2026-10-11", "2026-10-11"),
            "10月1日至7日、10月11日",
            "1–7 Oct, 11 Oct",
        ),
        (days("2026-04-30", "2026-05-03"), "4月30日至5月3日", "30 Apr – 3 May"),
        (days("2026-12-31", "2027-01-03"), "12月31日至2027年1月3日", "31 Dec – 3 Jan 2027"),
        (days("2027-01-01", "2027-01-03"), "2027年1月1日至3日", "1–3 Jan 2027"),
        (
            days("2026-12-26", "2026-12-27") + days("2027-01-01", "2027-01-03") + days("2027-01-09", "2027-01-10"),
            "12月26日至27日、2027年1月1日至3日、1月9日至10日",
            "26–27 Dec, 1–3 Jan 2027, 9–10 Jan",
        ),
        ([], "", ""),
    ],
)
def test_days_are_joined(those: list[date], chinese: str, english: str) -> None:
    assert joined_days(reversed(those), 2026, "zh_CN") == chinese
    assert joined_days(those, 2026, "en") == english


@pytest.mark.parametrize(
    ("amount", "unit", "chinese", "english"),
    [
        (3.0, "working_days", "3 个工作日", "3 working days"),
        (1.0, "working_days", "1 个工作日", "1 working day"),
        (0.5, "working_hours", "0.5 个工作时", "0.5 working hours"),
        (24.0, "urgent_hours", "24 小时（昼夜计时）", "24 hours (day and night)"),
        (7.0, "natural_days", "7 天（休息日照算）", "7 days (days off count)"),
    ],
)
def test_an_allowance(amount: float, unit: str, chinese: str, english: str) -> None:
    assert allowance(amount, unit, "zh_CN") == chinese
    assert allowance(amount, unit, "en") == english


@pytest.mark.parametrize(
    ("length", "working", "chinese", "english"),
    [
        ((2, 3, 5), True, "2 个工作日 3 小时 5 分钟", "2 working days 3 hours 5 minutes"),
        ((0, 1, 0), True, "1 小时（上班时间）", "1 hour of office time"),
        ((1, 0, 1), False, "1 天 1 分钟", "1 day 1 minute"),
        ((0, 0, 0), True, "不到 1 分钟", "less than a minute"),
    ],
)
def test_a_span(length: tuple[int, int, int], working: bool, chinese: str, english: str) -> None:
    facts = dict(zip(("days", "hours", "minutes"), length, strict=True)) | {"working": working}
    assert span(facts, "zh_CN") == chinese
    assert span(facts, "en") == english


def test_a_post_is_not_named_twice() -> None:
    assert post({"unit": "东街", "role": "first_secretary"}, "zh_CN") == "东街第一书记"
    assert post({"unit": "社区党工委", "role": "committee_secretary"}, "zh_CN") == "社区党工委"
    assert post({"unit": "东街", "role": "first_secretary"}, "en") == "first secretary of 东街"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("请打13812345678或138-1234-5678", "请打〔号码略〕或〔号码略〕"),
        ("座机0318-5322456，138 1234 5678", "座机〔号码略〕，〔号码略〕"),
        ("身份证13112619800101001X", "身份证〔号码略〕"),
        ("１３８１２３４５６７８", "〔号码略〕"),
        ("2026-11-23，3号楼2单元1101室，363盏", "2026-11-23，3号楼2单元1101室，363盏"),
        ("热线12345", "热线12345"),
    ],
)
def test_numbers_that_lead_to_a_person_are_left_out(written: str, shown: str) -> None:
    assert masked(written, "zh_CN") == shown
