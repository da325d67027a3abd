"""The forms behind the runs: what an administrator sees and fills in."""

from datetime import datetime

from pydantic import BaseModel, Field


class Form(BaseModel):
    """What every form has."""

    now: datetime | None = Field(
        default=None,
        title="按此时刻运行",
        description="留空即此刻。须带时区，例如 2026-11-23T02:30:00+08:00；不得早于账上最后一笔记录。",
    )


class NightForm(Form):
    """Which communities' night to run."""

    communities: list[str] = Field(
        default_factory=list,
        title="社区",
        description="留空即所有今夜尚未完成的社区；填写社区名称则只运行这些社区。",
        examples=[["帝奥", "杏林"]],
    )
    preview: bool = Field(
        default=False,
        title="只预演",
        description="把这一夜完整走一遍再撤回：报告会做什么，什么也不改变。",
    )


class WatchForm(Form):
    """The watch over urgent clocks."""


class MorningForm(Form):
    """The morning's messages."""


class DispatchForm(Form):
    """Sending what is composed."""


class ReportForm(Form):
    """The report of a night."""


class IntakeForm(Form):
    """Which folder to take reports from."""

    folder: str | None = Field(
        default=None,
        title="收件文件夹",
        description="留空即默认收件夹。其中的 CSV 文件逐个收取，收完移走；有问题的行另存为退回文件。",
    )
