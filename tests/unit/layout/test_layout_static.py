"""Tokens keep their contrast in both schemes; sheets and scripts keep to the content policy."""

import re
from pathlib import Path

import pytest
from layout_samples import STATIC

TOKENS = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
SHEETS = sorted((STATIC / "css").glob("*.css"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
LIGHT, DARK = (
    dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", part))
    for part in TOKENS.split("prefers-color-scheme: dark")
)
SCHEMES = {"light": LIGHT, "dark": LIGHT | DARK}
TEXT_PAIRS = [
    *(
        (ink, paper)
        for ink in ("ink", "muted", "accent", "accent-strong", "good", "warn", "bad")
        for paper in ("paper", "panel")
    ),
    *((tone, f"{tone}-soft") for tone in ("accent", "good", "warn", "bad")),
    *(("ink", f"{tone}-soft") for tone in ("accent", "good", "warn", "bad")),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
]
AGREED = {
    "ink": "#1b2733",
    "muted": "#5b6b7a",
    "paper": "#ffffff",
    "panel": "#f4f6f8",
    "line": "#d7dde3",
    "accent": "#0b5c7a",
    "good": "#1f7a4d",
    "warn": "#9a6200",
    "bad": "#b3261e",
}


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    """The measure itself."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("pair", TEXT_PAIRS, ids="-on-".join)
def test_text_is_read_at_four_and_a_half_to_one(scheme: str, pair: tuple[str, str]) -> None:
    """WCAG 2.2 SC 1.4.3 for every pair in use."""
    ink, paper = (SCHEMES[scheme][name] for name in pair)

    assert contrast(ink, paper) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("paper", ["paper", "panel"])
@pytest.mark.parametrize("edge", ["control", "accent"])
def test_edges_of_controls_and_the_focus_are_seen_at_three_to_one(scheme: str, paper: str, edge: str) -> None:
    """WCAG 2.2 SC 1.4.11 for inputs and the focus ring."""
    assert contrast(SCHEMES[scheme][edge], SCHEMES[scheme][paper]) >= 3


def test_the_light_scheme_is_the_agreed_one() -> None:
    """The tokens of the design, unchanged."""
    assert {name: LIGHT[name] for name in AGREED} == AGREED


def test_the_dark_scheme_changes_every_colour() -> None:
    """The same names, so nothing light is left on a dark page."""
    assert set(LIGHT) == set(DARK)


@pytest.mark.parametrize(
    "sheet", [s for s in SHEETS if s.name not in {"tokens.css", "api-docs.css"}], ids=lambda s: s.name
)
def test_no_sheet_invents_a_colour(sheet: Path) -> None:
    """Colours are named in the tokens alone."""
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", sheet.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda s: s.name)
def test_sheets_load_only_files_of_our_own(sheet: Path) -> None:
    """No data address and no other host; each drawn file exists."""
    addresses = re.findall(r'url\("([^"]+)"\)', sheet.read_text(encoding="utf-8"))
    drawn = [address for address in addresses if "/vendor/" not in address]

    assert all(address.startswith("../") for address in addresses)
    assert [address for address in drawn if not (sheet.parent / address).is_file()] == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda s: s.name)
def test_sheets_name_only_tokens_there_are(sheet: Path) -> None:
    """A misspelt token would silently draw nothing."""
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", sheet.read_text(encoding="utf-8")))
    known = set(re.findall(r"--([a-z0-9-]+):", TOKENS))

    assert used - known == set()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.name)
def test_scripts_are_small_and_write_text_only(script: Path) -> None:
    """Under a hundred lines; no markup made from texts, no code made from texts."""
    source = script.read_text(encoding="utf-8")

    assert len(source.splitlines()) < 100
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(|new Function|\.style\b", source) == []
