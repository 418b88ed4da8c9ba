"""The verifier page in a real Chromium, from a file and without network: it names what is not the original."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page

from inspect_app.core import sealing
from inspect_app.core.chain import Link, canonical
from inspect_app.core.sealing import Key
from inspect_app.evidence import page as verifier_page
from inspect_app.evidence import verifying
from tests.browser.conftest import WCAG
from tests.evidence_builders import issued_package
from tests.inspections_builders import AsUser, Ids, Visit, expect, sha256

pytestmark = pytest.mark.usefixtures("people")


@pytest.fixture
def issued(as_user: AsUser, people: Ids, tmp_path: Path) -> tuple[Visit, Path]:
    return issued_package(as_user, people, tmp_path / "package")


@pytest.fixture
def folder(issued: tuple[Visit, Path]) -> Path:
    return issued[1]


@pytest.fixture
def city(app: Flask, folder: Path) -> Key:
    """The city's own key, with which a package is signed anew by one who has it."""
    with app.app_context():
        return sealing.key()


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


Manifest = dict[str, Any]


def written(folder: Path) -> Manifest:
    manifest: Manifest = json.loads((folder / "manifest.json").read_text())
    return manifest


def signed(folder: Path, key: Key, change: Callable[[Manifest], object] = lambda _: None) -> None:
    """The manifest with a change and the files as they lie there, signed with a key."""
    manifest = written(folder)
    change(manifest)
    manifest["files"] = [each | _measured(folder / each["name"]) for each in manifest["files"]]
    data = json.dumps(manifest, ensure_ascii=False).encode()
    seal = {"key": key.id, "public": key.public, "sha256": hashlib.sha256(data).hexdigest()}
    seal["signature"] = sealing.encoded(key.sign(data))
    (folder / "manifest.json").write_bytes(data)
    (folder / "manifest.sig").write_bytes(canonical(seal).encode() + b"\n")


