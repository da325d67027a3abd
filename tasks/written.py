"""Reading YAML people write so that every value knows where it stands: a fault can then name file, line and field."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode


@dataclass(frozen=True)
class Finding:
    """Something wrong at a place; `kind` names its sentence in the locale, `facts` fill it in."""

    file: str
    line: int
    field: str
    kind: str
    facts: Mapping[str, object]


@dataclass(frozen=True)
class Place:
    """A value of a YAML file, its line (that of its key, from 1) and its dotted field.

    `value` is a scalar, a dict of places or a list of places. Asking a place for what it lacks gives an empty place, so
    checks can read on over text of any shape.
    """

    file: str
    line: int
    field: str
    value: Any

    def entries(self) -> "dict[str | int, Place]":
        """The entries of a mapping; of anything else, none."""
        return self.value if isinstance(self.value, dict) else {}

    def items(self) -> "list[Place]":
        """The items of a list; of anything else, none."""
        return self.value if isinstance(self.value, list) else []

    def get(self, key: str) -> "Place":
        """The entry under a key; an empty place when there is none."""
        return self.entries().get(key) or Place(self.file, self.line, _under(self.field, key), None)

    def text(self, key: str) -> str | None:
        """The text under a key; None when it is missing or no text."""
        value = self.get(key).value
        return value if isinstance(value, str) else None

    def number(self, key: str) -> int | None:
        """The whole number under a key; None when it is missing or no such number."""
        value = self.get(key).value
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def plain(self) -> Any:
        """The value without its places."""
        if isinstance(self.value, dict):
            return {key: place.plain() for key, place in self.value.items()}
        return [place.plain() for place in self.value] if isinstance(self.value, list) else self.value

    def find(self, path: tuple[str | int, ...]) -> "Place":
        """The deepest place along a path; what can't be followed is passed over."""
        place = self
        for key in path:
            if isinstance(place.value, dict):
                place = place.value.get(key, place)
            elif isinstance(place.value, list) and isinstance(key, int) and key < len(place.value):
                place = place.value[key]
        return place

    def found(self, kind: str, **facts: object) -> Finding:
        """Something wrong here; the fact `value` is added for a scalar."""
        shown = "" if isinstance(self.value, dict | list) else self.value
        return Finding(self.file, self.line, self.field, kind, {"value": shown, **facts})


def read(path: Path) -> tuple[Place | None, list[Finding]]:
    """The file's top mapping, and what kept parts of it from being read: syntax, repeated keys, aliases in a circle."""
    reader = _Reader(path.name)
    return reader.top(path), reader.findings


def _under(field: str, key: object) -> str:
    return f"{field}.{key}" if field else str(key)


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.yaml = YAML(typ="safe")
        self.text = ""

    def top(self, path: Path) -> Place | None:
        """The file's top mapping; None, with a finding, when it has none that can be read."""
        try:
            self.text = path.read_text(encoding="utf-8-sig")
            node = self.yaml.compose(self.text)
        except FileNotFoundError:
            self._refuse("no_file", line=0)
        except UnicodeDecodeError:
            self._refuse("not_utf8")
        except OSError as error:
            self._refuse("unreadable", line=0, why=error.strerror)
        except YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            self._refuse("syntax", line=mark.line + 1 if mark else 1, problem=_problem(error))
        else:
            if isinstance(node, MappingNode):
                return Place(self.file, 1, "", dict(self._entries(node, "", (node,))))
            self._refuse("mapping" if node else "empty_file")
        return None

    def _refuse(self, kind: str, line: int = 1, **facts: object) -> None:
        self.findings.append(Finding(self.file, line, "", kind, facts))

    def _place(self, node: Node, line: int, field: str, above: tuple[Node, ...]) -> Place | None:
        """The place of a node; None, with a finding, for an alias of what it stands in."""
        if any(node is each for each in above):
            first = node.start_mark.line + 1
            self.findings.append(Finding(self.file, self._alias_line(node), field, "cycle", {"first": first}))
            return None
        return Place(self.file, line, field, self._value(node, field, (*above, node)))

    def _alias_line(self, node: Node) -> int:
        """Where the alias that closes a circle stands: nodes have forgotten it, the parser's events have not."""
        here = (node.start_mark.line, node.start_mark.column)
        events = YAML(typ="safe").parse(self.text)
        anchor = next(each.anchor for each in events if (each.start_mark.line, each.start_mark.column) == here)
        alias = next(each for each in events if isinstance(each, AliasEvent) and each.anchor == anchor)
        return int(alias.start_mark.line) + 1

    def _value(self, node: Node, field: str, above: tuple[Node, ...]) -> object:
        if isinstance(node, MappingNode):
            return dict(self._entries(node, field, above))
        if isinstance(node, SequenceNode):
            return list(self._items(node, field, above))
        return self._scalar(node)

    def _items(self, node: SequenceNode, field: str, above: tuple[Node, ...]) -> Iterator[Place]:
        for number, item in enumerate(node.value):
            if place := self._place(item, item.start_mark.line + 1, f"{field}[{number}]", above):
                yield place

    def _entries(self, node: MappingNode, field: str, above: tuple[Node, ...]) -> Iterator[tuple[str | int, Place]]:
        lines: dict[object, int] = {}
        for key, value in node.value:
            name, line = self._name(key), key.start_mark.line + 1
            at = _under(field, name)
            if name in lines:
                self.findings.append(Finding(self.file, line, at, "key_twice", {"value": name, "first": lines[name]}))
            elif place := self._place(value, line, at, above):
                yield name, place
            lines.setdefault(name, line)

    def _name(self, node: Node) -> str | int:
        value = self._scalar(node) if isinstance(node, ScalarNode) else "?"
        whole = isinstance(value, int) and str(value) == node.value  # not yes, and not 007
        return value if whole and isinstance(value, int) else str(node.value if isinstance(value, int) else value)

    def _scalar(self, node: Node) -> object:
        """The scalar's value; its text when it is no proper value of its kind, such as 30 February."""
        try:
            return self.yaml.constructor.construct_object(node)
        except (YAMLError, ValueError):
            return str(node.value)


def _problem(error: YAMLError) -> str:
    return str(getattr(error, "problem", None) or error).splitlines()[0]


def repeated(places: Iterable[Place]) -> Iterator[Finding]:
    """Those scalars that stand already at an earlier place."""
    first: dict[object, int] = {}
    for place in places:
        if place.value is None or isinstance(place.value, dict | list):
            continue
        if place.value in first:
            yield place.found("duplicate", first=first[place.value])
        first.setdefault(place.value, place.line)
