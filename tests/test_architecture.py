"""What review would otherwise have to remember, asked of every file; each question is asked of a bad sample first."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = ("models", "notifications", "tasks", "flows", "deployments", "tests")
LONGEST_FUNCTION, LONGEST_FILE = 50, 300
VAGUE = {"util", "utils", "helper", "helpers", "common", "constants", "misc", "stuff", "tools", "base_utils", "shared"}

# Calendar arithmetic outside the working calendar, and why it is right there.
CALENDAR_STEPS = {
    "deployments/demonstration/day.py": "its people live through every day of the calendar, days off too",
    "models/rules/quiet.py": "quiet hours end on the next day of the calendar, worked or not",
}
DEMONSTRATION = re.compile("gucheng|故城", re.IGNORECASE)
SQL_CLOCK = re.compile(
    r"\b(now\(\)|current_(date|time|timestamp)|(clock|statement|transaction)_timestamp\(\))", re.IGNORECASE
)

Finding = Callable[[ast.AST], Iterator[int]]


def files(*folders: str, suffix: str = ".py") -> list[str]:
    """The files of some folders, by their path from the root."""
    found = (path for folder in folders for path in (ROOT / folder).rglob(f"*{suffix}"))
    return sorted(str(path.relative_to(ROOT)) for path in found)


def lies_in(path: str, *places: str) -> bool:
    """Whether a file is one of some places or lies below one."""
    return any(path == place or path.startswith(f"{place}/") for place in places)


def text_for_people(tree: ast.AST) -> Iterator[int]:
    """String literals with other than ASCII characters; docstrings are not meant."""
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    literals = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in bare)
    yield from (node.lineno for node in literals if isinstance(node.value, str) and not node.value.isascii())


def reading_the_clock(tree: ast.AST) -> Iterator[int]:
    """Calls that ask what time it is, of Python or of the database."""
    clocks = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
    clocks |= {("func", name) for name in ("now", "current_date", "current_timestamp", "clock_timestamp")}
    for node in calls(tree):
        if isinstance(node.func, ast.Attribute) and (last_name(node.func.value), node.func.attr) in clocks:
            yield node.lineno


def committing(tree: ast.AST) -> Iterator[int]:
    """Commits: an action's caller decides when its work stands."""
    yield from (node.lineno for node in calls(tree) if last_name(node.func) == "commit")


def setting_a_state(tree: ast.AST) -> Iterator[int]:
    """Where a stage or state is set: an attribute assigned, or values given to an UPDATE."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        flat = [leaf for target in targets if target for leaf in ast.walk(target)]
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            yield from (leaf.lineno for leaf in flat if isinstance(leaf, ast.Attribute) and leaf.attr in STATES)
    for node in calls(tree):
        if last_name(node.func) == "values":
            yield from (node.lineno for keyword in node.keywords if keyword.arg in STATES)


def comparing_a_state_with_text(tree: ast.AST) -> Iterator[int]:
    """Comparisons of a state with a string instead of a word of the vocabulary."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            state = any(isinstance(side, ast.Attribute) and side.attr in WORDS for side in sides)
            if state and any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in sides):
                yield node.lineno


def counting_days(tree: ast.AST) -> Iterator[int]:
    """Lengths of time in days or weeks: calendar arithmetic."""
    for node in calls(tree):
        if last_name(node.func) == "timedelta":
            yield from (node.lineno for keyword in node.keywords if keyword.arg in ("days", "weeks"))
            yield from (node.lineno for _ in node.args[:1])


def long_functions(tree: ast.AST) -> Iterator[int]:
    """Functions nobody takes in at a glance."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield node.lineno


def more_than_a_docstring(tree: ast.AST) -> Iterator[int]:
    """Anything beside the one docstring a package's own file has."""
    body = tree.body if isinstance(tree, ast.Module) else []
    if not (body and ast.get_docstring(tree)):  # type: ignore[arg-type]
        yield 1
    yield from (node.lineno for node in body[1:])


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """All calls."""
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def last_name(node: ast.AST) -> str:
    """The last name of an expression: ``c`` of ``a.b.c``."""
    return getattr(node, "attr", getattr(node, "id", ""))


STATES = ("stage", "state")
WORDS = (*STATES, "severity", "lane", "rating")


@dataclass(frozen=True)
class Question:
    """Something no file may do, where it is asked, and a sample that does it in the lines marked ``#!``."""

    finds: Finding
    asked_of: Callable[[str], bool]
    sample: str


