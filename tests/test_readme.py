"""The README's diagram and tables are made from the code. ``python -m tests.test_readme`` prints them anew."""

from pathlib import Path

from models.rules.lifecycle import SENT_BACK, TRANSITIONS
from models.vocabulary import Action, DutyKind, Light, Role, Severity, Stage
from notifications.locale import label

README = Path(__file__).parent.parent / "README.md"
GLOSSARY = {
    "stage": Stage,
    "action": Action,
    "duty": DutyKind,
    "role": Role,
    "severity": Severity,
    "light": Light,
}


def arrow(source: Stage | None, target: Stage, actions: list[Action]) -> str:
    words = ", ".join(f"{label('action', action, 'zh_CN')} {action.value}" for action in actions)
    return f"    {source.value if source else '[*]'} --> {target.value}: {words}"


def diagram() -> str:
    """The stages, and what leads from one to another; what leaves an issue at its stage would only blur it."""
    stages = [f'    state "{label("stage", stage, "zh_CN")} {stage.value}" as {stage.value}' for stage in Stage]
    moves: dict[tuple[Stage | None, Stage], list[Action]] = {}
    for row in (*TRANSITIONS, SENT_BACK):
        if row.source is not row.target:
            moves.setdefault((row.source, row.target), []).append(row.action)
    arrows = [arrow(source, target, actions) for (source, target), actions in moves.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *stages, *arrows, "```"])


def glossary() -> str:
    rows = [
        f"| {label(kind, word, 'zh_CN')} | {label(kind, word, 'en')} | `{kind}.{word.value}` |"
        for kind, words in GLOSSARY.items()
        for word in words
    ]
    return "\n".join(["| 中文 | English | in the code |", "| --- | --- | --- |", *rows])


def test_the_diagram_is_the_table_of_transitions() -> None:
    assert diagram() in README.read_text(encoding="utf-8")


def test_the_glossary_is_the_locale() -> None:
    assert glossary() in README.read_text(encoding="utf-8")


def test_the_two_commands_stand_in_it() -> None:
    readme = README.read_text(encoding="utf-8")
    assert "make run" in readme
    assert "make test" in readme


if __name__ == "__main__":
    print(diagram(), glossary(), sep="\n\n")
