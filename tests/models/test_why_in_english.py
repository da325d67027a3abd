"""The explanation of six cases, word for word, in English; in Chinese in test_why.py."""
# ruff: noqa: E501 -- the texts stand as they are told

from sqlalchemy.orm import Session

from models.queries.rulebook import Rulebook
from tests.models import why_cases
from tests.models.why_cases import told


def test_a_report_after_close_counts_from_the_next_opening(session: Session, book: Rulebook) -> None:
    issue = why_cases.after_close(session, book)
    assert told(session, book, issue, "2026-11-21 09:00", "en") == AFTER_CLOSE


def test_the_holiday_is_left_out_and_the_saturday_worked_for_it_is_counted(session: Session, book: Rulebook) -> None:
    issue = why_cases.over_national_day(session, book)
    assert told(session, book, issue, "2026-10-10 10:00", "en") == OVER_NATIONAL_DAY


def test_a_vacant_post_is_passed_over_and_said_so(session: Session, book: Rulebook) -> None:
    issue = why_cases.past_a_vacancy(session, book)
    assert told(session, book, issue, "2026-11-23 09:40", "en") == PAST_A_VACANCY


def test_an_urgent_issue_runs_day_and_night(session: Session, book: Rulebook) -> None:
    issue = why_cases.day_and_night(session, book)
    assert told(session, book, issue, "2026-11-22 12:15", "en") == DAY_AND_NIGHT


def test_an_issue_on_no_grid_has_somebody_who_minds_it(session: Session, book: Rulebook) -> None:
    issue = why_cases.on_no_grid(session, book)
    assert told(session, book, issue, "2026-11-20 15:00", "en") == ON_NO_GRID


def test_a_closed_issue_says_how_long_it_took_and_whether_in_time(session: Session, book: Rulebook) -> None:
    issue = why_cases.struck_off(session, book)
    assert told(session, book, issue, "2026-11-09 09:00", "en") == STRUCK_OFF


def test_a_reopened_issue_has_a_new_clock_and_its_first_closure_counts_as_failed(
    session: Session, book: Rulebook
) -> None:
    issue = why_cases.reopened(session, book)
    assert told(session, book, issue, "2026-11-11 09:00", "en") == REOPENED


AFTER_CLOSE = """\
# 东街-2026-0001 楼道灯不亮

路灯照明, ordinary, 东街第1网格. Reported Fri 20 Nov 18:05; now waiting for a signature, green light.

## Whose it is

李青, grid worker of 东街第1网格: assigned Sat 21 Nov 02:00, not signed for yet.

## Signing: due Mon 23 Nov 10:30, 2 hours of office time left

- The limit is 2 working hours, counted from Mon 23 Nov 08:30, when the office opened: Sat 21 Nov 02:00 was a day off.
- Days off don't count: 21–22 Nov.
- Green light. By the rules of version 2026-02.1.

If it isn't signed for by then, next:

1. Mon 23 Nov 10:00: remind 李青, grid worker of 东街第1网格.
2. Mon 23 Nov 10:30: remind 李青, grid worker of 东街第1网格; tell 周敏, first secretary of 东街.
3. Mon 23 Nov 16:30: 周敏, first secretary of 东街, supervises.
4. Tue 24 Nov 10:30: 孙立, committee secretary of 社区党工委, supervises.

Looked at every ten minutes, recorded and told at once.

## Handling: due Thu 26 Nov 08:30, 3 working days left

- The limit is 3 working days, counted from Mon 23 Nov 08:30, when the office opened: Fri 20 Nov 18:05 was after closing.
- Days off don't count: 21–22 Nov.
- Green light. By the rules of version 2026-02.1.

If it isn't done by then, next:

1. Wed 25 Nov 10:15: remind 李青, grid worker of 东街第1网格.
2. Thu 26 Nov 08:30: remind 李青, grid worker of 东街第1网格; tell 周敏, first secretary of 东街.
3. Fri 27 Nov 08:30: 周敏, first secretary of 东街, supervises.
4. Tue 1 Dec 08:30: 孙立, committee secretary of 社区党工委, supervises.
5. Thu 3 Dec 08:30: 郑岩, county command of 河县, supervises.

Recorded in the night, told the next morning.

Named above is whoever would be reached now: the holder of the post, whoever stands in while they are away, or, where there is nobody, one tier up.
"""

