"""What can go wrong, as one tree. The text for people comes from the locale, by the class's key and its facts.

WanggeError
├── Refused               the rules forbid it; nothing changed
│   ├── IllegalTransition     the issue's stage does not allow the action
│   ├── OnHold                the issue's clock stands still
│   ├── NotAllowed            the person holds no post that allows it
│   ├── NotAbove              the person answers for nothing above whom or what it is about
│   ├── StillHolds            somebody who still owes something can't leave without handing over
│   ├── WrongCode             the personal code is not that of the person
│   ├── GateClosed            something has to be so first
│   ├── ClockBehind           `now` lies before what the county has recorded
│   └── ClockAhead            `now` has not come yet
├── NotFound              no such issue, person, unit …
├── StaleIssue            somebody else was faster
├── CommunityBusy         another run holds the community's lock
├── CountyBusy            others still go by the county's rules
├── CalendarEnds          a time beyond the days the calendar knows
├── NotConfigured         a setting, the database or the county is missing
└── InvalidInput          rows or values that can't be taken
"""


class WanggeError(Exception):
    """The root: carries the facts a sentence for people is made of."""

    def __init__(self, **facts: object) -> None:
        super().__init__(", ".join(f"{name}={value}" for name, value in facts.items()))
        self.facts = facts

    @property
    def key(self) -> str:
        """The locale key of the sentence that tells it: ``error.<ClassName>`` or a finer one by ``why``."""
        why = self.facts.get("why")
        return f"error.{type(self).__name__}" + (f".{why}" if why else "")


class Refused(WanggeError):
    """The rules forbid it; nothing changed."""


class IllegalTransition(Refused):
    """The issue's stage does not allow the action; the facts name what it allows."""


class OnHold(Refused):
    """The issue's clock stands still; the facts name until when and what can be done meanwhile."""


class NotAllowed(Refused):
    """The person holds, that day, no post that allows the action at this unit or above."""


class NotAbove(Refused):
    """Only the person concerned, or whoever answers above, may; the facts name the person or the unit."""


class StillHolds(Refused):
    """Somebody leaves a post that still owes something; the facts name who, and how many duties of which posts."""


class WrongCode(Refused):
    """The personal code is not the person's, or they have none."""


class GateClosed(Refused):
    """Something has to be so first, which the facts name by `why`: evidence, a rating, a request."""


class ClockBehind(Refused):
    """`now` lies before what the county has already recorded."""


class ClockAhead(Refused):
    """`now` has not come yet: written down, it would keep everybody from writing until then."""


class NotFound(WanggeError):
    """No such thing; the facts name what was looked for."""


class StaleIssue(WanggeError):
    """The issue changed between reading and writing."""


class CommunityBusy(WanggeError):
    """Another run holds the community's lock."""


class CountyBusy(WanggeError):
    """The county's rules can't change now: others still go by them."""


class CalendarEnds(WanggeError):
    """A time was asked for that lies beyond the days the calendar knows."""


class NotConfigured(WanggeError):
    """Something the product needs to run has not been set up."""


class InvalidInput(WanggeError):
    """A value or a row can't be taken; the facts name field and expectation."""
