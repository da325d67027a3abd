"""The command as processes: exit codes, one sentence on stderr and never a traceback, and what is not imported."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.conftest import fresh_database
from tests.deployments.cli_world import Shell, small_county

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
CASEWORK = (
    "issue list",
    "issue show 东街-2026-1",
    "issue sign 东街-2026-1 --by W01",
    "duties",
    "why 东街-2026-1",
    "ledger",
)
COMMANDS = (
    *("up", "duties", "why", "nightly", "ledger", "doctor", "pack check", "pack load"),
    *("calendar show", "calendar import"),
    *("audit run", "audit list", "audit acknowledge"),
    *(f"issue {name}" for name in ("report", "assign", "sign", "act", "done", "evaluate", "close", "reopen")),
    *("issue show", "issue list", "unit suspend", "unit resume"),
    *(f"person {name}" for name in ("list", "show", "appoint", "absent", "code", "handover")),
)


@pytest.fixture(scope="module")
def wangge(server_url: str) -> Shell:
    return Shell({"WANGGE_DATABASE_URL": small_county(server_url, "wangge_cli_process")})


def test_exit_codes_are_those_the_help_names(wangge: Shell, tmp_path: Path) -> None:
    help_ = wangge.process("--help")
    assert help_.code == 0
    assert "退出码：0 正常；1 被拒绝、没有找到、或有事要处理；2 命令写法不对；" in help_.out.replace("\n", "")
    ends = {
        ("issue", "list"): 0,
        ("issue", "show", "东街-2026-9"): 1,
        ("issue", "show"): 2,
        ("nonsense",): 2,
        ("pack", "check", str(tmp_path)): 3,
    }
    assert {words: wangge.process(*words).code for words in ends} == ends
    assert Shell({"WANGGE_HOME": str(tmp_path)}).process("issue", "list").code == 4


@pytest.mark.parametrize("words", CASEWORK)
def test_a_database_that_is_down_is_one_sentence(words: str) -> None:
    said = Shell({"WANGGE_DATABASE_URL": NOWHERE}).process(*words.split())
    assert (said.code, said.out) == (4, "")
    assert said.err == "数据库连不上。请看 wangge up 是否还在运行，或检查 WANGGE_DATABASE_URL。\n"


def test_what_is_not_set_up_is_one_sentence(server_url: str, tmp_path: Path) -> None:
    def sentence(**environment: str) -> str:
        return Shell({"WANGGE_HOME": str(tmp_path)} | environment).refused("issue", "list", code=4)

    empty = make_url(server_url).render_as_string(hide_password=False)
    bare = fresh_database(server_url, "wangge_cli_bare")
    assert sentence() == (
        f"还没有数据库：{tmp_path} 里没有记下地址。请先运行 wangge up，或用 WANGGE_DATABASE_URL 指定数据库。"
    )
    assert sentence(WANGGE_DATABASE_URL=empty) == "数据库里没有网格的表，或表是旧的。请运行 wangge up 更新。"
    assert sentence(WANGGE_DATABASE_URL=bare).startswith("没有可用的县：指定的是“”，符合的有 0 个。")
    assert sentence(WANGGE_DATABASE_URL="nonsense").startswith("WANGGE_DATABASE_URL 不是数据库地址；")
    assert sentence(WANGGE_PREFECT_PORT="many") == "环境变量的值不对：WANGGE_PREFECT_PORT。"


def test_a_county_that_is_not_loaded_is_told(wangge: Shell) -> None:
    other = Shell(wangge.environment | {"WANGGE_COUNTY": "hill"})
    assert other.refused("duties", code=4).startswith("没有可用的县：指定的是“hill”，符合的有 0 个。")


MISUSES = {
    "issue sign": "没有写 编号；写法见 wangge issue sign --help。",
    "issue sign 东街-2026-1": "没有写 --by；写法见 wangge issue sign --help。",
    "issue sign 东街-2026-1 --by": "--by 后面要写一个值；写法见 wangge --help。",
    "issue sign 东街 --by W01": "编号：“东街”不是事项编号，应如 东街-2026-47；写法见 wangge issue sign --help。",
    "issue sign 东街-2026-1 now --by W01": "多写了“now”；写法见 wangge issue sign --help。",
    "issue sign 东街-2026-1 --by W01 --at 明天": (
        "--at：“明天”不是时间，应如 2026-11-23T09:00；写法见 wangge issue sign --help。"
    ),
    "issue sgn": "没有命令“sgn”，可以是：sign、assign；写法见 wangge issue --help。",
    "duties --light blue": (
        "--light：没有“blue”，可以是：绿灯（green）、黄灯（yellow）、红灯（red）；写法见 wangge duties --help。"
    ),
    "duties --limit many": "--limit：“many”不是个数；写法见 wangge duties --help。",
    "duties --all": "没有选项 --all；写法见 wangge duties --help。",
}


@pytest.mark.parametrize("words", MISUSES)
def test_wrong_use_is_one_sentence_that_says_where_to_read(wangge: Shell, words: str) -> None:
    assert wangge.refused(*words.split(), code=2) == MISUSES[words]


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_has_help_with_an_example(words: str) -> None:
    told = Shell({}).fine(*words.split(), "--help")
    assert told.strip().startswith(f"用法： wangge {words} ")
    assert f"例：wangge {words}" in told


def test_help_is_english_when_asked_for() -> None:
    told = Shell({"WANGGE_LOCALE": "en"}).process("issue", "sign", "--help").out
    assert told.strip().startswith("Usage: wangge issue sign ")
    assert "Example: wangge issue sign East-2026-47 --by W01" in told


@pytest.mark.parametrize("words", ["issue list", "duties", "ledger", "nightly --dry-run"])
def test_casework_does_not_wait_for_prefect(wangge: Shell, words: str) -> None:
    code = (
        "import sys; from deployments.cli import app\ntry: app(sys.argv[1:])\nfinally: print('prefect' in sys.modules)"
    )
    command = [sys.executable, "-c", code, *words.split()]
    done = subprocess.run(command, env=wangge.environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "False"), done.stderr


def test_a_broken_pipe_is_no_traceback(wangge: Shell) -> None:
    command = f"{sys.executable} -c 'from deployments.cli import main; main()' ledger --format csv | true"
    done = subprocess.run(["sh", "-c", command], env=wangge.environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_a_fault_of_the_program_is_one_sentence_too(wangge: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("deployments.commands.issue.units.unit", broken)
    sentence = "程序出错了（ZeroDivisionError），什么也没有改变。设 WANGGE_DEBUG=1 再运行一次可看到细节。"
    assert wangge.refused("issue", "list", "--unit", "east") == sentence


def test_english_when_asked_for(wangge: Shell) -> None:
    english = Shell(wangge.environment | {"WANGGE_LOCALE": "en"})
    assert english.refused("issue", "show", "东街-2026-99") == "There is no issue 东街-2026-0099."
    assert english.fine("issue", "list") == "There are no such issues.\n"


def test_a_language_there_is_no_text_for_is_told_by_its_setting(wangge: Shell) -> None:
    french = Shell(wangge.environment | {"WANGGE_LOCALE": "fr"})
    assert french.refused("issue", "list", code=4) == "环境变量的值不对：WANGGE_LOCALE。"
