"""Facts into text: one folder of templates a message, ``templates/<message>/<locale>/<part>.<format>``.

What facts hold was written by anybody: it never becomes markup, moves the cursor of a terminal or turns the direction
of reading. Markdown is escaped by backslashes, and only where a character would mean something.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from functools import cache, wraps
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import FileSystemLoader, StrictUndefined, TemplateNotFound, Undefined, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from notifications import findings, wording
from notifications import locale as words

FOLDER = Path(__file__).parent / "templates"

# Controls, and the marks that turn the direction of reading; line breaks among them are spaces to us.
_BREAKS = re.compile(r"[\s\u2028\u2029]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_MARKS = re.compile(r"([\\`*_\[\]<>|~&])")
_MARKS_OF_A_LINE = re.compile(r"^( *(?=[#+=-])| *\d+(?=[.)]))")


def render(message: str, locale: str, facts: Mapping[str, Any], part: str = "body") -> str:
    """The text of a message in a locale.

    :param facts: what the template names; with date-times among them, also ``zone`` (IANA) and ``now`` (aware).
    :param part: ``body`` or ``subject``.
    :raises LookupError: when there is no such template in the locale.
    :raises jinja2.UndefinedError: when the template names a fact that is missing.
    """
    for form, environment in _environments(locale).items():
        try:
            template = environment.get_template(f"{message}/{locale}/{part}.{form}")
        except TemplateNotFound:
            continue
        return template.render(facts)
    raise LookupError(f"{message}/{locale}/{part}")


def plain(written: str) -> str:
    """One line without anything that a terminal or a reader could take for an order."""
    return _CONTROLS.sub("", _BREAKS.sub(" ", written))


def markdown(written: str) -> str:
    """One line that markdown shows as it was written."""
    return _MARKS_OF_A_LINE.sub(r"\1\\", _MARKS.sub(r"\\\1", plain(written)))


def html(written: str) -> str:
    """One line as a page shows it."""
    return str(escape(plain(written)))


_ESCAPES: dict[str, Callable[[str], str]] = {"md": markdown, "txt": plain, "html": html}


@cache
def _environments(locale: str) -> dict[str, ImmutableSandboxedEnvironment]:
    return {form: _environment(form, locale) for form in _ESCAPES}


def _environment(form: str, locale: str) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=True,  # so that macros return Markup, which is not escaped again
        finalize=lambda value: _shown(value, _ESCAPES[form]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=form != "txt",  # a subject has no line end
    )
    environment.filters |= _filters(locale)
    environment.globals["say"] = lambda key, **facts: words.text(key, locale, **facts)
    return environment


def _shown(value: object, escape: Callable[[str], str]) -> Markup:
    """What a ``{{ }}`` puts out.

    :raises TypeError: for what has no words yet: None, a word of the vocabulary, a time.
    """
    if isinstance(value, Markup):
        return value
    if isinstance(value, Undefined | int) or (isinstance(value, str) and not isinstance(value, Enum)):
        return Markup(escape(str(value)))  # noqa: S704 -- escaped for the format at hand, not for HTML
    raise TypeError(type(value).__name__)


def _filters(locale: str) -> dict[str, Callable[..., object]]:
    """The filters that need the locale; the ones for times read ``zone`` and ``now`` from the facts."""

    @pass_context
    def moment(context: Context, at: Any) -> str:
        return wording.moment(at, _fact(context, "zone"), _fact(context, "now"), locale)

    @pass_context
    def day(context: Context, of: Any) -> str:
        return wording.day_and_weekday(of, _year(context), locale)

    @pass_context
    def days(context: Context, of: Any) -> str:
        return wording.joined_days(of, _year(context), locale)

    @pass_context
    def finding(context: Context, of: Any) -> str:
        return findings.sentence(of["kind"], of["facts"], _fact(context, "zone"), _fact(context, "now"), locale)

    filters: dict[str, Callable[..., object]] = {
        "finding": finding,
        "moment": moment,
        "day": day,
        "days": days,
        "allowance": lambda amount, unit: wording.allowance(amount, unit, locale),
        "span": lambda length: wording.span(length, locale),
        "post": lambda of: wording.post(of, locale),
        "masked": lambda written: wording.masked(written, locale),
        "label": lambda value, kind: words.label(kind, value, locale),
        "thousands": lambda count: f"{count:,}",
        "share": lambda part, whole: wording.share(part, whole, locale),
    }
    return {name: _strict(each) for name, each in filters.items()}


def _strict(of: Callable[..., object]) -> Callable[..., object]:
    """The filter, refusing a fact that is missing as ``{{ }}`` does."""

    @wraps(of)
    def strict(*arguments: object) -> object:
        for each in arguments:
            if isinstance(each, Undefined):
                str(each)
        return of(*arguments)

    return strict


def _year(context: Context) -> int:
    now: datetime = _fact(context, "now")
    return now.astimezone(ZoneInfo(_fact(context, "zone"))).year


def _fact(context: Context, name: str) -> Any:
    """A fact that a filter needs.

    :raises jinja2.UndefinedError: when it is missing.
    """
    found = context.resolve(name)
    if isinstance(found, Undefined):
        str(found)
    return found
