"""What papers say beyond the visit itself, as it stands until the issue and as the issue freezes it."""

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inspect_app.tenders.models import Tender


@dataclass(frozen=True, slots=True)
class TenderFacts:
    """A tender as an inspection's pages and papers name it; organisations by name, amounts in whole TWD."""

    number: str
    name: str
    agency: str
    supervisor: str | None = None
    contractor: str | None = None
    pcm: str | None = None
    kind: str = "work"
    own: bool = True
    budget_twd: int | None = None
    contract_twd: int | None = None
    category: str | None = None
    status: str | None = None

    @classmethod
    def of(cls, tender: "Tender") -> "TenderFacts":
        """The tender as it stands now."""
        return cls(**{each.name: getattr(tender, each.name) for each in fields(cls)})


@dataclass(frozen=True, slots=True)
class IssuedFacts:
    """What the issue froze; `issued_by` is "" for what was issued before it was kept.

    `late_reason` is why the record went out late, if it was given with the issue: what is given later changes no paper.
    """

    tender: TenderFacts
    issued_by: str = ""
    late_reason: str | None = None

    @classmethod
    def read(cls, kept: dict[str, Any]) -> "IssuedFacts":
        """From the column that keeps them."""
        return cls(TenderFacts(**kept["tender"]), kept.get("issued_by", ""), kept.get("late_reason"))

    def kept(self) -> dict[str, Any]:
        """As the column keeps them."""
        kept = asdict(self)
        if self.late_reason is None:
            del kept["late_reason"]
        return kept
