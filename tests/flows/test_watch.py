"""The watch: it climbs what cannot wait for the night, tells it at once, and leaves the rest to the night."""

from datetime import timedelta

from flows.forms import WatchForm
from flows.watch import watch
from models.vocabulary import Severity
from tests.county import at
from tests.flows.conftest import RunFlow, Town

STEPS = "SELECT d.kind, d.step FROM duties d JOIN issues i ON i.id = d.issue_id WHERE i.id = :issue ORDER BY d.kind"


def test_an_urgent_issue_nobody_signs_for_climbs_and_is_told_at_once(town: Town, run: RunFlow) -> None:
    urgent = town.reported("2026-03-02 22:00", severity=Severity.URGENT)
    end = run(watch, WatchForm(now=at("2026-03-03 01:00")))
    assert end.is_completed()
    assert dict(town.ask(STEPS, issue=urgent.id))["sign"] > 0
    messages = town.ask("SELECT kind, not_before FROM messages")
    assert ("urgent", at("2026-03-03 01:00")) in messages, "through the quiet hours"
    (steps,) = town.ask("SELECT count(*) FROM events WHERE action = 'step'")
    assert end.message == f"紧急时限：{steps} 步已记录，{len(messages)} 条消息"


def test_what_can_wait_is_left_to_the_night(town: Town, run: RunFlow) -> None:
    town.reported("2026-03-02 09:00")
    end = run(watch, WatchForm(now=at("2026-03-20 01:00")))
    assert end.message == "紧急时限：0 步已记录，0 条消息"
    assert town.ask("SELECT count(*) FROM duties WHERE next_step_at < :now", now=at("2026-03-20 01:00")) == [1]


def test_run_again_it_tells_nothing_twice(town: Town, run: RunFlow) -> None:
    town.reported("2026-03-02 22:00", severity=Severity.URGENT)
    now = at("2026-03-03 01:00")
    run(watch, WatchForm(now=now))
    again = run(watch, WatchForm(now=now + timedelta(minutes=10)))
    assert again.message == "紧急时限：0 步已记录，0 条消息"


def test_what_our_own_rules_refuse_is_said_in_a_sentence(town: Town, run: RunFlow) -> None:
    town.reported("2026-03-02 22:00")
    end = run(watch, WatchForm(now=at("2026-03-01 01:00")))
    assert end.is_failed()
    assert end.message is not None
    assert end.message.startswith("账上已经记到 2026-03-02 14:00:00+00:00，不能再按更早的")
