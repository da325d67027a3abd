import csv
import io
import json
import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from deployments.commands import output
from deployments.commands.rows import LEDGER, whose
from models.database import engine
from models.queries import duties
from models.queries.duties import Wanted
from models.queries.rulebook import Rulebook, rulebook
from models.rules.escalation import light
from models.rules.records import Post, Reached
from models.tables.duties import Duty
from models.tables.people import Person, Posting
from models.vocabulary import Light, Role, TimeUnit
from tests.county import at
from tests.deployments.cli_world import Shell, run_night, small_county

NOW = ("--at", "2026-03-04 09:00")
FORMULA = '=HYPERLINK("x") 请打 0318-5551234'


@pytest.fixture(scope="module")
def url(server_url: str) -> str:
    return small_county(server_url, "wangge_cli_lists")


@pytest.fixture(scope="module")
def wangge(url: str) -> Shell:
    """Issues of all lights in two communities, and one on no grid."""
    shell = Shell({"WANGGE_DATABASE_URL": url})
    shell.report("2026-02-24 09:00")
    shell.report("2026-02-27 10:00", grid="east-2", by="W02")
    shell.report("2026-02-27 11:00", grid=None)
    shell.report("2026-02-27 12:00", "--severity", "紧急", grid="west-1", by="W03")
    run_night(url, "2026-02-28 02:30")
    shell.report("2026-02-28 16:00")
    run_night(url, "2026-03-04 02:30")
    about = ("--category", "noise", "--grid", "west-1", "--by", "W03", "--at", "2026-03-04 08:40")
    shell.fine("issue", "report", FORMULA, *about)
    return shell


def owed(wangge: Shell, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = wangge("duties", *words, *NOW, "--json").data
    return found


def test_duties_of_a_person_are_those_of_their_posts(wangge: Shell) -> None:
    assert {(each["number"], each["duty"]) for each in owed(wangge, "--person", "W01")} == {
        ("东街-2026-0001", "sign"),
        ("东街-2026-0001", "act"),
        ("东街-2026-0003", "sign"),
        ("东街-2026-0003", "act"),
    }
    assert {each["answers_now"] for each in owed(wangge, "--person", "W01")} == {"李青"}


def test_duties_of_a_vacant_post_are_those_of_who_answers_above(url: str, wangge: Shell) -> None:
    with Session(engine(url)) as session, session.begin():
        held = select(Posting.id).join(Person, Person.id == Posting.person_id).where(Person.code == "W02")
        posting = session.get_one(Posting, session.scalars(held).one())
        session.execute(update(Posting).where(Posting.id == posting.id).values(until_on=at("2026-03-04 00:00").date()))
    found = owed(wangge, "--person", "S01")
    assert {(each["number"], each["holder_post"], each["answers_now"]) for each in found} == {
        ("东街-2026-0002", "东街第2网格专职网格员", "周敏")
    }


def test_it_is_said_when_somebody_stands_in_and_when_nobody_does() -> None:
    worker, secretary = Post("东街第2网格", Role.GRID_WORKER), Post("东街", Role.FIRST_SECRETARY)
    assert whose(Reached(worker, "王芳", worker)) == "东街第2网格专职网格员 王芳"
    assert (
        whose(Reached(worker, "周敏", secretary, (worker,))) == "东街第2网格专职网格员（空缺，由东街第一书记 周敏 代）"
    )
    assert whose(Reached(worker, None, worker, (worker, secretary))) == "东街第2网格专职网格员（空缺，没有人）"
    assert whose(None) == "还没有派"


def test_duties_in_a_unit_are_those_below_it_too(wangge: Shell) -> None:
    assert {each["number"][:2] for each in owed(wangge, "--unit", "西街")} == {"西街"}
    assert {each["number"][:2] for each in owed(wangge, "--unit", "works")} == {"东街", "西街"}
    everything = owed(wangge)
    assert owed(wangge, "--unit", "河县") == everything
    assert [each["due_at"] for each in everything] == sorted(each["due_at"] for each in everything)


@pytest.mark.parametrize("lamp", list(Light))
def test_lights_are_those_of_the_rule(url: str, wangge: Shell, lamp: Light) -> None:
    moment = at("2026-03-04 09:00")
    with Session(engine(url)) as session:
        book = rulebook(session, None)
        told = duties.owed(session, book, Wanted(light=lamp), moment)
        every = session.scalars(select(Duty).where(Duty.ended_at.is_(None))).all()
    by_rule = [duty for duty in every if light(duty.due_at, tuple(duty.steps_at), moment) is lamp]
    assert len(told) == len(by_rule) > 0
    assert [each["number"] for each in owed(wangge, "--light", lamp)] == [each.number for each in told]


def test_a_light_may_be_named_as_people_call_it(wangge: Shell) -> None:
    assert owed(wangge, "--light", "红灯") == owed(wangge, "--light", "red")


def test_a_list_cut_short_says_so(wangge: Shell) -> None:
    total = len(owed(wangge))
    assert f"共 {total} 项，只列了最先到期的 1 项" in wangge.fine("duties", "--limit", "1", *NOW)
    assert "只列了最新的 1 件" in wangge.fine("issue", "list", "--limit", "1", *NOW)
    assert "只列了" not in wangge.fine("duties", "--limit", "0", *NOW)


def test_issues_are_listed_by_unit_stage_and_light(wangge: Shell) -> None:
    def numbers(*words: str) -> list[str]:
        return [each["number"] for each in wangge("issue", "list", *words, "--json", *NOW).data]

    east = ["东街-2026-0001", "东街-2026-0002", "东街-2026-0003"]
    assert numbers() == ["西街-2026-0002", east[2], "西街-2026-0001", "河县-2026-0001", east[1], east[0]]
    assert numbers("--unit", "东街") == east[::-1]
    assert numbers("--stage", "办事") == []
    assert numbers("--light", "绿灯") == ["西街-2026-0002"]
    assert "没有这样的事项" in wangge.fine("issue", "list", "--stage", "acting", *NOW)


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("locale", ["zh_CN", "en"])
@pytest.mark.parametrize(
    "words", ["duties", "issue list", "issue show 东街-2026-1", "ledger", "nightly --dry-run", "person list"]
)
def test_a_table_fits_its_width_and_breaks_neither_numbers_nor_instants(
    wangge: Shell, words: str, locale: str, width: int
) -> None:
    at = () if words.startswith("person") else NOW
    wide = Shell(wangge.environment | {"COLUMNS": "400", "WANGGE_LOCALE": locale}).fine(*words.split(), *at)
    narrow = Shell(wangge.environment | {"COLUMNS": str(width), "WANGGE_LOCALE": locale}).fine(*words.split(), *at)
    for line in narrow.splitlines()[:-1]:
        assert sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line.rstrip()) <= width
    whole = re.compile(r"\w+-\d{4}-\d{4}|\d\d:\d\d")
    assert sorted(whole.findall(narrow)) == sorted(whole.findall(wide))