OVER_NATIONAL_DAY = """\
# 东街-2026-0001 楼道灯不亮

下水道, ordinary, 东街第1网格. Reported Tue 29 Sep 15:20; now being handled, green light.

## Whose it is

李青, grid worker of 东街第1网格, since Wed 30 Sep 09:10.

## Handling: due Wed 14 Oct 15:20, 3 working days 3 hours 20 minutes left

- The limit is 7 working days, counted from Tue 29 Sep 15:20.
- Days off don't count: 1–7 Oct, 11 Oct.
- Worked in exchange for a holiday, so counted: Sat 10 Oct.
- Green light. By the rules of version 2026-02.1.

If it isn't done by then, next:

1. Mon 12 Oct 17:05: remind 李青, grid worker of 东街第1网格.
2. Wed 14 Oct 15:20: remind 李青, grid worker of 东街第1网格; tell 周敏, first secretary of 东街.
3. Thu 15 Oct 15:20: 周敏, first secretary of 东街, supervises.
4. Mon 19 Oct 15:20: 孙立, committee secretary of 社区党工委, supervises.
5. Wed 21 Oct 15:20: 郑岩, county command of 河县, supervises.

Recorded in the night, told the next morning.

Named above is whoever would be reached now: the holder of the post, whoever stands in while they are away, or, where there is nobody, one tier up.
"""

PAST_A_VACANCY = """\
# 东街-2026-0001 楼道灯不亮

路灯照明, ordinary, 东街第1网格. Reported Mon 16 Nov 10:00; now being handled, red light.

## Whose it is

李青, grid worker of 东街第1网格, since Tue 17 Nov 09:10.

## Handling: due Thu 19 Nov 10:00, 1 working day 6 hours 40 minutes overdue

- The limit is 3 working days, counted from Mon 16 Nov 10:00.
- Red light. By the rules of version 2026-02.1.

3 steps taken so far:

1. Due Wed 18 Nov 11:45, recorded Thu 19 Nov 02:00.
   - remind 李青, grid worker of 东街第1网格, sent Thu 19 Nov 08:00.
2. Due Thu 19 Nov 10:00, recorded Fri 20 Nov 02:00.
   - remind 李青, grid worker of 东街第1网格, sent Fri 20 Nov 08:00.
   - tell 孙立, committee secretary of 社区党工委 (instead of the vacant first secretary of 东街), sent Fri 20 Nov 08:00.
3. Due Fri 20 Nov 10:00, recorded Sat 21 Nov 02:00.
   - 孙立, committee secretary of 社区党工委 (instead of the vacant first secretary of 东街), supervises, sent Sat 21 Nov 08:00.

If it still isn't done, next:

4. Tue 24 Nov 10:00: 孙立, committee secretary of 社区党工委, supervises.
5. Thu 26 Nov 10:00: 郑岩, county command of 河县, supervises.

Recorded in the night, told the next morning.

Named above is whoever would be reached now: the holder of the post, whoever stands in while they are away, or, where there is nobody, one tier up.
"""

DAY_AND_NIGHT = """\
# 东街-2026-0001 楼道灯不亮

供水供气供暖, urgent, 东街第1网格. Reported Sat 21 Nov 21:40; now being handled, yellow light.

## Whose it is

李青, grid worker of 东街第1网格, since Sat 21 Nov 22:05.

## Handling: due Sun 22 Nov 21:40, 9 hours 25 minutes left

- The limit is 24 hours (day and night), counted from Sat 21 Nov 21:40.
- Yellow light. By the rules of version 2026-02.1.

1 step taken so far:

1. Due Sun 22 Nov 09:40, recorded Sun 22 Nov 09:50.
   - remind 李青, grid worker of 东街第1网格, sent Sun 22 Nov 09:51.
   - tell 周敏, first secretary of 东街, sent Sun 22 Nov 09:51.

If it isn't done by then, next:

2. Sun 22 Nov 21:40: remind 李青, grid worker of 东街第1网格; 周敏, first secretary of 东街, supervises.
3. Sun 22 Nov 23:40: 孙立, committee secretary of 社区党工委, supervises.
4. Mon 23 Nov 01:40: 郑岩, county command of 河县, supervises.

Looked at every ten minutes, recorded and told at once.

Named above is whoever would be reached now: the holder of the post, whoever stands in while they are away, or, where there is nobody, one tier up.
"""

