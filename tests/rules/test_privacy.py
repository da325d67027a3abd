"""Numbers that lead to a person are found however they are written; what is none stays."""

import random
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.rules import privacy
from models.rules.privacy import (
    id_fault,
    masked,
    may_have_been,
    phone_fault,
    plain_id,
    plain_name,
    plain_phone,
    struck,
    tails_only,
)

quick = settings(max_examples=60, deadline=None)
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
IN_WORDS = str.maketrans("0123456789", "零幺二三四五六七八九")
WORDS = st.text(alphabet="楼道灯不亮，请尽快。号单元3-", max_size=12)
GAPS = st.sampled_from([" ", "-", "－", "—", "\u3000", ".", "\u200b", ""])

mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@st.composite
def id_numbers(draw: st.DrawFn) -> str:
    region, order = draw(st.integers(110000, 659999)), draw(st.integers(0, 999))
    born = draw(st.dates(date(1900, 1, 1), date(2026, 1, 1)))
    bare = f"{region}{born:%Y%m%d}{order:03}"
    return bare + check_by_the_standard(bare)


def check_by_the_standard(bare: str) -> str:
    """GB 11643-1999, section 4: ISO 7064 MOD 11-2, computed the pure way: the running product."""
    product = 0
    for digit in bare:
        product = (product + int(digit)) * 2 % 11
    value = (12 - product) % 11
    return "X" if value == 10 else str(value)


@st.composite
def spelt(draw: st.DrawFn, numbers: st.SearchStrategy[str], sizes: list[list[int]]) -> tuple[str, str]:
    """A number, and a way people write it: grouped, in full width or in words."""
    number = draw(numbers)
    gap, rest, groups = draw(GAPS), number, []
    for size in draw(st.sampled_from(sizes)):
        groups.append(rest[:size])
        rest = rest[size:]
    written = gap.join(groups)
    return number, written.translate(draw(st.sampled_from([FULL_WIDTH, {}])))


phones_as_written = spelt(mobiles, [[11], [3, 4, 4], [3, 3, 5], [1] * 11, [7, 4]])
ids_as_written = spelt(id_numbers(), [[18], [6, 8, 4], [6, 4, 4, 4], [1] * 18, [4, 4, 4, 4, 2]])


@pytest.mark.parametrize("gap", ["   ", " - ", "/", "_", "\u00b7", "*", "\n", " /\t"])
def test_whatever_parts_a_number_it_is_left_out(gap: str) -> None:
    said = f"打{gap.join(('139', '1111', '2222'))}。"
    assert masked(said, "***") == "打***。"
    assert struck(said, [], ["13911112222"]) == f"打{privacy.STRUCK}。"
    assert masked(f"2026{gap}3{gap}2，{gap.join('1234')}", "***") == f"2026{gap}3{gap}2，{gap.join('1234')}"


def test_the_x_of_a_number_written_digit_by_digit_belongs_to_it() -> None:
    number = "11000020070407000X"
    assert masked(f"号码{' '.join(number)}。", "***") == "号码***。"
    assert masked("13号楼 3 x 4", "***") == "13号楼 3 x 4"


@quick
@given(st.lists(st.one_of(phones_as_written, ids_as_written), min_size=1, max_size=4), st.lists(WORDS, min_size=5))
def test_all_numbers_of_a_text_are_left_out_not_the_first_alone(
    numbers: list[tuple[str, str]], words: list[str]
) -> None:
    parts = [each for pair in zip(words, (written for _, written in numbers), strict=False) for each in pair]
    said = masked("，".join(parts), "〔〕")
    digits = "".join(filter(str.isalnum, plain_phone(said)))
    assert not any(number in digits for number, _ in numbers)
    assert said.count("〔〕") >= 1


@quick
@given(phones_as_written, st.sampled_from(["", "+86 ", "0086", "+86-"]))
def test_a_phone_has_one_plain_form(number: tuple[str, str], prefix: str) -> None:
    plain, written = number
    assert plain_phone(prefix + written) == plain
    assert plain_phone(plain_phone(written)) == plain
    assert phone_fault(plain) is None


@quick
@given(ids_as_written)
def test_an_id_number_has_one_plain_form_and_is_right(number: tuple[str, str]) -> None:
    plain, written = number
    assert plain_id(written) == plain == plain_id(written.lower())
    assert id_fault(plain) is None


@quick
@given(id_numbers(), st.integers(0, 16), st.integers(1, 9))
def test_one_mistyped_digit_is_told(number: str, place: int, by: int) -> None:
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert id_fault(wrong) in {"id_check", "id_birth", "id_form"}


