"""What every channel must do, whatever it is made of. A new channel's test hands its set-up to ``check``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from notifications.channel import Channel, DeliveryError

SUBJECT = "11月23日 周一 您有 2 件事"
BODY = "# 您好\n\n" + "很长的一行 👨\u200d👩\u200d👧 \\*不是强调\\*\n" * 200
SAID = "楼道灯不亮"


@dataclass(frozen=True)
class Bench:
    """A channel on a test bench.

    ``arrived`` gives what the other side has, text by address; ``broken`` brings it into a state in which sending
    fails but may succeed later, ``mended`` out of it.
    """

    channel: Channel
    address: str
    other_address: str
    bad_address: str
    arrived: Callable[[], Mapping[str, str]]
    broken: Callable[[], None]
    mended: Callable[[], None]


def check(bench: Bench) -> None:
    """All of it, in an order in which nothing disturbs the next."""
    refuses_an_address_it_cannot_serve(bench)
    fails_for_a_while_and_leaves_nothing_behind(bench)
    delivers_whole(bench)
    arrives_once_however_often_it_is_sent(bench)
    keeps_addresses_apart(bench)


def refuses_an_address_it_cannot_serve(bench: Bench) -> None:
    """Trying again would not help, and the error holds nothing of the message."""
    with pytest.raises(DeliveryError) as refused:
        bench.channel.send(bench.bad_address, SAID, SAID)
    assert refused.value.permanent
    assert SAID not in str(refused.value)
    assert bench.arrived() == {}


def fails_for_a_while_and_leaves_nothing_behind(bench: Bench) -> None:
    """Trying again may help."""
    bench.broken()
    with pytest.raises(DeliveryError) as failed:
        bench.channel.send(bench.address, SAID, SAID)
    bench.mended()
    assert not failed.value.permanent
    assert SAID not in str(failed.value)
    assert bench.arrived() == {}


def delivers_whole(bench: Bench) -> None:
    """Subject and body arrive unchanged."""
    bench.channel.send(bench.address, SUBJECT, BODY)
    assert SUBJECT in bench.arrived()[bench.address]
    assert BODY.strip() in bench.arrived()[bench.address]


def arrives_once_however_often_it_is_sent(bench: Bench) -> None:
    """A message whose delivery could not be recorded is sent again."""
    before = dict(bench.arrived())
    bench.channel.send(bench.address, SUBJECT, BODY)
    assert bench.arrived() == before


def keeps_addresses_apart(bench: Bench) -> None:
    """Two people, two messages."""
    bench.channel.send(bench.other_address, "b", "c")
    assert set(bench.arrived()) == {bench.address, bench.other_address}
