"""Emptying rows of the private room: what was sealed is gone, what is left says that it was, when and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.actions import guards, sealing
from models.queries.rulebook import Rulebook
from models.rules.households import PersonRow
from models.rules.privacy import struck
from models.tables.issues import Issue
from models.tables.residents import RaisedBy, Resident, RoomEvent
from models.vocabulary import RoomAction


@dataclass(frozen=True)
class Forgetting:
    """One time of forgetting: by whom (None: by rule), why, and when."""

    session: Session
    book: Rulebook
    person_id: int | None
    reason: str | None
    now: datetime

    def residents(self, rows: Sequence[Resident], action: RoomAction) -> None:
        """Empty residents' rows."""
        for each in rows:
            for name, nothing in sealing.EMPTY.items():
                setattr(each, name, nothing)
            each.erased_at, each.changed_at = self.now, self.now
            self._remember(action, household_id=each.household_id, resident_id=each.id)
        self.session.flush()

    def reporters(self, rows: Sequence[RaisedBy], action: RoomAction) -> None:
        """Leave of who raised some issues only that it was somebody."""
        for each in rows:
            for name in sealing.REPORTED:
                setattr(each, name, None)
            each.resident_id, each.erased_at = None, self.now
            self._remember(action, issue_id=each.issue_id)
        self.session.flush()

    def summaries(self, issue_ids: Sequence[int], who: Sequence[PersonRow]) -> None:
        """Strike somebody's names and numbers out of what was said of some issues."""
        names = [each.name for each in who]
        numbers = [number for each in who for number in (each.phone, each.id_number) if number]
        strike(self.session, dict.fromkeys(issue_ids, (names, numbers)), now=self.now)

    def _remember(self, action: RoomAction, **about: int) -> None:
        row = RoomEvent(
            county_id=self.book.county.id,
            action=action,
            columns=["name", "phone", "id_number"] if "resident_id" in about else ["name", "phone"],
            person_id=self.person_id,
            reason=self.reason,
            recorded_at=self.now,
            **about,
        )
        self.session.add(row)


Known = tuple[Sequence[str], Sequence[str]]
"""Somebody's names, and their numbers in plain form."""


def strike(session: Session, of: Mapping[int, Known], *, now: datetime) -> int:
    """Strike whoever is named out of what was said of issues.

    :param of: by the issue's id.
    :return: how many issues said it.
    """
    said = session.execute(select(Issue.id, Issue.community_id, Issue.summary).where(Issue.id.in_(of))).all()
    changed = {each.id: without for each in said if (without := struck(each.summary, *of[each.id])) != each.summary}
    guards.hold_casework(session, {each.community_id for each in said if each.id in changed})
    for issue_id, summary in sorted(changed.items()):
        session.execute(update(Issue).where(Issue.id == issue_id).values(summary=summary, changed_at=now))
    return len(changed)
