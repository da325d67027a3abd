"""Whether a mapping makes sense by itself: every field from somewhere, no option that does nothing, nothing left open.

Reads the text as written, like a pack's checks: what has not the right shape is passed over, its own fault says so.
"""

from collections.abc import Collection, Iterator, Mapping

from models.rules.cells import FieldReader
from models.rules.fields import Field, Says, Subject, fields
from models.rules.instants import Wrong
from models.rules.intake import Known
from models.rules.mapping import ISO, OFFSETS, directives, names_a_time
from tasks.wording import words
from tasks.written import Finding, Place

SOURCES = ("column", "columns", "value")
FOR_COLUMNS = ("empty", "default", "lookup", "lookup_file", "otherwise", "prefix")
FOR_INSTANTS = ("zone", "clock", "fold")


def mapping_findings(top: Place, subject: Subject) -> Iterator[Finding]:
    """What makes no sense in a mapping."""
    known, mapped = fields(subject), top.get("fields")
    for each in known.values():
        if (each.required or each.told) and each.name not in mapped.entries():
            yield mapped.get(each.name).found("mapping.untold" if each.told else "mapping.unmapped")
    for name, source in mapped.entries().items():
        if str(name) not in known:
            yield source.found("mapping.unknown_field", known=", ".join(known))
        elif not isinstance(source.value, str):
            yield from _source_findings(source, known[str(name)], top.text("zone"))
    instants = {name for name, each in known.items() if each.says is Says.INSTANT}
    if top.get("zone").value is not None and not instants & set(map(str, mapped.entries())):
        yield top.get("zone").found("mapping.unused", why=words("mapping.why.no_times"))


def _source_findings(source: Place, about: Field, zone: str | None) -> Iterator[Finding]:
    given = {str(name) for name, place in source.entries().items() if place.value is not None}
    sources = [each for each in SOURCES if each in given]
    if not sources:
        yield source.found("mapping.no_source")
    for surplus in sources[1:]:
        yield source.get(surplus).found("mapping.two_sources", first=sources[0])
    yield from _unused(source, given, about)
    if "columns" in given and "join" not in given and len(source.get("columns").items()) > 1:
        yield source.found("mapping.no_join")
    if about.says is Says.INSTANT and "value" not in given:
        yield from _time_findings(source, zone)


def _unused(source: Place, given: Collection[str], about: Field) -> Iterator[Finding]:
    """Options that do nothing where they stand, and why."""
    idle = {
        "constant": [each for each in FOR_COLUMNS if "value" in given],
        "one_column": ["join"] if "columns" not in given else [],
        "no_lookup": ["otherwise"] if not {"lookup", "lookup_file"} & set(given) else [],
        "no_time": [
            *(FOR_INSTANTS if about.says is not Says.INSTANT else ()),
            *(["formats"] if about.says not in (Says.INSTANT, Says.DAY) else ()),
        ],
    }
    told: set[str] = set()
    for why, options in idle.items():
        for option in options:
            if option in given and option not in told:
                told.add(option)
                yield source.get(option).found("mapping.unused", why=words(f"mapping.why.{why}"))


def _time_findings(source: Place, zone: str | None) -> Iterator[Finding]:
    """Forms that leave open which time is meant, and options no form needs."""
    forms = [each.value for each in source.get("formats").items() if isinstance(each.value, str)] or [ISO]
    offset_missing = [form for form in forms if form != ISO and not directives(form) & OFFSETS]
    clock, own, fold = (source.get(each) for each in ("clock", "zone", "fold"))
    for each in source.get("formats").items():
        if isinstance(each.value, str) and not names_a_time(each.value) and clock.value is None:
            yield each.found("mapping.no_clock")
        if each.value in offset_missing and own.value is None and zone is None:
            yield each.found("mapping.no_zone")
    if clock.value is not None and ISO not in forms and all(map(names_a_time, forms)):
        yield clock.found("mapping.unused", why=words("mapping.why.all_timed"))
    if own.value is not None and ISO not in forms and not offset_missing:
        yield own.found("mapping.unused", why=words("mapping.why.all_offset"))
    if fold.value is not None and own.value is None and zone is None:
        yield fold.found("mapping.unused", why=words("mapping.why.no_zone"))


def target_findings(top: Place, readers: Mapping[str, FieldReader], known: Known) -> Iterator[Finding]:
    """Grids and categories which a mapping names itself and the county does not know, each once."""
    targets = {"grid": known.grids, "category": known.categories}
    for name in targets.keys() & readers.keys():
        source, told = top.get("fields").get(name), set[str]()
        prefix = readers[name].source.prefix or ""
        looked_up = [(place, prefix) for place in source.get("lookup").entries().values()]
        constants = [(source.get(each), "") for each in ("value", "default", "otherwise")]
        for place, before in (*constants, *looked_up):
            target = before + place.value.strip() if isinstance(place.value, str) and place.value.strip() else ""
            if target and target not in targets[name] and target not in told:
                told.add(target)
                problem = "ambiguous" if name == "grid" and target in known.ambiguous else "unknown"
                yield place.found("mapping.target", target=target, problem=words(f"intake.fault.{problem}"))


def value_findings(top: Place, readers: Mapping[str, FieldReader]) -> Iterator[Finding]:
    """Texts of the mapping itself which the field they are for can't take."""
    for name, reader in readers.items():
        source = top.get("fields").get(name)
        texts = [source.get(each) for each in ("value", "default", "otherwise")]
        if reader.about.says is not Says.TEXT:
            texts += source.get("lookup").entries().values()
        for place in texts:
            found = reader.final(place.value) if isinstance(place.value, str) else None
            if isinstance(found, Wrong):
                yield place.found("mapping.value", problem=words(f"intake.fault.{found.why}"))
        if reader.about.required and source.get("value").value == "":
            yield source.get("value").found("mapping.value", problem=words("intake.fault.missing"))