def test_a_piped_table_is_as_wide_as_what_it_says_without_columns_told(wangge: Shell) -> None:
    told = wangge.fine("issue", "list", *NOW).splitlines()
    assert len([line for line in told if re.match(r"\S+-2026-", line)]) == len(told) - 4  # a line each


def test_the_ledger_as_json_has_every_column_of_every_issue(wangge: Shell) -> None:
    rows = wangge("ledger", "--with-summary", "--format", "json", *NOW).data
    assert [tuple(row) for row in rows] == [LEDGER] * 6
    first = rows[0]
    assert (first["number"], first["community"], first["grid"]) == ("东街-2026-0001", "东街", "东街第1网格")
    assert (first["stage"], first["light"], first["duty"]) == ("raised", "red", "sign")
    assert (first["due_at"], first["steps_fired"]) == ("2026-02-28T10:30:00+08:00", 4)
    assert (first["holder_post"], first["answers_now"]) == ("东街第1网格专职网格员", "李青")
    assert first["happened_at"] == first["recorded_at"] == "2026-02-24T09:00:00+08:00"
    assert (first["signed_at"], first["closed_at"], first["rating"], first["reopenings"]) == (None, None, None, 0)
    unowned = rows[2]
    assert (unowned["community"], unowned["grid"], unowned["duty"]) == ("河县", None, "dispatch")
    assert unowned["answers_now"] == "郑岩"