QUESTIONS = [
    Question(
        text_for_people,
        lambda path: not lies_in(path, "flows/forms.py", "tests"),
        '"""文档"""\nx = "ok"\ny = f"{x} 网格"  #!\n\ndef f():\n    """说明"""\n    return "事项"  #!\n',
    ),
    Question(
        reading_the_clock,
        lambda path: lies_in(path, "models", "notifications"),
        "import datetime, time\na = datetime.datetime.now()  #!\nb = date.today()  #!\nc = time.time()  #!\n"
        "d = select(func.now())  #!\ne = datetime.combine(day, clock)\n",
    ),
    Question(
        committing,
        lambda path: lies_in(path, "models/actions", "models/queries"),
        "def act(session):\n    session.flush()\n    session.commit()  #!\n",
    ),
    Question(
        setting_a_state,
        lambda path: not lies_in(path, "models/actions", "models/migrations", "tests"),
        "issue.stage = Stage.CLOSED  #!\na, duty.state = 1, 2  #!\nupdate(Duty).values(state=1)  #!\nb = issue.stage\n"
        "update(Duty).values(post_id=1)\nstage = issue.stage\n",
    ),
    Question(
        comparing_a_state_with_text,
        lambda path: not lies_in(path, "tests", "models/migrations"),
        'a = issue.stage == "closed"  #!\nb = issue.stage is Stage.CLOSED\nc = "open" != duty.state  #!\n',
    ),
    Question(
        counting_days,
        lambda path: not lies_in(path, "models/rules/worktime.py", "tests", *CALENDAR_STEPS),
        "a = timedelta(days=1)  #!\nb = timedelta(hours=24)\nc = x.timedelta(weeks=1)  #!\nd = timedelta(3)  #!\n",
    ),
    Question(
        long_functions,
        lambda path: not lies_in(path, "models/migrations"),
        "def short():\n    pass\n\ndef long():  #!\n" + "    x = 1\n" * LONGEST_FUNCTION,
    ),
    Question(
        more_than_a_docstring,
        lambda path: path.endswith("__init__.py"),
        '"""A package."""\nimport os  #!\nX = 1  #!\n',
    ),
]
NAMES = [question.finds.__name__ for question in QUESTIONS]


@pytest.mark.parametrize("question", QUESTIONS, ids=NAMES)
def test_the_question_finds_what_it_looks_for(question: Question) -> None:
    marked = [number for number, line in enumerate(question.sample.splitlines(), 1) if "#!" in line]
    assert sorted(set(question.finds(ast.parse(question.sample)))) == marked


@pytest.mark.parametrize("question", QUESTIONS, ids=NAMES)
def test_no_file_does_it(question: Question) -> None:
    asked = [path for path in files(*CODE) if question.asked_of(path)]
    assert asked
    found = [f"{path}:{line}" for path in asked for line in question.finds(ast.parse((ROOT / path).read_text("utf-8")))]
    assert found == [], question.finds.__doc__


def test_exceptions_are_needed_and_give_a_reason() -> None:
    for path, reason in CALENDAR_STEPS.items():
        assert list(counting_days(ast.parse((ROOT / path).read_text("utf-8")))), path
        assert reason


def test_names_of_files_say_what_is_in_them() -> None:
    assert is_vague("models/utils.py")
    assert is_vague("tests/rules/date_helpers.py")
    assert not is_vague("models/rules/worktime.py")
    assert [path for path in files(*CODE) if is_vague(path)] == []


def is_vague(path: str) -> bool:
    """Whether a file or one of its folders has a name that could hold anything."""
    return any(word in VAGUE for part in Path(path).with_suffix("").parts for word in (part, *part.split("_")))


def test_files_are_short() -> None:
    lengths = {path: len((ROOT / path).read_text("utf-8").splitlines()) for path in files(*CODE)}
    assert {path: n for path, n in lengths.items() if n > LONGEST_FILE and not lies_in(path, "models/migrations")} == {}


def test_sql_takes_its_now_from_the_run() -> None:
    assert SQL_CLOCK.search("SELECT now(), 1")
    assert not SQL_CLOCK.search("WHERE d.next_step_at <= :now AND (x)")
    written = {path: (ROOT / path).read_text("utf-8") for path in files("models", suffix=".sql")}
    assert written
    assert [path for path, sql in written.items() if SQL_CLOCK.search(sql)] == []


def test_only_its_pack_knows_the_demonstration_county() -> None:
    allowed = ("deployments/counties", "tests", "README.md", "CHANGELOG.md")
    ours = [path.name for path in ROOT.iterdir() if path.is_file()]
    for folder in (*CODE, ".ci"):
        ours += [str(path.relative_to(ROOT)) for path in (ROOT / folder).rglob("*") if path.is_file()]
    asked = [path for path in ours if "__pycache__" not in path and not lies_in(path, *allowed)]
    knowing = [path for path in asked if DEMONSTRATION.search(path) or DEMONSTRATION.search(text_of(path))]
    assert knowing == []
    assert DEMONSTRATION.search(text_of("deployments/counties/gucheng/county.yaml"))


def text_of(path: str) -> str:
    """What a file says, as far as it is text."""
    return (ROOT / path).read_text("utf-8", errors="ignore")
