from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules.matching import normalised, same_text

TEXTS = st.text(alphabet="ab灯 \n\t\u3000", max_size=6)


def test_only_white_space_is_let_pass() -> None:
    assert normalised("  路灯\u3000不亮\r\n 三天了 ") == "路灯 不亮 三天了"
    assert normalised("Lamp dark") != normalised("lamp dark")
    assert normalised("路灯不亮。") != normalised("路灯不亮")


def test_groups_come_in_the_order_of_their_first() -> None:
    rows = [(1, "a"), (2, "b b"), (3, "c"), (4, "b  b"), (5, " a"), (6, "b\nb")]
    assert list(same_text(rows)) == [(1, 5), (2, 4, 6)]


@settings(max_examples=50, deadline=None)
@given(st.lists(TEXTS, max_size=12))
def test_two_are_in_one_group_just_when_they_say_the_same(texts: list[str]) -> None:
    groups = list(same_text(enumerate(texts)))
    together = {(one, other) for group in groups for one in group for other in group}
    for one, text in enumerate(texts):
        for other, another in enumerate(texts):
            assert ((one, other) in together) == (
                normalised(text) == normalised(another) and texts_like(texts, text) > 1
            )


def texts_like(texts: list[str], text: str) -> int:
    return sum(normalised(each) == normalised(text) for each in texts)
