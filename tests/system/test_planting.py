"""People come into the system by every way there is; what becomes of it is looked at once the days have gone by."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.county import ZONE
from tests.system.markers import ID_NUMBER, MARKERS, NAMES, PHONES, SAID, WRITTEN, at_the_desk
from tests.system.operator import System

pytestmark = pytest.mark.timeout(300)

INTAKE = "来源编号,提出时间,网格,类别,轻重,内容,来源,上报人编号,报事人姓名,报事人电话"
HOUSEHOLDS = "external_id,grid,building,staircase,room,name,phone,id_number"
CODE = "13579246"


def ago(minutes: int) -> str:
    return (datetime.now(ZONE) - timedelta(minutes=minutes)).isoformat()


def ahead(days: int) -> str:
    return (datetime.now(ZONE) + timedelta(days=days)).date().isoformat()


def written(system: System, name: str, *lines: str) -> Path:
    file = system.home / "inbox" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("\n".join(lines), encoding="utf-8-sig")
    os.utime(file, (file.stat().st_mtime - 60,) * 2)
    return file


def test_people_come_in_by_every_way(system: System) -> None:
    wangge = at_the_desk(system)
    wangge.fine("person", "code", "S001", "--code", CODE)
    note = WRITTEN.format(name=NAMES[0])
    about = ("--category", "下水道", "--grid", "帝奥第1网格", "--by", "K001")
    said = SAID.format(name=NAMES[0], phone=PHONES[0])
    who = ("--reporter-name", NAMES[0], "--reporter-phone", PHONES[0])
    reported = wangge("issue", "report", said, *about, *who, "--happened", ago(60), "--json")
    assert not [marker for marker in MARKERS if marker in reported.out]
    number = reported.data["number"]
    wangge.fine("issue", "sign", number, "--by", "S001", "--happened", ago(30))
    wangge.fine("issue", "act", number, "--by", "S001", "--note", note)
    wangge.fine("issue", "done", number, "--by", "S001", "--evidence", note)
    wangge.fine("issue", "evaluate", number, "--by", "S001", "--rating", "不满意", "--note", note)
    wangge.fine("issue", "ask", "hold", number, "--by", "S001", "--until", ahead(10), "--reason", note)
    away = ("--from", ahead(100), "--until", ahead(101), "--reason", WRITTEN.format(name="居民"))
    wangge.fine("person", "absent", "S001", "--by", "S001", *away)


def test_a_file_of_reports_names_them(system: System) -> None:
    raised = (datetime.now(ZONE) - timedelta(hours=26)).strftime("%Y-%m-%d %H:%M")
    said = SAID.format(name=NAMES[1], phone=PHONES[1])
    row = f"{raised},帝奥第1网格,安全隐患,紧急,{said},热线,K001,{NAMES[1]},{PHONES[1]}"
    written(system, "甲.csv", INTAKE, f"M-1,{row}", f"M-2,{row.replace('帝奥第1网格', '月亮第1网格')}")
    taken = system.run("intake")
    assert taken.state is not None
    assert taken.state.message == "1 个文件：收入 1 件，此前已收 0 件，退回 1 行"


def test_a_register_of_households_names_them(system: System) -> None:
    wangge = at_the_desk(system)
    person = f"{NAMES[2]},{PHONES[2]},{ID_NUMBER}"
    where = "帝奥第1网格,99号楼,9单元,901"
    file = written(system, "户.csv", HOUSEHOLDS, f"M-1,{where},{person}", f"M-2,月亮第1网格,1,1,1,{person}")
    assert wangge("import", "households", str(file), "--by", "X001").code == 3
    file.unlink()
    asked = ("--by", "S001", "--code", CODE, "--reason", WRITTEN.format(name=NAMES[2]))
    found = wangge("resident", "find", "--phone", PHONES[2], "--reveal", *asked, "--json").data
    assert [(each["name"], each["id_number"]) for each in found] == [(NAMES[2], ID_NUMBER)]
