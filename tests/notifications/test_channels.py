"""Every channel of the registry on the common bench, and what is peculiar to the folder."""

import shutil
from pathlib import Path
from stat import S_IMODE

import pytest

from models.vocabulary import ChannelKind
from notifications.channel import DeliveryError
from notifications.channels.folder import FolderChannel
from notifications.registry import CHANNELS, channel
from tests.notifications.conformance import Bench, check


def folder_bench(home: Path) -> Bench:
    """The folder, broken by a file that stands where it should be."""
    folder = home / "messages"

    def arrived() -> dict[str, str]:
        found = [path for path in folder.rglob("*") if path.is_file()]
        return {path.relative_to(folder).as_posix().removesuffix(".md"): path.read_text() for path in found}

    def broken() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.write_text("")

    return Bench(
        channel=channel(ChannelKind.FOLDER, home),
        address="river/2026-11-23/W01-1",
        other_address="river/2026-11-23/W01-2",
        bad_address="river/2026-11-23/../../W01-1",
        arrived=arrived,
        broken=broken,
        mended=folder.unlink,
    )


BENCHES = {ChannelKind.FOLDER: folder_bench}


def test_every_kind_of_channel_has_one_and_is_tried() -> None:
    assert set(CHANNELS) == set(ChannelKind) == set(BENCHES)


@pytest.mark.parametrize("kind", ChannelKind)
def test_a_channel_keeps_the_promises_of_channels(kind: ChannelKind, tmp_path: Path) -> None:
    check(BENCHES[kind](tmp_path))


def test_only_the_owner_may_read_a_message(tmp_path: Path) -> None:
    FolderChannel(tmp_path / "messages").send("river/2026-11-23/W01-1", "s", "b\n")
    path = tmp_path / "messages" / "river" / "2026-11-23" / "W01-1.md"
    assert path.read_text() == "s\n\nb\n"
    assert S_IMODE(path.stat().st_mode) == 0o600
    assert [S_IMODE(each.stat().st_mode) for each in path.parents[:3]] == [0o700] * 3


def test_a_message_sent_again_replaces_the_file_and_leaves_no_other(tmp_path: Path) -> None:
    folder = FolderChannel(tmp_path)
    for body in ("first", "second"):
        folder.send("river/2026-11-23/W01-1", "s", body)
    assert [path.name for path in (tmp_path / "river" / "2026-11-23").iterdir()] == ["W01-1.md"]
    assert "second" in (tmp_path / "river" / "2026-11-23" / "W01-1.md").read_text()


@pytest.mark.parametrize(
    "address",
    [
        "W01-1",
        "2026-11-23/W01-1",
        "../2026-11-23/W01-1",
        "River/2026-11-23/W01-1",
        "/etc/2026-11-23/W01-1",
        "river/2026-11-23/../W01-1",
        "river/2026-11-23/.W01-1",
        "river/2026-11-23/W01",
        "river/2026-11-23/W/01-1",
        "river/2026-11-23/W01-1\n",
        "river/2026-11-23/W01\x00-1",
        f"river/2026-11-23/{'W' * 61}-1",
        "",
    ],
)
def test_an_address_cannot_leave_the_folder(address: str, tmp_path: Path) -> None:
    with pytest.raises(DeliveryError) as refused:
        FolderChannel(tmp_path / "messages").send(address, "s", "b")
    assert refused.value.permanent
    assert list(tmp_path.iterdir()) == []


def test_a_staff_number_may_be_chinese(tmp_path: Path) -> None:
    FolderChannel(tmp_path).send("river/2026-11-23/东街@01.a-12", "s", "b")
    assert (tmp_path / "river" / "2026-11-23" / "东街@01.a-12.md").exists()
