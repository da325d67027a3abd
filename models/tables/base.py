"""What all tables share: the registry, names of constraints, and how Python types are stored."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, MetaData, String, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase

from models import vocabulary
from models.rules.privacy import tails_only


def stored(kind: type[StrEnum], name: str | None = None) -> Enum:
    """How an enum persists: its value, checked by the database. A second column of a kind in a table needs a name."""
    return Enum(
        kind,
        name=name or kind.__name__.lower(),
        native_enum=False,
        length=32,
        create_constraint=True,
        values_callable=lambda members: [m.value for m in members],
    )


class Remark(TypeDecorator[str]):
    """What somebody wrote in their own words: of numbers that lead to a person only the last four are stored."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The words as they are stored."""
        del dialect
        return None if value is None else tails_only(value)


_ENUMS = [
    kind
    for kind in vars(vocabulary).values()
    if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum
]


class Table(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigInteger,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        list[int]: ARRAY(BigInteger),
        list[str]: ARRAY(Text),
        list[datetime]: ARRAY(DateTime(timezone=True)),
        **{kind: stored(kind) for kind in _ENUMS},
    }
