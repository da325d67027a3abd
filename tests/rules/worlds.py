"""Random offices for property tests: around clock changes and holidays, with seasons, for the rule and for the walk."""

from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from models.rules.office import Office, Season
from models.rules.worktime import WorkCalendar
from models.vocabulary import Counting
from tests.rules.calendars import NEW_YORK, SHANGHAI, days
from tests.rules.oracles import working_time as walk

# Days around which things happen: both clock changes of New York, a week worked through and a long holiday of China.
TURNS = {
    NEW_YORK: (date(2026, 3, 8), date(2026, 11, 1)),
    SHANGHAI: (date(2026, 2, 14), date(2026, 10, 1)),
}
BEFORE_OPENING = (Counting.AS_IS, Counting.NEXT_OPENING)


@dataclass(frozen=True)
class World:
    """The same office twice: as the rule has it and as the walk has it; and a start to count from.

    ``turn`` is the midnight of the day around which things happen.
    """

    rule: WorkCalendar
    walked: walk.Office
    start: datetime
    turn: datetime


@st.composite
def windows(draw: st.DrawFn) -> tuple[tuple[time, time], ...]:
    marks = draw(st.lists(st.integers(0, 24 * 60 - 1), min_size=2, max_size=6, unique=True).map(sorted))
    clocks = [time(mark // 60, mark % 60) for mark in marks[: len(marks) // 2 * 2]]
    return tuple(zip(clocks[::2], clocks[1::2], strict=True))


@st.composite
def seasons(draw: st.DrawFn, turn: date) -> tuple[Season, ...]:
    """One season or two, which begin and end in the days around the turn or run over new year."""
    near = st.integers(-10, 25).map(lambda n: turn + timedelta(days=n)).map(lambda day: (day.month, day.day))
    marks = draw(st.lists(near, min_size=2, max_size=4, unique=True).map(sorted))
    spans = list(zip(marks[::2], marks[1::2], strict=False))
    if len(spans) == 1 and draw(st.booleans()):
        spans = [spans[0][::-1]]
    return tuple(Season(first, last, draw(windows())) for first, last in spans)


def starts(turn: datetime) -> st.SearchStrategy[datetime]:
    """Times in the days around a turn, many in the small hours, in which clocks are changed."""
    clocks = st.one_of(st.integers(0, 24 * 60 - 1), st.integers(0, 200))
    return st.builds(lambda day, minute: turn + timedelta(days=day, minutes=minute), st.integers(-5, 3), clocks)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    zone = draw(st.sampled_from(sorted(TURNS, key=str)))
    turn = draw(st.sampled_from(TURNS[zone]))
    span = days(turn - timedelta(days=12), turn + timedelta(days=draw(st.integers(4, 30))))
    pattern = draw(st.one_of(st.just(None), st.integers(1, 2 ** len(span) - 1)))
    worked = {d for n, d in enumerate(span) if (d.weekday() < 5 if pattern is None else pattern >> n & 1)}
    before, after, off = (draw(st.sampled_from(kinds)) for kinds in (BEFORE_OPENING, list(Counting), list(Counting)))
    hours, seasonal = draw(windows()), draw(st.one_of(st.just(()), seasons(turn)))
    midnight = datetime.combine(turn, time(), zone).astimezone(UTC)
    return World(
        WorkCalendar.of(
            Office(zone, hours, before, after, off, seasonal), [(day, day in worked, True) for day in span]
        ),
        walk.Office(zone, hours, frozenset(worked), span[-1], before, after, off, tuple(map(astuple, seasonal))),
        draw(starts(midnight)),
        midnight,
    )
