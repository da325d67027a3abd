"""Invented households and a key to seal them with."""

from base64 import urlsafe_b64encode

from models.room import Room
from models.rules.households import HouseholdRow, PersonRow

KEY = urlsafe_b64encode(b"k" * 32).decode()
OTHER_KEY = urlsafe_b64encode(b"o" * 32).decode()
ROOM = Room([b"k" * 32])

LI = PersonRow("李桂兰", "13800138001", "131126195203074125")
LI_SON = PersonRow("李建国", "13900139002", "13112619780512001X")
ZHAO = PersonRow("赵小满", None, "131126201506010020")
FIRST = HouseholdRow("H-1", "east-1", "3号楼", "2单元", "101", flags=("elderly_alone",), persons=(LI, LI_SON))
SECOND = HouseholdRow("H-2", "东街第1网格", "10号楼", "1单元", "1001", persons=(ZHAO,))