ON_NO_GRID = """\
# 河县-2026-0001 楼道灯不亮

路灯照明, ordinary, on no grid. Reported Fri 20 Nov 09:30; now nobody's yet, green light.

## Whose it is

It lies on no grid and nobody handles it yet. 郑岩, county command of 河县, has minded it since Fri 20 Nov 09:30 and must find its grid first.

## Dispatching: due Mon 23 Nov 09:30, 3 hours 30 minutes of office time left

- The limit is 1 working day, counted from Fri 20 Nov 09:30.
- Days off don't count: 21–22 Nov.
- Green light. By the rules of version 2026-02.1.

If it isn't given to a grid by then, next:

1. Fri 20 Nov 16:45: remind 郑岩, county command of 河县.
2. Mon 23 Nov 09:30: remind 郑岩, county command of 河县.
3. Tue 24 Nov 09:30: 郑岩, county command of 河县, supervises.

Recorded in the night, told the next morning.

## Handling: due Wed 25 Nov 09:30, 2 working days 3 hours 30 minutes left

- The limit is 3 working days, counted from Fri 20 Nov 09:30.
- Days off don't count: 21–22 Nov.
- Green light. By the rules of version 2026-02.1.

If it isn't done by then, next:

1. Tue 24 Nov 11:15: remind 郑岩, county command of 河县.
2. Wed 25 Nov 09:30: remind 郑岩, county command of 河县.
3. Thu 26 Nov 09:30: 郑岩, county command of 河县, supervises.
4. Mon 30 Nov 09:30: 郑岩, county command of 河县, supervises.
5. Wed 2 Dec 09:30: 郑岩, county command of 河县, supervises.

Recorded in the night, told the next morning.

Named above is whoever would be reached now: the holder of the post, whoever stands in while they are away, or, where there is nobody, one tier up.
"""

STRUCK_OFF = """\
# 东街-2026-0001 楼道灯不亮

路灯照明, ordinary, 东街第1网格. Reported Mon 2 Nov 09:00; now struck off.

## How it ended

- Verified and struck off Fri 6 Nov 11:30 by 周敏.
- The work was due Thu 5 Nov 09:00 and done Wed 4 Nov 16:00: in time.
- From the report to being struck off it took 4 working days 2 hours 30 minutes.
- Nobody had to be reminded of the work.
"""

REOPENED = """\
# 东街-2026-0001 楼道灯不亮

路灯照明, ordinary, 东街第1网格. Reported Mon 2 Nov 09:00; now being handled, green light.

It was struck off Fri 6 Nov 11:30, the work then done in time. Tue 10 Nov 15:00 周敏 opened it again: 灯又不亮了. The earlier closure counts as failed; the clock started anew when it was opened again.

## Whose it is

李青, grid worker of 东街第1网格, since Tue 10 Nov 15:00.

## Handling: due Fri 13 Nov 15:00, 2 working days 4 hours left

- The limit is 3 working days, counted from Tue 10 Nov 15:00.
- Green light. By the rules of version 2026-02.1.

If it isn't done by then, next:

1. Thu 12 Nov 16:45: remind 李青, grid worker of 东街第1网格.
2. Fri 13 Nov 15:00: remind 李青, grid worker of 东街第1网格; tell 周敏, first secretary of 东街.
3. Mon 16 Nov 15:00: 周敏, first secretary of 东街, supervises.
4. Wed 18 Nov 15:00: 孙立, committee secretary of 社区党工委, supervises.
5. Fri 20 Nov 15:00: 郑岩, county command of 河县, supervises.

Recorded in the night, told the next morning.

Named above is whoever would be reached now: the holder of the post, whoever stands in while they are away, or, where there is nobody, one tier up.
"""
