"""A register of households: its rows joined by household, and brought into the private room."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from models.actions.households import Places, Registered, register_households
from models.errors import NotFound
from models.queries.rulebook import Rulebook
from models.rules.households import HouseholdRow
from models.rules.privacy import CHINA
from models.rules.register import household_row, joined
from tasks.rejects import Rejected, Why, by_line
from tasks.sources import Line

Faults = dict[str, Why]


class _Register:
    """Households as their rows come, and what is wrong with the rows of each."""

    def __init__(self, *, chinese: bool) -> None:
        self.chinese = chinese
        self.households: dict[str, HouseholdRow] = {}
        self.lines: dict[str, list[Line]] = defaultdict(list)
        self.faults: dict[str, dict[int, Faults]] = defaultdict(dict)
        self.lost: list[Rejected] = []

    def take(self, line: Line) -> None:
        """Take a row; one without an id belongs to nobody."""
        row = household_row(line.fields, line.faults, chinese=self.chinese)
        external_id = str(line.fields.get("external_id") or "")
        if not external_id and isinstance(row, dict):
            self.lost.append(Rejected(line, {**row}))
            return
        self.lines[external_id].append(line)
        if isinstance(row, dict):
            self.faults[external_id][line.number] = {**row}
            return
        first = self.households.get(external_id)
        whole = joined(first, row) if first else row
        if whole is None:
            self.faults[external_id][line.number] = {"external_id": "household_differs"}
        else:
            self.households[external_id] = whole

    def refuse(self, external_id: str, wrong: Faults) -> None:
        """A household as a whole can't be taken."""
        self.faults[external_id] = {line.number: wrong for line in self.lines[external_id]}

    def rejected(self) -> list[Rejected]:
        """All rows of a household one row of which can't be taken: with a person missing it would be another one."""
        return self.lost + [
            Rejected(line, wrong.get(line.number, {"external_id": "household_incomplete"}))
            for external_id, wrong in self.faults.items()
            for line in self.lines[external_id]
        ]


def take_households(
    session: Session, book: Rulebook, lines: Iterable[Line], now: datetime
) -> tuple[Registered, int, int, list[Rejected]]:
    """Bring households to what a register says of them.

    :return: what that changed, by how many rows, how many said what was known, and the rows that can't be taken.
    """
    register, places = _Register(chinese=book.county.zone == CHINA), Places(session, book.county.id)
    for line in lines:
        register.take(line)
    for external_id, household in register.households.items():
        try:
            places.door(household)
        except NotFound as error:
            register.refuse(external_id, {"compound" if error.facts["why"] == "compound" else "grid": error})
    good = {each: row for each, row in register.households.items() if each not in register.faults}
    done = register_households(session, book.county, list(good.values()), now=now)
    taken = sum(len(register.lines[each]) for each in good if each in done.touched)
    return done, taken, sum(len(register.lines[each]) for each in good) - taken, by_line(register.rejected())
