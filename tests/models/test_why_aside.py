"""What an explanation says of issues off the usual course: held, extended, promised, called up, ended otherwise."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from models.actions import calling, promises, side_exits
from models.queries.rulebook import Rulebook
from models.queries.why import explain
from models.rules.explanation import Standing
from models.vocabulary import Rating, RequestKind
from notifications.locale import LOCALES
from tests.county import at, reported
from tests.models.cases import MONDAY, Case
from tests.models.flood import suspend
from tests.models.why_cases import told

TUESDAY, NOW = "2026-03-03 10:00", "2026-03-04 09:00"


@pytest.fixture
def case(session: Session, book: Rulebook) -> Case:
    """Signed work: yellow on Wednesday 4 March 10:45, due on Thursday 9:00, the secretary's on Friday 9:00."""
    return Case(session, book, reported(session, book, MONDAY)).assigned().signed()


def said(case: Case, now: str = NOW) -> tuple[str, str]:
    """The explanation in Chinese and in English."""
    chinese, english = (told(case.session, case.book, case.issue, now, locale) for locale in LOCALES)
    return chinese, english


def test_on_hold_it_says_who_allowed_it_why_and_when_it_is_due_if_it_goes_on_then(case: Case) -> None:
    """From Tuesday 10:00 to Thursday 9:00 there are 13 office hours: from Monday the 16th, Tuesday the 17th 16:30."""
    case.held(date(2026, 3, 16))
    why = explain(case.session, case.book, case.issue.number, at(NOW))
    assert (why.standing, why.since, why.light) == (Standing.ON_HOLD, at(TUESDAY), "green")
    assert (why.duties[0].due_at, why.duties[0].due_then) == (at("2026-03-05 09:00"), at("2026-03-17 16:30"))
    chinese, english = said(case)
    assert "现在暂缓中，绿灯。" in chinese
    assert "东街第1网格专职网格员 李青。3月3日 周二 10:00 起暂缓。" in chinese
    assert "暂缓到 3月16日 周一，那天零时起接着计时。由 周敏 批准：等材料。" in chinese
    assert "- 到那时恢复的话，3月17日 周二 16:30 到期。" in chinese
    assert "on hold since Tue 3 Mar 10:00." in english
    assert "Allowed by 周敏: 等材料." in english
    assert "Should it go on then, it is due Tue 17 Mar 16:30." in english
    case.night("2026-03-16 02:30")
    assert case.work.due_at == at("2026-03-17 16:30")  # as was foretold


def test_a_hold_that_was_taken_back_is_not_spoken_of(case: Case) -> None:
    case.held(date(2026, 3, 16)).voided("2026-03-03 11:00")
    why = explain(case.session, case.book, case.issue.number, at(NOW))
    assert (why.standing, why.hold, why.duties[0].due_then) == (Standing.ACTING, None, None)
    assert "暂缓" not in said(case)[0]


def test_what_was_breached_before_the_hold_stays_and_promises_no_other_time(case: Case) -> None:
    case.held(date(2026, 3, 16), "2026-03-06 09:00", "2026-03-06 10:00")
    why = explain(case.session, case.book, case.issue.number, at("2026-03-10 09:00"))
    assert (why.light, why.duties[0].overdue, why.duties[0].due_then) == ("red", True, None)


def test_in_a_suspended_unit_it_goes_on_when_both_are_over(case: Case) -> None:
    """Suspended until Friday the 6th 12:00, and on hold only to the 5th: 13 office hours from Friday 14:00."""
    case.held(date(2026, 3, 5))
    suspend(case.session, case.book)
    why = explain(case.session, case.book, case.issue.number, at(NOW))
    assert why.duties[0].due_then == at("2026-03-10 11:00")
    case.night("2026-03-07 02:30")
    assert case.work.due_at == at("2026-03-10 11:00")


def test_an_extension_says_who_allowed_it_and_why(case: Case) -> None:
    case.asked(RequestKind.EXTENSION, date(2026, 3, 10)).approved()
    chinese, english = said(case)
    assert "## 办理：3月10日 周二 09:00 到期，" in chinese
    assert "- 经批准延期到 3月10日 周二 09:00（3月3日 周二 10:00 周敏 批准：等材料）。" in chinese
    assert "It was extended to Tue 10 Mar 09:00, allowed Tue 3 Mar 10:00 by 周敏: 等材料." in english
    assert "放假安排后来改过" not in chinese


def test_a_promise_and_a_call_up_are_said(case: Case) -> None:
    session, book, number = case.session, case.book, case.issue.number
    promises.promise(session, book, number, until=date(2026, 3, 6), by="W01", now=at(TUESDAY))
    calling.call_up(session, book, number, unit="works", reason="要断电", by="W01", now=at("2026-03-03 10:30"))
    chinese, english = said(case)
    assert "- 承诺 3月6日 周五 17:30 前办完；在那之前不催本人，向上报的照旧。" in chinese
    assert "吹过哨，办理的时限按吹哨的规定。" in chinese
    assert "- Promised by Fri 6 Mar 17:30; until then its holder is not reminded" in english
    assert "Another unit was called for help" in english
    case.night("2026-03-07 02:30")
    assert "承诺" not in said(case, "2026-03-07 09:00")[0]  # it was broken


def test_a_merged_issue_says_into_which(case: Case) -> None:
    session, book, number = case.session, case.book, case.issue.number
    other = reported(session, book, "2026-03-02 13:00").number
    side_exits.merge(session, book, number, into=other, reason="同一盏，问13812345678", by="S01", now=at(TUESDAY))
    why = explain(session, book, number, at(NOW))
    assert (why.standing, why.duties, why.light, why.since) == (Standing.MERGED, (), None, at(TUESDAY))
    chinese, english = said(case)
    assert f"- 3月3日 周二 10:00 由 周敏 并入 {other}：同一盏，问××××5678。" in chinese
    assert f"- Merged into {other} Tue 3 Mar 10:00 by 周敏: 同一盏" in english
    assert "13812345678" not in chinese + english


@pytest.mark.parametrize(("exit_", "zh", "en"), [("reject", "不予受理", "Rejected"), ("withdraw", "撤回", "Withdrawn")])
def test_a_rejected_or_withdrawn_issue_says_by_whom_and_why(
    session: Session, book: Rulebook, exit_: str, zh: str, en: str
) -> None:
    case = Case(session, book, reported(session, book, MONDAY)).assigned()
    getattr(side_exits, exit_)(session, book, case.issue.number, reason="不在县里", by="S01", now=at(TUESDAY))
    chinese, english = said(case)
    assert f"- 3月3日 周二 10:00 由 周敏 {zh}：不在县里。\n- 没有什么要办了。" in chinese
    assert f"- {en} Tue 3 Mar 10:00 by 周敏: 不在县里.\n- Nothing is owed any more." in english
    case.voided("2026-03-03 11:00")
    assert explain(session, book, case.issue.number, at(NOW)).ended is None


def test_withdrawn_after_it_was_struck_off_and_opened_again_it_ended_by_the_withdrawal(case: Case) -> None:
    case.done(TUESDAY).rated(Rating.SATISFIED, "2026-03-03 11:00").closed("2026-03-03 12:00")
    case.reopened("2026-03-04 10:00")
    side_exits.withdraw(case.session, case.book, case.issue.number, reason="好了", by="S01", now=at("2026-03-04 11:00"))
    why = explain(case.session, case.book, case.issue.number, at("2026-03-05 09:00"))
    assert (why.standing, why.since) == (Standing.WITHDRAWN, at("2026-03-04 11:00"))
    assert "撤回：好了。" in said(case, "2026-03-05 09:00")[0]
