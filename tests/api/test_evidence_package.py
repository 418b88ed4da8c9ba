"""An evidence package and its papers say themselves what is the original; one other byte anywhere is named."""

import io
import json
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from click.testing import Result
from flask import Flask
from pypdf import PdfReader

from inspect_app.core import sealing
from inspect_app.evidence import packing, verifying
from inspect_app.evidence.verifying import ADDED, ALTERED, MISSING, ORIGINAL, RENAMED, UNKNOWN
from inspect_app.photos import queries
from tests.api.test_evidence_chain import change_behind_the_guard
from tests.evidence_builders import issued_package, keys, packed, photographed
from tests.inspections_builders import AsUser, Ids, Visit, expect, sha256

pytestmark = pytest.mark.usefixtures("people")
FLIPS = 60
"""So many bytes of every file, besides its first and last."""


@pytest.fixture
def issued(as_user: AsUser, people: Ids, tmp_path: Path) -> tuple[Visit, Path]:
    return issued_package(as_user, people, tmp_path / "package")


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def verdicts(folder: Path) -> dict[str, str]:
    """What is said of every name that is not the original."""
    return {each.name: each.verdict for each in verifying.verify(folder).findings if each.verdict != ORIGINAL}


def command(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(args=["evidence", *map(str, arguments)])


def test_a_package_holds_everything_and_all_of_it_is_the_original(issued: tuple[Visit, Path]) -> None:
    visit, folder = issued
    report = verifying.verify(folder)

    found = names(folder)
    assert {name.split("/")[0] for name in found} == {
        *("manifest.json", "manifest.sig", "verify.html", "verify.py"),
        *("photos", "submissions", "papers"),
    }
    assert f"photos/{sha256(0)}.jpg" in found
    assert verdicts(folder) == {}
    assert report.holds
    assert sorted(each.name for each in report.findings) == found
    assert (report.inspection, report.key in keys(visit)) == (visit.id, True)


@pytest.mark.parametrize(
    "kind", ["photos", "submissions", "papers", "manifest.json", "manifest.sig", "verify."]
)
def test_one_other_byte_in_any_file_is_named(issued: tuple[Visit, Path], kind: str) -> None:
    _, folder = issued
    random = Random(kind)  # noqa: S311 - the same places each time
    for name in (each for each in names(folder) if each.startswith(kind)):
        path, data = folder / name, (folder / name).read_bytes()
        places = {0, len(data) - 1, *(random.randrange(len(data)) for _ in range(FLIPS))}
        for place in places:
            bit = 1 << random.randrange(8)
            path.write_bytes(data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :])
            found = verdicts(folder)
            assert found.pop(name) == ALTERED, (name, place, bit)
            assert set(found.values()) <= ({UNKNOWN} if kind.startswith("manifest") else set()), (name, place)
        path.write_bytes(data)
    assert verdicts(folder) == {}


def test_every_bit_of_the_signature_file_counts(issued: tuple[Visit, Path]) -> None:
    _, folder = issued
    path = folder / "manifest.sig"
    data = path.read_bytes()
    for place in range(len(data)):
        for bit in range(8):
            path.write_bytes(data[:place] + bytes([data[place] ^ (1 << bit)]) + data[place + 1 :])
            assert verdicts(folder)["manifest.sig"] == ALTERED, (place, bit)


def test_every_bit_of_a_papers_seal_counts_and_so_does_what_follows(issued: tuple[Visit, Path]) -> None:
    data = (issued[1] / "papers/record.pdf").read_bytes()
    start = data.rfind(verifying.MARK)
    assert verifying.paper(data)["inspection"] == issued[0].id

    for place in range(start, len(data)):
        for bit in range(8):
            with pytest.raises(verifying.Broken):
                verifying.paper(data[:place] + bytes([data[place] ^ (1 << bit)]) + data[place + 1 :])
    for added in (b"\n", b" ", b"%%EOF\n", data[start + 1 :]):
        with pytest.raises(verifying.Broken):
            verifying.paper(data + added)
    for cut in (1, 2, 100, len(data) - start):
        with pytest.raises(verifying.Broken):
            verifying.paper(data[:-cut])


def test_a_missing_an_added_and_a_renamed_file_are_named(issued: tuple[Visit, Path]) -> None:
    _, folder = issued
    (folder / "papers/notice.pdf").unlink()
    (folder / "photos/more.jpg").write_bytes(b"more")
    (folder / f"photos/{sha256(1)}.jpg").rename(folder / "photos/renamed.jpg")

    assert verdicts(folder) == {
        "papers/notice.pdf": MISSING,
        "photos/more.jpg": ADDED,
        "photos/renamed.jpg": RENAMED,
    }


def test_two_photos_exchanged_are_both_named(issued: tuple[Visit, Path]) -> None:
    _, folder = issued
    one, other = (folder / f"photos/{sha256(number)}.jpg" for number in (0, 1))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)

    assert set(verdicts(folder).values()) == {ALTERED}
    assert len(verdicts(folder)) == 2


def test_without_its_manifest_papers_still_speak_for_themselves(issued: tuple[Visit, Path]) -> None:
    _, folder = issued
    (folder / "manifest.json").unlink()
    found = verifying.verify(folder)

    assert {each.name: each.verdict for each in found.findings}["papers/record.pdf"] == ORIGINAL
    assert not found.holds


def test_another_citys_key_shows(issued: tuple[Visit, Path], app: Flask) -> None:
    _, folder = issued
    own = verifying.verify(folder).key
    with app.app_context():
        stranger = sealing.generate()
        sealing.write(app.extensions["chahe.settings"].evidence_key_file, stranger)
        manifest = json.loads((folder / "manifest.json").read_text())
        for name in ("manifest.json", "manifest.sig"):
            (folder / name).unlink()
        packing._sign(packing.Folder(folder), json.dumps(manifest).encode())
        sealing.write(app.extensions["chahe.settings"].evidence_key_file, sealing.generate())

    assert verifying.verify(folder).key == stranger.id != own
    assert "不是本機關的金鑰" in command(app, "verify", folder).output


