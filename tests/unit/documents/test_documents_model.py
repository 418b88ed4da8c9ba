"""The content hash says whether two documents tell the same."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from inspect_app.documents import (
    Column,
    Document,
    Fact,
    Facts,
    Paragraph,
    Photo,
    Photos,
    Table,
    content_sha256,
)

NOTICE = Document(
    title="工程施工查核改善通知",
    number="示市工查字第1150001234號",
    issued_by="示範市政府",
    head=(Fact("標案名稱", "示範工程"),),
    blocks=(Paragraph("請改善。"), Photos((Photo(Path("a"), "ab" * 32, "照片一"),))),
)


def test_equal_content_has_the_same_hash() -> None:
    assert content_sha256(NOTICE) == content_sha256(replace(NOTICE))
    assert re.fullmatch(r"[0-9a-f]{64}", content_sha256(NOTICE))


@pytest.mark.parametrize(
    "changed",
    [
        replace(NOTICE, title="書面通知"),
        replace(NOTICE, number="示市工查字第1150001235號"),
        replace(NOTICE, issued_by="他市政府"),
        replace(NOTICE, head=(Fact("標案名稱", "示範工程 "),)),
        replace(NOTICE, blocks=NOTICE.blocks[::-1]),
        replace(NOTICE, blocks=(Paragraph("請改善。"), Photos((Photo(Path("a"), "cd" * 32, "照片一"),)))),
        replace(NOTICE, footer="副本"),
    ],
)
def test_any_other_content_has_another_hash(changed: Document) -> None:
    assert content_sha256(changed) != content_sha256(NOTICE)


def test_the_look_is_not_content() -> None:
    """A column made wider, a file moved or a new host name years later must not make a printed hash wrong."""
    moved = Photos((Photo(Path("b"), "ab" * 32, "照片一"),), across=3)

    again = replace(NOTICE, blocks=(Paragraph("請改善。"), moved), link="https://example.org/1")

    assert content_sha256(again) == content_sha256(NOTICE)


def test_kinds_of_block_do_not_collide() -> None:
    facts = replace(NOTICE, blocks=(Facts(()),))
    photos = replace(NOTICE, blocks=(Photos(()),))

    assert content_sha256(facts) != content_sha256(photos)


def test_a_lone_surrogate_can_be_hashed() -> None:
    assert content_sha256(replace(NOTICE, title="\ud842")) != content_sha256(replace(NOTICE, title="?"))


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ((), ()),
        ((Column("a"), Column("b")), (("只有一格",),)),
        ((Column("a", 1), Column("b", 30)), ()),
        (tuple(Column(str(n)) for n in range(13)), ()),
    ],
)
def test_a_table_that_cannot_be_drawn_cannot_be_made(
    columns: tuple[Column, ...], rows: tuple[tuple[str, ...], ...]
) -> None:
    with pytest.raises(ValueError, match=r"column|cells"):
        Table(columns, rows)
