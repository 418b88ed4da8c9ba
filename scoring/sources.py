"""Where a value of the law stands: its source, and what every group of parameters carries."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

LOCAL_RULE = "本地參數"
"""The `article` of a rule that no text contains."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value stands, from when it holds, and when a person last checked it.

    `scope` is `national` or `local`; `status` is `confirmed` (the text says so) or `reading` (ours).
    """

    group: str
    scope: str
    regulation: str
    article: str
    promulgated_on: date
    in_force_on: date
    status: str
    checked_on: date
    citation: str = field(init=False)
    """The regulation and the article, as steps give them."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "citation", f"{self.regulation}{self.article}")


@dataclass(frozen=True, slots=True)
class Parameters:
    """The values of one group from one day on."""

    group: ClassVar[str]
    source: Source