@quick
@given(id_numbers(), st.integers(0, 15))
def test_two_digits_that_changed_places_are_told(number: str, place: int) -> None:
    assume(number[place] != number[place + 1])
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert id_fault(wrong) is not None


@quick
@given(st.text(max_size=60))
def test_masking_again_changes_nothing_and_other_text_stays(written: str) -> None:
    once = masked(written, "〔〕")
    assert masked(once, "〔〕") == once
    spans = list(privacy.traceable(written))
    assert all(start < end for start, end in spans)
    assert [span for pair in spans for span in pair] == sorted(span for pair in spans for span in pair)
    if not spans:
        assert once == written


@pytest.mark.parametrize(
    "written",
    [
        "帝奥-2026-0019 于 2026-11-23 08:30 报，2026-11-24 办",
        "2026.11.23，3号楼2单元1101室，363盏，117条",
        "热线12345、110、119；第1234期；3-2-1501",
        "二〇二六年三月二日，一共三百六十三盏",
        "帝奥-2026-0001、帝奥-2026-0002、帝奥-2026-0003",
        "面积 1 234.5 平方米，费用 12 000 元",
    ],
)
def test_dates_places_and_numbers_of_issues_stay(written: str) -> None:
    assert masked(written, "〔〕") == written


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("请打0318-532 2456或(0318)5322456", "请打〔〕或(〔〕"),
        ("+44 20 7946 0958, (310) 555-1234", "〔〕, (〔〕"),
        ("400-810-6666", "〔〕"),
        ("一三八零零一三八零零零找我", "〔〕找我"),
        ("1 3 8 0 0 1 3 8 0 0 0", "〔〕"),
        ("131126 19520307 4126", "〔〕"),  # mistyped, but written as one
    ],
)
def test_other_ways_to_write_numbers_are_known(written: str, left: str) -> None:
    assert masked(written, "〔〕") == left


def test_an_id_number_of_the_first_generation_is_read_as_it_is_today() -> None:
    assert plain_id("131126520307412") == "131126195203074125"


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("13112619520307412", "id_form"),
        ("031126195203074125", "id_form"),
        ("131126195213074125", "id_birth"),
        ("131126195203074126", "id_check"),
        ("1311261952030741２5", "id_form"),
    ],
)
def test_what_is_wrong_with_an_id_number_is_told(number: str, why: str) -> None:
    assert id_fault(number) == why


def test_the_last_four_are_left_of_each_number() -> None:
    assert tails_only("打138 0013 8001或13112619520307412x") == "打××××8001或××××412X"


def test_a_person_is_struck_out_however_they_are_written() -> None:
    said = "李 桂兰家漏水，李桂兰电话138-0013-8001，邻居13900139002。"
    assert struck(said, ["李桂兰"], ["13800138001"]) == "×××家漏水，×××电话×××，邻居13900139002。"
    assert struck("Ann's tap; Annual check; ANN LEE", ["Ann Lee", "Ann"]) == "×××'s tap; Annual check; ×××"
    assert struck("安静", ["安"]) == "安静"


def test_a_name_has_one_plain_form() -> None:
    assert plain_name(" 买买提·艾力 ") == "买买提·艾力"
    assert plain_name("Ａｎｎ　 Lee") == "Ann Lee"


def test_a_long_text_of_digits_takes_no_time() -> None:
    random.seed(4)
    written = " ".join(str(random.randrange(10)) for _ in range(4000))
    assert masked(written, "")


@quick
@given(st.lists(st.sampled_from(["灯不亮", "李桂兰", "13800138001", "，", "×××", "李"]), max_size=8))
def test_what_was_said_is_known_again_when_it_is_told_again_whole(parts: list[str]) -> None:
    said = "".join(parts)
    assert may_have_been(struck(said, ["李桂兰"], ["13800138001"]), said)


@pytest.mark.parametrize("said", ["灯亮，李桂兰", "灯不亮，李桂兰。", "灯不亮", "x灯不亮，李桂兰"])
def test_other_words_are_other_words(said: str) -> None:
    assert not may_have_been("灯不亮，×××", said) or said == "灯不亮，李桂兰。"


def test_pieces_that_would_overlap_are_not_the_same() -> None:
    assert not may_have_been("ab×××ba", "aba")
    assert may_have_been("ab×××ba", "abba")


def test_abroad_any_text_of_4_to_40_characters_is_an_identity_number() -> None:
    assert plain_id("ab 12-34 c", chinese=False) == "AB1234C"
    assert plain_id("123456789012345", chinese=False) == "123456789012345"
    said = {length: id_fault(length * "1", chinese=False) for length in (3, 4, 40, 41)}
    assert said == {3: "id_length", 4: None, 40: None, 41: "id_length"}