def test_the_copy_in_the_package_verifies_without_the_application(issued: tuple[Visit, Path]) -> None:
    _, folder = issued

    def run(path: Path) -> subprocess.CompletedProcess[str]:
        made = [sys.executable, "-I", str(folder / "verify.py"), str(path)]
        return subprocess.run(made, capture_output=True, text=True, check=False)

    whole = run(folder)
    assert (whole.returncode, "全部是原件" in whole.stdout, "離線核對" in whole.stdout) == (0, True, True)
    record = folder / "papers/record.pdf"
    assert run(record).returncode == 0
    record.write_bytes(record.read_bytes().replace(b"/Producer", b"/Producex", 1))
    altered = run(record)
    assert (altered.returncode, "不是原件　record.pdf：內容被更動" in altered.stdout) == (1, True)


@pytest.mark.every_database
def test_where_the_city_runs_it_is_compared_with_the_database(
    app: Flask, as_user: AsUser, people: Ids, tmp_path: Path
) -> None:
    visit, folder = issued_package(as_user, people, tmp_path / "package")
    good = command(app, "verify", folder)
    assert (good.exit_code, "已與本機關的資料庫比對" in good.output) == (0, True), good.output
    assert command(app, "verify", folder / "papers/record.pdf").exit_code == 0

    change_behind_the_guard(
        app, "UPDATE audit_events SET actor_name = 'x' WHERE subject_id = :id AND seq = 3", id=visit.id
    )

    bad = command(app, "verify", folder)
    assert (bad.exit_code, "資料庫證據鏈第 3 環" in bad.output) == (1, True), bad.output
    assert command(app, "verify", folder, "--offline").exit_code == 0


def test_an_exported_folder_verifies(app: Flask, as_user: AsUser, people: Ids, tmp_path: Path) -> None:
    visit = photographed(as_user, people)
    made = command(app, "export", visit.id, "--to", tmp_path / "out")

    assert made.exit_code == 0, made.output
    assert verifying.verify(tmp_path / "out").holds
    assert command(app, "export", visit.id, "--to", tmp_path / "out").exit_code == 1


def test_a_photo_damaged_in_the_storage_is_named_and_an_erased_one_is_told(
    app: Flask, as_user: AsUser, people: Ids, tmp_path: Path
) -> None:
    visit = photographed(as_user, people)
    with app.app_context():
        queries.paths(sha256(0), "original").write_bytes(b"damaged")
        queries.paths(sha256(1), "original").unlink()
    folder = packed(visit, tmp_path / "package")

    assert verdicts(folder) == {f"photos/{sha256(0)}.jpg": ALTERED}
    (absent,) = json.loads((folder / "manifest.json").read_text())["absent"]
    assert absent["sha256"] == sha256(1)


def test_a_member_gets_the_package_without_the_others_marks(
    as_user: AsUser, people: Ids, tmp_path: Path
) -> None:
    folder = packed(photographed(as_user, people), tmp_path / "package", "member1")

    assert verifying.verify(folder).holds
    assert not [name for name in names(folder) if name.startswith("submissions")]


def test_papers_carry_the_root_of_the_issue_however_often_they_are_printed(
    issued: tuple[Visit, Path], as_user: AsUser
) -> None:
    visit, _ = issued
    first = expect(visit.get("staff", "/record.pdf"), 200).data
    stages = {stage: [sha256(0)] for stage in ("before", "during", "after")}
    (defect,) = expect(as_user("contractor").get("/defects"), 200).get_json()["items"]
    answer = as_user("contractor").post(
        f"/defects/{defect['id']}/corrections", {"note": "已修補", "photos": stages}
    )
    expect(answer, 200, 201)
    again = expect(visit.get("agency", "/record.pdf"), 200).data

    said = verifying.paper(first)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(first)).pages)
    assert first == again
    assert said["root"] in text.replace("\n", "")
    assert said["key"] in text


@pytest.mark.parametrize("tool", ["pdfinfo", "qpdf"])
def test_pdf_tools_read_a_sealed_paper_without_complaint(issued: tuple[Visit, Path], tool: str) -> None:
    if (path := shutil.which(tool)) is None:
        pytest.skip(f"{tool} is not installed")
    arguments = ["--check"] if tool == "qpdf" else []
    made = [path, *arguments, str(issued[1] / "papers/record.pdf")]
    done = subprocess.run(made, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_openssl_and_sha256sum_say_the_same(issued: tuple[Visit, Path]) -> None:
    """The example of docs/evidence.md."""
    if shutil.which("openssl") is None or shutil.which("sha256sum") is None:
        pytest.skip("openssl or sha256sum is not installed")
    _, folder = issued
    guide = (Path(__file__).parents[2] / "docs/evidence.md").read_text(encoding="utf-8")
    script = guide.split("```sh by-hand\n")[1].split("```")[0]

    def run() -> subprocess.CompletedProcess[str]:
        made = ["/bin/sh", "-eu", "-c", script]
        return subprocess.run(made, cwd=folder, capture_output=True, text=True, check=False)

    good = run()
    assert (good.returncode, "Verified OK" in good.stdout) == (0, True), good.stdout + good.stderr
    assert json.loads((folder / "manifest.sig").read_text())["key"] in good.stdout
    (folder / f"photos/{sha256(1)}.jpg").write_bytes(b"x")
    assert f"photos/{sha256(1)}.jpg: FAILED" in run().stdout