def _measured(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def sealed(key: Key, inspection: str, link: Link, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A paper of another wording, sealed with a key."""
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "key", lambda: key)
        return sealing.seal_paper(b"%PDF-1.4\nforged\n%%EOF\n", UUID(inspection), link)


def root(folder: Path) -> Link:
    last = written(folder)["root"]
    return Link(last["seq"], last["hash"])


def concluded(page: Page) -> tuple[str | None, str]:
    """The tone of the conclusion and its words."""
    told = page.locator("#conclusion")
    return told.get_attribute("class"), told.inner_text()


def receipt(visit: Visit, number: int) -> dict[str, Any]:
    path = f"/photos/{sha256(number)}/receipt"
    kept: dict[str, Any] = expect(visit.api("staff").get(path, inspection=visit.id), 200).get_json()
    return kept


def test_a_strangers_key_is_never_green(
    tab: Page, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forger alters a photo, makes another paper, and signs both with a key of his own."""
    stranger = sealing.generate()
    forged = sealed(stranger, written(folder)["inspection"], root(folder), monkeypatch)
    (folder / "papers/record.pdf").write_bytes(forged)
    signed(folder, stranger, lambda manifest: manifest.update(receipts=[]))
    alone = tmp_path / "record.pdf"
    alone.write_bytes(forged)
    tab.goto("/evidence/verifier")

    for given in (folder, [alone]):
        found = check(tab, given)

        assert found["簽章金鑰"] == "？ 無法判斷 Unknown"
        tone, words = concluded(tab)
        assert tone == "unknown"
        assert "簽章金鑰不是已知的機關金鑰" in words
        assert stranger.id in tab.locator("#caution").inner_text()


def knowing(page: Page, path: Path, **key: str) -> Page:
    """The page with this one key in it, saved as a file."""
    path.write_text(verifier_page.html([key]))
    page.goto(path.as_uri())
    return page


def test_a_key_of_the_citys_name_is_not_the_citys(
    verifier: Page, folder: Path, city: Key, tmp_path: Path
) -> None:
    """What counts is the public half, not the code that is printed."""
    knowing(verifier, tmp_path / "page.html", id=city.id, public=sealing.generate().public)

    check(verifier, folder)

    assert concluded(verifier)[0] == "unknown"


def test_a_withdrawn_key_is_never_green(verifier: Page, folder: Path, city: Key, tmp_path: Path) -> None:
    since = "2026-11-01T00:00:00.000000+00:00"
    knowing(verifier, tmp_path / "page.html", id=city.id, public=city.public, withdrawn_at=since)

    found = check(verifier, folder)

    assert found["簽章金鑰"] == "？ 無法判斷 Unknown"
    assert concluded(verifier)[0] == "unknown"
    assert "撤銷" in concluded(verifier)[1]


def test_a_page_that_came_with_the_package_says_what_to_compare(
    tab: Page, verifier: Page, folder: Path, city: Key
) -> None:
    check(verifier, folder)
    tab.goto("/evidence/verifier")
    check(tab, folder)

    assert city.id in verifier.locator("#caution").inner_text()
    assert tab.locator("#caution").inner_text() == ""


def test_a_file_never_hides_another_of_its_name(verifier: Page, folder: Path, tmp_path: Path) -> None:
    record, garbage = folder / "papers/record.pdf", tmp_path / "other/record.pdf"
    garbage.parent.mkdir()
    garbage.write_bytes(b"altered")

    for given in ([record, garbage], [garbage, record]):
        assert sorted(check(verifier, given).values()) == ["✓ 是原件 Original", "✗ 不是原件 Altered"]
        assert concluded(verifier)[0] == "bad"

    loose = [path for path in folder.rglob("*") if path.is_file()]
    assert check(verifier, [*loose, garbage])["record.pdf"] == "✗ 不是原件 Altered"


def test_a_receipt_speaks_for_itself_and_for_its_photo(
    verifier: Page, issued: tuple[Visit, Path], tmp_path: Path
) -> None:
    visit, folder = issued
    kept, photo = tmp_path / "receipt.json", folder / f"photos/{sha256(0)}.jpg"
    kept.write_text(json.dumps({"receipt": receipt(visit, 0)}, indent=2))

    assert set(check(verifier, [photo, kept]).values()) == {"✓ 是原件 Original"}
    assert concluded(verifier)[0] == "original"

    kept.write_text(json.dumps(receipt(visit, 0) | {"sha256": sha256(1)}))
    assert check(verifier, [kept]) == {"receipt.json": "✗ 不是原件 Altered"}


def test_what_is_held_elsewhere_is_held_against_the_package(
    verifier: Page,
    app: Flask,
    issued: tuple[Visit, Path],
    city: Key,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Receipts are with senders and papers with the parties: a chain made anew agrees with neither."""
    visit, folder = issued
    kept, paper = tmp_path / "receipt.json", tmp_path / "paper.pdf"
    kept.write_text(json.dumps(receipt(visit, 0)))
    shutil.copy(folder / "papers/record.pdf", paper)
    check(verifier, folder)
    verifier.set_input_files("#more", [kept, paper])
    verifier.wait_for_selector("#list li:has-text('receipt.json')")
    assert concluded(verifier)[0] == "original"

    known = receipt(visit, 0)
    moved = {name: known[name] for name in known if name not in ("key", "signature")} | {"chain": "1" * 64}
    kept.write_text(json.dumps(city.seal(moved)))
    paper.write_bytes(sealed(city, known["inspection"], Link(known["seq"], "1" * 64), monkeypatch))
    check(verifier, folder)
    verifier.set_input_files("#more", [kept, paper])
    verifier.wait_for_selector("#list li:has-text('receipt.json')")
    assert concluded(verifier)[0] == "bad"
    assert "2 項不是原件" in concluded(verifier)[1]


def _drop(name: str) -> Callable[[Manifest], None]:
    def change(manifest: Manifest) -> None:
        manifest["files"] = [each for each in manifest["files"] if each["name"] != name]

    return change


def _list(name: str) -> Callable[[Manifest], None]:
    return lambda manifest: manifest["files"].append({"name": name})


def _vanished(folder: Path, city: Key) -> None:
    (folder / f"photos/{sha256(0)}.jpg").unlink()
    signed(folder, city, _drop(f"photos/{sha256(0)}.jpg"))


def _never_came(folder: Path, city: Key) -> None:
    (folder / "photos/more.jpg").write_bytes(b"never came")
    signed(folder, city, _list("photos/more.jpg"))


def _newer(folder: Path, city: Key) -> None:
    signed(folder, city, lambda manifest: manifest.update(format="chahe-evidence/2"))


def _other_root(folder: Path, city: Key) -> None:
    with pytest.MonkeyPatch.context() as patch:
        forged = sealed(city, written(folder)["inspection"], Link(2, "1" * 64), patch)
    (folder / "papers/record.pdf").write_bytes(forged)
    signed(folder, city)


def _other_end(folder: Path, city: Key) -> None:
    signed(folder, city, lambda manifest: manifest["events"].pop())


def _other_receipt(folder: Path, city: Key) -> None:
    signed(folder, city, lambda manifest: manifest["receipts"][0].update(sha256="1" * 64))


def _strange_words(folder: Path, city: Key) -> None:
    signed(folder, city, lambda manifest: manifest.update(receipts=7))


def _gone(name: str) -> Callable[[Path, Key], None]:
    return lambda folder, _: (folder / name).unlink()


SPOILED: dict[str, Callable[[Path, Key], object]] = {
    "whole": signed,
    "vanished": _vanished,
    "never_came": _never_came,
    "newer": _newer,
    "other_root": _other_root,
    "other_end": _other_end,
    "other_receipt": _other_receipt,
    "strange_words": _strange_words,
    "no_manifest": _gone("manifest.json"),
    "no_signature": _gone("manifest.sig"),
    "no_paper": _gone("papers/record.pdf"),
    "altered": lambda folder, _: flip(folder / "papers/record.pdf", 5000),
    "renamed": lambda folder, _: (folder / "verify.py").rename(folder / "verify2.py"),
    "added": lambda folder, _: (folder / "more.txt").write_text("more"),
}


def listed(page: Page) -> list[tuple[str, str]]:
    """Each (name, verdict) that the page lists."""
    words = {shown.split()[-1].lower(): shown for shown in page.locator("#list .verdict").all_inner_texts()}
    lines = page.locator("#list li").all_inner_texts()
    told = [(verdict, line) for line in lines for verdict, shown in words.items() if line.startswith(shown)]
    return sorted(
        (line.removeprefix(words[verdict]).split("：")[0].strip(), verdict) for verdict, line in told
    )


def test_the_page_and_the_program_say_the_same(
    verifier: Page, folder: Path, city: Key, tmp_path: Path
) -> None:
    for name, spoil in SPOILED.items():
        spoiled = tmp_path / name
        shutil.copytree(folder, spoiled)
        spoil(spoiled, city)

        check(verifier, spoiled)

        report = verifying.verify(spoiled)
        assert listed(verifier) == sorted((each.name, each.verdict) for each in report.findings), name
        assert (concluded(verifier)[0] == "original") == report.holds == (name == "whole")
