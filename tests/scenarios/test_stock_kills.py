"""A take-over killed at any instant leaves nothing; run again to the end, it leaves what an undisturbed one leaves."""

import os
from collections import Counter
from datetime import date, timedelta
from functools import partial
from random import Random

from sqlalchemy import func, make_url, select, text

from models.actions.closing import close_as_recorded
from models.actions.stock import take_over_stock
from models.database import engine, transaction
from models.queries.rulebook import rulebook
from models.rules.stock import Closing
from models.tables.events import Event
from models.tables.issues import Issue
from models.vocabulary import Stage
from tests import conftest
from tests.county import COUNTY, load_small_county
from tests.models import stocks
from tests.scenarios import killing
from tests.scenarios.county_life import night_and_morning, on
from tests.scenarios.killing import Struck
from tests.scenarios.rows import differences, rows
from tests.scenarios.test_kills import SLOWLY

DAY, KILLS, ROWS = date(2026, 3, 9), 5, 250
NOW = on(DAY, 9)


def take_over(url: str) -> None:
    """Bring a stock in, then close what its source has closed since: each in a transaction of its own."""
    dice = Random(7)
    rows = [stocks.row(dice, number, NOW) for number in range(ROWS)]
    with transaction(url) as session:
        book = rulebook(session, COUNTY)
        take_over_stock(session, book, rows, live_at=on(DAY, 0), by="C01", now=NOW)
    with transaction(url) as session:
        book = rulebook(session, COUNTY)
        under_way = session.scalars(select(Issue.number).where(Issue.stage == Stage.ACTING).order_by(Issue.number))
        closings = [Closing(number, NOW + timedelta(minutes=1)) for number in under_way.all()[::2]]
        if session.scalar(select(func.max(Event.recorded_at))) == NOW:  # not yet done
            close_as_recorded(session, book, closings, by="C01", now=NOW + timedelta(minutes=2))


def whole(url: str) -> tuple[int, int]:
    """How many issues are there, and how many of them lack an event or a duty."""
    with engine(url).connect() as connection:
        torn = """
            SELECT count(*) FROM issues i WHERE NOT EXISTS (SELECT FROM events e WHERE e.issue_id = i.id)
            OR NOT EXISTS (SELECT FROM duties d WHERE d.issue_id = i.id)
        """
        found = connection.scalar(text("SELECT count(*) FROM issues")), connection.scalar(text(torn))
    return int(found[0] or 0), int(found[1] or 0)


def test_a_take_over_killed_and_run_again_leaves_what_an_undisturbed_one_leaves(server_url: str) -> None:
    killed, dice, struck = conftest.fresh_database(server_url, "wangge_stock_killed"), Random(3), Counter[Struck]()
    with transaction(killed) as session:
        load_small_county(session)
    engine(killed).dispose()
    original = make_url(killed).database
    conftest.MADE.append(f"{original}_twin")
    with engine(server_url).connect().execution_options(isolation_level="AUTOCOMMIT") as observer:
        observer.execute(text(f'CREATE DATABASE "{original}_twin" TEMPLATE "{original}"'))
        twin = make_url(killed).set(database=f"{original}_twin").render_as_string(hide_password=False)
        with transaction(killed) as session:
            session.execute(text(SLOWLY))
        for n in range(KILLS):
            with killing.child(killed, f"killed-stock-{n}-{os.getpid()}", take_over) as victim:
                struck[killing.strike_while_writing(observer, victim, dice.uniform(0, 0.2))] += 1
            count, torn = whole(killed)
            assert (count in {0, ROWS}, torn) == (True, 0)
    for job in (take_over, take_over, partial(night_and_morning, day=DAY + timedelta(days=1), only_undone=False)):
        job(killed)
        job(twin)
    assert struck[Struck.WRITING] >= KILLS // 2
    with transaction(twin) as one, transaction(killed) as other:
        assert differences(rows(one), rows(other)) == {}
        assert len(one.scalars(select(Issue.id)).all()) == ROWS
