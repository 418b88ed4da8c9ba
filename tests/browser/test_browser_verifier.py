"""The verifier page in a real Chromium, from a file and without network: it names what is not the original."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.browser.conftest import WCAG
from tests.evidence_builders import issued_package
from tests.inspections_builders import AsUser, Ids, sha256

pytestmark = pytest.mark.usefixtures("people")


@pytest.fixture
def folder(as_user: AsUser, people: Ids, tmp_path: Path) -> Path:
    return issued_package(as_user, people, tmp_path / "package")[1]


@pytest.fixture
def verifier(chromium: Browser, folder: Path) -> Iterator[Page]:
    """The package's own page over file://; a request for anything else, or a complaint, fails the test."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-TW", offline=True)
    page, wrong = context.new_page(), list[str]()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("request", lambda asked: wrong.append(asked.url) if not asked.url.startswith("file:") else None)
    page.set_default_timeout(8000)
    page.goto((folder / "verify.html").as_uri())
    yield page
    context.close()
    assert wrong == []


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def check(page: Page, given: Path | list[Path]) -> dict[str, str]:
    """Give a folder, or files; what the page then says, by name."""
    page.set_input_files("#folder" if isinstance(given, Path) else "#files", given)
    page.wait_for_selector("#result:not([hidden])")
    lines = page.locator("#list li").all_inner_texts()
    found = [re.match(r"(\S+ \S+ \w+) *\n? ?(.+)", line) for line in lines]
    return {each[2].split("：")[0].strip(): each[1] for each in found if each}


def test_a_whole_package_is_the_original(verifier: Page, folder: Path) -> None:
    found = check(verifier, folder)

    assert set(found.values()) == {"✓ 是原件 Original"}
    assert len(found) == len([path for path in folder.rglob("*") if path.is_file()])
    assert verifier.locator("#conclusion").inner_text().startswith("✓ 全部是原件")
    assert verifier.locator("#chain li").count() > 8
    assert "與本頁內建的機關金鑰相同" in verifier.locator("#facts").inner_text()
    assert verifier.evaluate("document.documentElement.scrollWidth") <= 390
    seen = Axe().run(verifier, options={"runOnly": {"type": "tag", "values": WCAG}})
    assert seen.response["violations"] == [], seen.generate_report()


def _flipped(name: str, place: int) -> Callable[[Path], None]:
    return lambda folder: flip(folder / name, place)


@pytest.mark.parametrize(
    ("spoil", "name", "verdict"),
    [
        (_flipped(f"photos/{sha256(0)}.jpg", 100), f"photos/{sha256(0)}.jpg", "✗ 不是原件 Altered"),
        (_flipped("papers/record.pdf", 5000), "papers/record.pdf", "✗ 不是原件 Altered"),
        (_flipped("papers/record.pdf", -40), "papers/record.pdf", "✗ 不是原件 Altered"),
        (_flipped("manifest.json", 900), "manifest.json", "✗ 不是原件 Altered"),
        (_flipped("manifest.sig", 60), "manifest.sig", "✗ 不是原件 Altered"),
        (_flipped("manifest.sig", -10), "manifest.sig", "✗ 不是原件 Altered"),
        (lambda folder: (folder / "papers/notice.pdf").unlink(), "papers/notice.pdf", "✗ 缺少 Missing"),
        (lambda folder: (folder / "more.txt").write_text("more"), "more.txt", "✗ 不在清單 Added"),
        (
            lambda folder: (folder / "papers/notice.pdf").rename(folder / "papers/other.pdf"),
            "papers/other.pdf",
            "✗ 已改名 Renamed",
        ),
    ],
)
def test_the_one_that_is_not_the_original_is_named(
    verifier: Page, folder: Path, spoil: Callable[[Path], object], name: str, verdict: str
) -> None:
    spoil(folder)

    found = check(verifier, folder)

    assert found[name] == verdict
    others = {text for told, text in found.items() if told != name}
    assert others <= {"✓ 是原件 Original", "？ 無法判斷 Unknown"}
    assert verifier.locator("#conclusion").inner_text().startswith("✗")


def test_a_paper_alone_speaks_for_itself(verifier: Page, folder: Path) -> None:
    record = folder / "papers/record.pdf"
    assert check(verifier, [record]) == {"record.pdf": "✓ 是原件 Original"}

    record.write_bytes(record.read_bytes() + b"\n")
    assert check(verifier, [record]) == {"record.pdf": "✗ 不是原件 Altered"}


def test_the_citys_own_copy_of_the_page_works_behind_its_headers(app: Flask, tab: Page, folder: Path) -> None:
    tab.goto("/evidence/verifier")

    assert set(check(tab, folder).values()) == {"✓ 是原件 Original"}