def test_the_ledger_as_csv_parses_back_to_the_same(wangge: Shell, tmp_path: Path) -> None:
    rows = wangge("ledger", "--with-summary", "--json", *NOW).data
    text = wangge.fine("ledger", "--with-summary", "--format", "csv", *NOW)
    assert (
        wangge.fine("ledger", "--with-summary", "--out", str(tmp_path / "台账.csv"), *NOW)
        == f"已写入 6 件：{tmp_path / '台账.csv'}\n"
    )
    assert (tmp_path / "台账.csv").read_text(encoding="utf-8-sig") == text
    assert [path.name for path in tmp_path.iterdir()] == ["台账.csv"]
    read = list(csv.DictReader(io.StringIO(text)))
    expected = [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]
    expected[-1]["summary"] = "'" + expected[-1]["summary"]
    assert read == expected
    for name in ("happened_at", "due_at", "recorded_at"):
        assert all(datetime.fromisoformat(row[name]).astimezone(UTC) for row in read)
        assert all(row[name].endswith("+08:00") for row in read)


def test_the_ledger_goes_into_a_file_of_any_form(wangge: Shell, tmp_path: Path) -> None:
    wangge.fine("ledger", "--out", str(tmp_path / "l.json"), *NOW)
    assert json.loads((tmp_path / "l.json").read_text(encoding="utf-8")) == wangge("ledger", "--json", *NOW).data
    wangge.fine("ledger", "--format", "table", "--out", str(tmp_path / "l.txt"), *NOW)
    assert "东街-2026-0001" in (tmp_path / "l.txt").read_text(encoding="utf-8")
    sentence = wangge.refused("ledger", "--out", "/nowhere/l.csv", *NOW, code=3)
    assert sentence == "文件 /nowhere/l.csv 读写不了：No such file or directory。"


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_the_ledger_goes_out_without_what_residents_said_unless_asked(wangge: Shell, form: str) -> None:
    assert "楼道灯不亮" not in wangge.fine("ledger", "--format", form, *NOW)
    assert "楼道灯" in wangge.fine("ledger", "--with-summary", "--format", form, *NOW)


def test_what_residents_say_becomes_neither_formula_nor_a_way_to_trace_them(wangge: Shell) -> None:
    assert "'=HYPERLINK" in wangge.fine("ledger", "--with-summary", "--format", "csv", *NOW)
    for words in (
        ("ledger", "--with-summary", "--json"),
        ("issue", "list"),
        ("issue", "show", "西街-2026-2"),
        ("duties", "--json"),
    ):
        shown = wangge.fine(*words, *NOW)
        assert "5551234" not in shown
        assert "号码略" in shown
    why = wangge.fine("why", "西街-2026-2", *NOW)
    assert "5551234" not in why
    assert "5551234" not in wangge.fine("why", "西街-2026-2", "--json", *NOW)


def test_why_is_told_in_plain_words_and_as_data(wangge: Shell) -> None:
    told = wangge.fine("why", "东街-2026-1", *NOW)
    assert told.startswith("# 东街-2026-0001 楼道灯不亮\n")
    data = wangge("why", "东街-2026-1", "--json", *NOW).data
    assert (data["standing"], data["light"]) == ("unsigned", "red")
    assert data["duties"][0]["due_at"] == "2026-02-28T10:30:00+08:00"


@pytest.mark.parametrize(
    ("due_at", "unit", "cell", "line"),
    [
        (
            *("2026-03-06 10:00", TimeUnit.WORKING_DAYS),
            *("3月6日 周五 10:00\n还剩 2 个工作日", "3月6日 周五 10:00 到期，还剩 2 个工作日 1 小时"),
        ),
        (
            *("2026-03-04 08:30", TimeUnit.WORKING_HOURS),
            *("3月4日 周三 08:30\n超期 30 分钟", "3月4日 周三 08:30 到期，已超期 30 分钟（上班时间）"),
        ),
        (
            "2026-03-07 09:00",
            TimeUnit.NATURAL_DAYS,
            "3月7日 周六 09:00\n还剩 3 天",
            "3月7日 周六 09:00 到期，还剩 3 天",
        ),
    ],
)
def test_what_is_left_is_told_in_the_time_the_limit_is_counted_in(
    book: Rulebook, due_at: str, unit: TimeUnit, cell: str, line: str
) -> None:
    now = at("2026-03-04 09:00")
    assert output.due(book.calendar, at(due_at), now, unit, cell=True) == cell
    assert output.due(book.calendar, at(due_at), now, unit) == line


def test_before_the_office_opens_the_hour_alone_is_told(book: Rulebook) -> None:
    asked = (book.calendar, at("2026-03-04 08:30"), at("2026-03-04 03:00"), TimeUnit.WORKING_DAYS)
    assert output.due(*asked, cell=True) == "3月4日 周三 08:30"
    assert output.due(*asked) == "3月4日 周三 08:30 到期"
