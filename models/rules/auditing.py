"""The auditor: what a ledger should say, computed anew by the rules from plain rows, and where it says something else.

It shares the rules with the actions, and nothing of the SQL. Each check answers for one sentence; together they say
when an issue is as it should be. The counts over all issues are in `balance`.
"""

from collections.abc import Callable, Iterator
from datetime import date

from models.rules import auditing_clocks as clocks
from models.rules import auditing_history as told
from models.rules import auditing_notices as notices
from models.rules.dossiers import Dossier, Surroundings
from models.rules.findings import Finding

ROUND = 30
"""In so many nights everything is looked at once, changed or not."""

Check = Callable[[Dossier, Surroundings], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    told.history,
    told.owed,
    told.clocks_opened,
    told.duties_explained,
    told.hold,
    told.holder,
    clocks.times,
    clocks.next_steps,
    clocks.frozen,
    clocks.fired,
    notices.notices,
    notices.newly_yours,
)


def audit(dossier: Dossier, county: Surroundings) -> list[Finding]:
    """All that is wrong with an issue."""
    return [finding for check in CHECKS for finding in check(dossier, county)]


def turn(night: date) -> int:
    """Which of the issues come up in a night: those whose id leaves this rest when divided by the round."""
    return night.toordinal() % ROUND
