"""Which channel is of which kind; a new one is one more line here."""

from collections.abc import Callable
from pathlib import Path

from models.vocabulary import ChannelKind
from notifications.channel import Channel
from notifications.channels.folder import FolderChannel

CHANNELS: dict[ChannelKind, Callable[[Path], Channel]] = {
    ChannelKind.FOLDER: lambda home: FolderChannel(home / "messages"),
}


def channel(kind: ChannelKind, home: Path) -> Channel:
    """The channel of a kind.

    :param home: the folder in which the product keeps its state.
    """
    return CHANNELS[kind](home)
