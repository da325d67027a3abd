"""Personal codes: what somebody approves with, kept as a salted hash."""

import hmac
from hashlib import scrypt
from secrets import token_bytes

from sqlalchemy.orm import Session

from models.errors import InvalidInput, WrongCode
from models.queries import people
from models.tables.people import Person

SHORTEST = 6
COST, BLOCK, LANES = 2**14, 8, 1  # of scrypt, as RFC 7914 advises for logins


def set_code(session: Session, county_id: int, code: str, secret: str) -> None:
    """Give a person a new personal code.

    :param code: the staff number.
    :raises NotFound: nobody has that number.
    :raises InvalidInput: the code is too short.
    """
    if len(secret) < SHORTEST:
        raise InvalidInput(why="short_code", least=SHORTEST)
    salt = token_bytes(16)
    people.person(session, county_id, code).code_hash = f"{salt.hex()}:{_hash(secret, salt)}"
    session.flush()


def check_code(person: Person, secret: str) -> None:
    """Whether it is really this person who approves.

    :raises WrongCode: when they have no code, or it is another one.
    """
    salt, _, known = (person.code_hash or "").partition(":")
    if not known:
        raise WrongCode(why="none", code=person.code)
    if not hmac.compare_digest(known, _hash(secret, bytes.fromhex(salt))):
        raise WrongCode(why="other", code=person.code)


def _hash(secret: str, salt: bytes) -> str:
    return scrypt(secret.encode(), salt=salt, n=COST, r=BLOCK, p=LANES).hex()
