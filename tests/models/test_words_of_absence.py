"""How it is said that somebody is away or stands in, and that clocks stand still; a vacancy is no absence."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from models.actions import casework, night
from models.actions.people import leave
from models.queries.night import night_facts
from models.queries.rulebook import Rulebook
from models.vocabulary import MessageKind, RequestKind, Role, Severity
from notifications.locale import LOCALES
from notifications.render import render
from tests.county import START, at, reported
from tests.models.absence_cases import away
from tests.models.cases import MONDAY, Case
from tests.models.flood import suspend
from tests.models.ledger import post_id, unit_id
from tests.models.test_digest import composed
from tests.models.why_cases import tell, told

MON, TUE, FRI = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 6)


@pytest.fixture
def case(session: Session, book: Rulebook) -> Case:
    """An issue on east-1, assigned."""
    return Case(session, book, reported(session, book, MONDAY)).assigned()


def test_why_names_the_deputy_and_for_whom(session: Session, book: Rulebook, case: Case) -> None:
    away(session, book, "W01", (TUE, FRI), "W02", now=at("2026-03-02 12:00"))
    chinese = told(session, book, case.issue, "2026-03-03 09:00", "zh_CN")
    assert "东街第1网格专职网格员 王芳（代 李青，请假至3月5日 周四）。3月2日 周一 10:00 派的单" in chinese
    assert "提醒 东街第1网格专职网格员 王芳（代 李青，请假至3月5日 周四）；告知 东街第一书记 周敏。" in chinese
    english = told(session, book, case.issue, "2026-03-03 09:00", "en")
    assert "王芳, grid worker of 东街第1网格 (for 李青, away through Thu 5 Mar): assigned" in english
    assert "王芳" not in told(session, book, case.issue, "2026-03-06 09:00", "zh_CN")


def test_who_was_told_stays_who_was_told_when_an_absence_is_entered_later(
    session: Session, book: Rulebook, case: Case
) -> None:
    case.signed().night("2026-03-05 02:30")
    tell(session, book, MessageKind.DIGEST, at("2026-03-05 08:00"))
    away(session, book, "W01", (date(2026, 3, 5), FRI), "W02", now=at("2026-03-05 10:00"))
    said = told(session, book, case.issue, "2026-03-05 11:00", "zh_CN")
    assert "- 提醒 东街第1网格专职网格员 李青，3月5日 周四 08:00 发出。" in said
    assert "2. 3月5日 周四 09:00 已经到点，等下一次登记：提醒 东街第1网格专职网格员 王芳（代 李青" in said


def test_why_tells_the_absent_from_the_vacant(session: Session, book: Rulebook, case: Case) -> None:
    away(session, book, "W01", (TUE, FRI), now=at("2026-03-02 12:00"))
    leave(session, post_id(session, "east", Role.FIRST_SECRETARY), TUE, now=at("2026-03-02 12:00"))
    chinese = told(session, book, case.issue, "2026-03-03 09:00", "zh_CN")
    passed = "（东街第一书记空缺，东街第1网格专职网格员 李青 请假至3月5日 周四，没有人代，找上一级）"
    assert f"社区党工委 孙立{passed}" in chinese
    assert f"由 社区党工委 孙立{'（东街第一书记空缺，找上一级）'}督办" in chinese
    english = told(session, book, case.issue, "2026-03-03 09:00", "en")
    passed = "the vacant first secretary of 东街 and of 李青, grid worker of 东街第1网格, away through Thu 5 Mar"
    assert f"孙立, committee secretary of 社区党工委 (instead of {passed} without a deputy)" in english


@pytest.mark.parametrize("locale", LOCALES)
def test_where_all_are_away_why_says_so(session: Session, book: Rulebook, case: Case, locale: str) -> None:
    for code in ("W01", "S01", "P01", "C01"):
        away(session, book, code, (TUE, FRI), now=at("2026-03-02 12:00"))
    said = told(session, book, case.issue, "2026-03-03 09:00", locale)
    assert {"zh_CN": "没有人（东街第1网格专职网格员 李青 请假至", "en": "nobody (李青, grid worker of"}[locale] in said
    assert {"zh_CN": "空缺", "en": "vacant"}[locale] not in said


def test_a_deputy_reads_for_whom_a_message_is(session: Session, book: Rulebook, case: Case) -> None:
    away(session, book, "W01", (TUE, FRI), "W02", now=at("2026-03-02 12:00"))
    message = composed(session, book, "2026-03-03 07:45")["W02"]
    chinese, english = (render("digest", locale, message) for locale in LOCALES)
    assert "东街第1网格专职网格员 李青 请假至3月5日 周四，由您代。" in chinese
    assert (
        "It comes to you because you stand in for 李青, grid worker of 东街第1网格, away through Thu 5 Mar." in english
    )


def test_the_tier_above_reads_that_nobody_stands_in(session: Session, book: Rulebook, case: Case) -> None:
    away(session, book, "W01", (TUE, FRI), now=at("2026-03-02 12:00"))
    message = composed(session, book, "2026-03-03 07:45")["S01"]
    chinese, english = (render("digest", locale, message) for locale in LOCALES)
    assert "东街第1网格专职网格员 李青 请假至3月5日 周四，没有人代，所以找到您。" in chinese
    assert "because 李青, grid worker of 东街第1网格, is away through Thu 5 Mar without a deputy." in english


def test_a_supervisor_reads_who_stood_in_when_it_slipped(session: Session, book: Rulebook, case: Case) -> None:
    casework.sign(session, book, case.issue.number, by="W01", now=at("2026-03-02 11:00"))
    away(session, book, "W01", (TUE, date(2026, 3, 12)), "W02", now=at("2026-03-02 12:00"))
    away(session, book, "S01", (TUE, date(2026, 3, 12)), "S02", now=at("2026-03-02 12:00"))
    case.night("2026-03-07 02:30")
    message = composed(session, book, "2026-03-07 08:00")["S02"]
    said = render("digest", "zh_CN", message)
    assert "请您督办：东街第1网格专职网格员 王芳（代 李青，请假至3月11日 周三） 应在" in said
    assert "东街第一书记 周敏 请假至3月11日 周三，由您代。" in said
    assert "grid worker of 东街第1网格 (for 李青, away through Wed 11 Mar), was to finish" in render(
        "digest", "en", message
    )


def test_an_urgent_message_says_for_whom(session: Session, book: Rulebook) -> None:
    away(session, book, "W01", (MON, FRI), "W02", now=START)
    reported(session, book, "2026-03-02 23:00", severity=Severity.URGENT)
    message = composed(session, book, "2026-03-02 23:01", MessageKind.URGENT)["W02"]
    assert "李青 请假至3月5日 周四，由您代。" in render("urgent", "zh_CN", message)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_nights_report_lists_vacancies_absences_and_suspensions_apart(
    session: Session, book: Rulebook, case: Case, locale: str
) -> None:
    away(session, book, "W01", (TUE, FRI), now=at("2026-03-02 12:00"))
    away(session, book, "W03", (TUE, FRI), "W02", now=at("2026-03-02 12:00"))
    leave(session, post_id(session, "east-2", Role.GRID_WORKER), date(2026, 3, 4), now=at("2026-03-02 12:00"))
    suspend(session, book, "west", now="2026-03-03 10:00", until="2026-03-06 12:00")
    night.run(session, book, unit_id(session, "east"), at("2026-03-04 02:30"))
    facts = night_facts(session, book, date(2026, 3, 4), at("2026-03-04 03:00"))
    assert [(each["unit"], each["duties"]) for each in facts["vacant"]] == [("东街第2网格", 0)]
    told_apart = [(each["absent"]["person"], each["duties"]) for each in facts["absent"]]
    assert told_apart == [("李青", 2), ("赵强", 0)]  # whoever was to stand in for the second holds no post any more
    said = render("night_report", locale, facts)
    spoken = {
        "zh_CN": (
            "东街第2网格专职网格员**空缺**",
            "东街第1网格专职网格员 李青 **请假至3月5日 周四，没有人代**，名下有 2 件",
            "西街：洪水，3月3日 周二 10:00 至 3月6日 周五 12:00，由 孙立 决定",
            "东街第一书记 周敏（督办，第 3 步）",
        ),
        "en": (
            "grid worker of 东街第2网格: **vacant**",
            "李青, grid worker of 东街第1网格: **away through Thu 5 Mar without a deputy**, with 2 duties",
            "西街: 洪水, from Tue 3 Mar 10:00 until Fri 6 Mar 12:00, ordered by 孙立",
            "周敏, first secretary of 东街 (supervision, step 3)",
        ),
    }
    assert [each for each in spoken[locale] if each not in said] == []


def test_why_says_what_a_suspension_stops(session: Session, book: Rulebook, case: Case) -> None:
    case.signed()
    suspend(session, book)
    chinese, english = (told(session, book, case.issue, "2026-03-04 09:00", locale) for locale in LOCALES)
    assert "东街停钟：洪水，3月3日 周二 10:00 至 3月6日 周五 12:00，由 孙立 决定。" in chinese
    assert "## 办理：停钟，还剩 1 个工作日 6 小时" in chinese
    assert "3月3日 周二 10:00 起停钟，停钟前的到期时间是 3月5日 周四 09:00；恢复后接着算。" in chinese
    assert "停钟期间不提醒，也不往上报。" in chinese
    assert "东街 is suspended: 洪水, from Tue 3 Mar 10:00 until Fri 6 Mar 12:00, ordered by 孙立." in english
    assert "Its clock stands still since Tue 3 Mar 10:00; it was due Thu 5 Mar 09:00 then" in english
    case.night("2026-03-07 02:30")
    chinese, english = (told(session, book, case.issue, "2026-03-07 09:00", locale) for locale in LOCALES)
    assert "停过钟，3月6日 周五 12:00 起接着计时，剩下的时间没有少。" in chinese
    assert "放假安排后来改过" not in chinese
    assert "Its clock stood still and went on Fri 6 Mar 12:00, with all of what was left." in english


@pytest.mark.parametrize("locale", LOCALES)
def test_why_says_until_when_an_issue_is_on_hold_and_who_is_to_decide(
    session: Session, book: Rulebook, case: Case, locale: str
) -> None:
    case.signed().asked(RequestKind.HOLD, date(2026, 3, 16))
    asked = told(session, book, case.issue, "2026-03-03 09:30", locale)
    assert {"zh_CN": "没有批复的话，接下来", "en": "If it isn't decided by then, next"}[locale] in asked
    case.approved()
    held = told(session, book, case.issue, "2026-03-04 09:30", locale)
    assert {"zh_CN": "暂缓到 3月16日 周一，那天零时起接着计时。", "en": "on hold until Mon 16 Mar"}[locale] in held
