"""The three plots of the week, as blocks of a message and as a one-page paper."""

from datetime import date
from typing import Any

from inspect_app import documents
from inspect_app.core import roc
from inspect_app.documents import Document, Heading, Paragraph
from inspect_app.messages.letters import Bars
from inspect_app.reminders import state
from inspect_app.reminders.state import State

Plot = tuple[str, float, list[tuple[str, float, str]]]
NAMES = ("每月填報如期比率", "各級應查核件數與已查核件數", "未結缺失（依逾期時間）")


def plots(found: State) -> list[Bars]:
    """Filings by month, the quota by band (issued visits alone), open defects by age."""
    made = [_filings(found), _quota(found.quota), _defects(found)]
    return [Bars(name, full, tuple(bars)) for name, (full, bars) in zip(NAMES, made, strict=True) if bars]


def paper(found: State, period: str, issued_by: str) -> Document:
    """One page with the same plots."""
    blocks: list[documents.Block] = []
    if found.quota:
        blocks.append(Paragraph(state.forecast(found.quota)))
    for plot in plots(found):
        blocks += [
            Heading(plot.caption, level=2),
            documents.Bars(tuple(_bar(plot, *bar) for bar in plot.bars)),
        ]
    return Document(
        title="工程施工查核週報",
        number=in_words(period, found.today),
        number_label="期別",
        issued_by=issued_by,
        blocks=tuple(blocks),
        footer="只計已發文的查核。",
    )


def in_words(period: str, today: date) -> str:
    """A week, and the day whose state is told: 115年第 48 週（截至115年11月23日）."""
    year, week = period.split("-W")
    return f"{int(year) - 1911}年第 {int(week)} 週（截至{roc.format_long(today)}）"


def _bar(plot: Bars, label: str, value: float, text: str) -> documents.Bar:
    return documents.Bar(label, round(1000 * value / plot.full) if plot.full else 0, text)


def _filings(found: State) -> tuple[float, list[tuple[str, float, str]]]:
    known = [(each.month, each.percent) for each in found.months if each.percent is not None]
    return 100.0, [(roc.format_month(month), float(percent), f"{percent}%") for month, percent in known]


def _quota(quota: Any) -> tuple[float, list[tuple[str, float, str]]]:
    bands = state.bands(quota) if quota else []
    full = max((max(each["required"], each["done"]) for each in bands), default=0)
    bars = []
    for each in bands:
        bars += [
            (f"{each['name']}　應查核", float(each["required"]), f"{each['required']} 件"),
            (f"{each['name']}　已查核", float(each["done"]), f"{each['done']} 件"),
        ]
    return float(full), bars


def _defects(found: State) -> tuple[float, list[tuple[str, float, str]]]:
    ages = state.by_age(found.defects, found.today)
    full = max(number for _, number in ages)
    return float(full), [(name, float(number), f"{number} 項") for name, number in ages]
