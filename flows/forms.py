"""The forms behind the runs: what an administrator sees and fills in."""

from datetime import UTC, datetime, timedelta
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from models.settings import settings

SKEW = timedelta(minutes=1)  # clocks of two machines


def above(text: str) -> ConfigDict:
    """What stands above a form's fields, in place of its docstring."""
    return ConfigDict(json_schema_extra={"description": text})


class Form(BaseModel):
    """What every form has."""

    now: AwareDatetime | None = Field(
        default=None,
        title="按此时刻运行",
        description="留空即此刻。须带时区，例如 2026-11-23T02:30:00+08:00；不得早于账上最后一笔记录，也不得晚于此刻。",
    )

    @model_validator(mode="after")
    def not_ahead(self) -> Self:
        """Refuse to run ahead of the clock: what is recorded then would keep everybody from writing until then."""
        ahead = self.now is not None and self.now > datetime.now(UTC) + SKEW
        if ahead and not (getattr(self, "preview", False) or settings().rehearsal):
            raise ValueError("“按此时刻运行”晚于此刻：那样记下的账，会让大家在那以前什么也记不了。预演不受此限。")
        return self


class NightForm(Form):
    """Which communities' night to run."""

    model_config = above("可以全部留空：直接点 Submit，就做今夜还没有完成的社区。")

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

    model_config = above("可以留空：直接点 Submit，就现在盯办一次。")


class MorningForm(Form):
    """The morning's messages."""

    model_config = above("可以留空：直接点 Submit，就现在写今天的消息。")


class DispatchForm(Form):
    """Sending what is composed."""

    model_config = above("可以留空：直接点 Submit，就现在发送。")


class ReportForm(Form):
    """The report of a night."""

    model_config = above("可以留空：直接点 Submit，就写今夜的报告。")


class IntakeForm(Form):
    """Which folder to take reports from."""

    model_config = above("可以全部留空：直接点 Submit，就现在收取默认收件夹。")

    folder: str | None = Field(
        default=None,
        title="收件文件夹",
        description="留空即默认收件夹。其中的 CSV、XLSX、JSON lines 文件逐个收取，收完移走；有问题的行另存为退回文件。",
    )
    mapping: str | None = Field(
        default=None,
        title="映射文件",
        description="写明哪一列是什么的 YAML 文件。留空即用收件夹里的 mapping.yaml；也没有，列名就须是本系统的字段名。",
    )
