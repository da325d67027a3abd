"""Prefect is the engine: without the night's deployment nothing escalates, whatever else runs."""

from datetime import datetime
from typing import Any

import pytest
from prefect.exceptions import ObjectNotFound

from deployments.engine import arrange
from tests.system.operator import System, until

pytestmark = pytest.mark.timeout(300)

WAITING_FOR_THE_NIGHT = """
    SELECT d.id, d.step FROM duties d JOIN escalation_policies p ON p.id = d.escalation_policy_id
    WHERE d.state = 'open' AND d.next_step_at <= :now AND NOT p.immediate ORDER BY d.id"""


def due(system: System, now: datetime) -> list[Any]:
    return system.ask(WAITING_FOR_THE_NIGHT, now=now)


def test_without_the_nights_deployment_due_steps_stay_where_they_are_until_it_is_brought_back(system: System) -> None:
    now = system.tonight()
    before = due(system, now)
    assert before
    system.hush()
    gone = system.client.read_deployment_by_name("nightly/nightly")
    system.client.delete_deployment(gone.id)
    with pytest.raises(ObjectNotFound):
        system.begin("nightly")
    watch = system.run("watch", now=now)
    assert watch.state is not None
    assert watch.state.is_completed(), watch.state.message
    assert due(system, now) == before
    assert system.written(now.date()) == {}

    arrange(system.settings, "Asia/Shanghai")
    back = system.client.read_deployment_by_name("nightly/nightly")
    assert [schedule.active for schedule in back.schedules] == [True]
    assert until(lambda: [run for run in system.runs("nightly") if run.auto_scheduled])
    (guard,) = system.client.read_automations_by_name("夜间没有完成就补跑")
    assert str(back.id) in guard.model_dump_json()
    assert str(gone.id) not in guard.model_dump_json()
    watched = system.client.read_deployment_by_name("watch/watch")
    assert [schedule.active for schedule in watched.schedules] == [False], "what was switched off stays off"

    system.run("nightly", now=now)
    assert due(system, now) == []
    assert set(system.written(now.date())) == system.units()
