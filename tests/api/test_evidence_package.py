"""An evidence package and its papers say themselves what is the original; one other byte anywhere is named."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from click.testing import Result
from flask import Flask
from pypdf import PdfReader

from inspect_app.core import sealing
from inspect_app.core.chain import Link
from inspect_app.core.sealing import Key
from inspect_app.evidence import packing, verifying
from inspect_app.evidence.verifying import ADDED, ALTERED, MISSING, ORIGINAL, RENAMED, UNKNOWN
from inspect_app.photos import queries
from tests.api.test_evidence_chain import change_behind_the_guard
from tests.evidence_builders import issued_package, keys, packed, photographed
from tests.inspections_builders import AsUser, Ids, Visit, expect, sha256, submission_body

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


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The package's own `verify.py`."""
    made = [sys.executable, "-I", str(folder / "verify.py"), str(folder), *arguments]
    return subprocess.run(made, capture_output=True, text=True, check=False, timeout=30)


def test_a_key_that_is_mistyped_is_a_wrong_call_and_another_key_is_named(
    issued: tuple[Visit, Path],
) -> None:
    _, folder = issued
    key = verifying.verify(folder).key

    wrong = (
        ["--key"],
        ["--key", ""],
        ["--key=deadbeef"],
        ["--key", f"{key}0"],
        ["--key", "x" * 32],
        ["--kye", key],
    )
    assert [run(folder, *each).returncode for each in wrong] == [2] * len(wrong)
    assert [run(folder, *each).returncode for each in (["--key", key], [f"--key={key.upper()}"])] == [0, 0]
    other = run(folder, "--key", "0" * len(key))
    assert (other.returncode, "不是原件　簽章金鑰" in other.stdout) == (1, True)


def test_what_is_no_file_is_named_and_nothing_falls_over(issued: tuple[Visit, Path], tmp_path: Path) -> None:
    _, folder = issued
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.jpg").write_bytes(b"x")
    (folder / "linked").symlink_to(outside)
    (folder / "broken").symlink_to("/nonexistent")
    os.mkfifo(folder / "pipe")
    (folder / os.fsdecode(b"bad\xff\n.jpg")).write_bytes(b"x")
    photo = folder / f"photos/{sha256(0)}.jpg"
    photo.rename(outside / "y.jpg")
    photo.symlink_to(outside / "y.jpg")

    assert set(verdicts(folder).values()) == {ADDED}
    assert {"linked", "broken", "pipe", f"photos/{sha256(0)}.jpg"} < set(verdicts(folder))
    told = run(folder)
    assert (told.returncode, "結論：5 項不是原件" in told.stdout) == (1, True), told.stderr
    for name in ("manifest.sig", "manifest.json"):
        (folder / name).unlink()
        os.mkfifo(folder / name)
        assert verdicts(folder)[name] == MISSING


def signed_again(app: Flask, folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """As the holder of the key alone could: another manifest."""
    manifest = json.loads((folder / "manifest.json").read_text())
    change(manifest)
    for name in ("manifest.json", "manifest.sig"):
        (folder / name).unlink()
    with app.app_context():
        packing._sign(packing.Folder(folder), json.dumps(manifest).encode())


def test_what_came_by_the_chain_must_be_listed_or_told_to_be_absent(
    app: Flask, issued: tuple[Visit, Path]
) -> None:
    _, folder = issued
    gone = {f"photos/{sha256(1)}.jpg", *(name for name in names(folder) if name.startswith("submissions/"))}
    for name in gone:
        (folder / name).unlink()

    def unlist(manifest: dict[str, Any]) -> None:
        manifest["files"] = [each for each in manifest["files"] if each["name"] not in gone]

    signed_again(app, folder, unlist)
    found = verdicts(folder)
    assert sorted((name[:2], verdict) for name, verdict in found.items()) == [
        ("照片", MISSING),
        ("送件", MISSING),
    ]
    assert any(sha256(1) in name and "環" in name for name in found)

    absent = {"kind": "photo", "sha256": sha256(1), "reason": "x"}
    signed_again(app, folder, lambda manifest: manifest["absent"].append(absent))
    assert [name[:2] for name in verdicts(folder)] == ["送件"]


@pytest.mark.parametrize("name", ["photos/more.jpg", "submissions/9-x.json"])
def test_a_listed_photo_or_submission_that_never_came_is_named(
    app: Flask, issued: tuple[Visit, Path], name: str
) -> None:
    _, folder = issued
    (folder / name).write_bytes(b"more")
    each = {"name": name, "bytes": 4, "sha256": hashlib.sha256(b"more").hexdigest()}

    signed_again(app, folder, lambda manifest: manifest["files"].append(each))

    assert [
        (each.name, each.verdict, each.why) for each in verifying.verify(folder).findings if each.name == name
    ] == [(name, ADDED, "不在鏈上")]


@pytest.mark.parametrize("action", ["photo.cleared", "photo.erased"])
def test_a_photo_cleared_or_erased_by_the_chain_is_not_missed_until_it_comes_again(action: str) -> None:
    came = (1, "photo.received", {"sha256": "a"})
    gone = (2, action, {"sha256": "a"})

    assert verifying.arrivals([came, gone]) == ({("photo", "a"): 1}, {})
    assert verifying.arrivals([came, gone, (3, *came[1:])])[1] == {("photo", "a"): 3}


def test_a_paper_whose_root_is_off_the_chain_gets_one_verdict(
    app: Flask, issued: tuple[Visit, Path], people: Ids, as_user: AsUser
) -> None:
    visit, folder = issued
    with app.app_context():
        data = sealing.seal_paper(b"%PDF-1.7\n", UUID(visit.id), Link(1, "0" * 64))
    (folder / "papers/record.pdf").write_bytes(data)

    def relist(manifest: dict[str, Any]) -> None:
        (each,) = [each for each in manifest["files"] if each["name"] == "papers/record.pdf"]
        each["sha256"] = hashlib.sha256(data).hexdigest()

    signed_again(app, folder, relist)
    told = [each.verdict for each in verifying.verify(folder).findings if each.name == "papers/record.pdf"]
    assert told == [ALTERED]


def test_receipts_and_papers_kept_elsewhere_are_held_against_the_package(
    app: Flask, as_user: AsUser, people: Ids, tmp_path: Path
) -> None:
    visit = Visit.started(as_user, people)
    receipt = expect(visit.send_photo(1), 201).get_json()["receipt"]
    expect(visit.submit(submission_body(people, photos=[{"sha256": sha256(1), "bytes": 1}])), 201)
    expect(visit.issue(), 200)
    folder = packed(visit, tmp_path / "package")
    good, bad = tmp_path / "receipt.json", tmp_path / "bad.json"
    good.write_text(json.dumps(receipt))
    bad.write_text(json.dumps(receipt | {"seq": receipt["seq"] + 1}))
    record = tmp_path / "record.pdf"
    record.write_bytes(expect(visit.get("staff", "/record.pdf"), 200).data)

    held = run(folder, "--receipt", str(good), "--paper", str(record))
    assert (held.returncode, held.stdout.count("在這條證據鏈上")) == (0, 2), held.stdout
    assert run(folder, "--receipt", str(bad)).returncode == 1
    assert command(app, "verify", folder, "--receipt", good).exit_code == 0
    assert command(app, "verify", record, "--receipt", good).exit_code == 1
    with app.app_context():
        stranger = Key.of(sealing.generate().private)
    good.write_text(
        json.dumps(stranger.seal({k: v for k, v in receipt.items() if k not in ("key", "signature")}))
    )
    assert "不是以已知的金鑰簽的" in run(folder, "--receipt", str(good)).stdout
    (folder / "manifest.json").unlink()
    assert "無法判斷　另存的 record.pdf" in run(folder, "--paper", str(record)).stdout


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


def test_photos_damaged_or_missing_in_the_storage_are_told_and_the_rest_is_packed(
    app: Flask, as_user: AsUser, people: Ids, tmp_path: Path
) -> None:
    visit = photographed(as_user, people, (0, 1, 2))
    with app.app_context():
        queries.paths(sha256(0), "original").write_bytes(b"damaged")
        queries.paths(sha256(1), "original").unlink()
    folder = packed(visit, tmp_path / "package")

    assert verdicts(folder) == {}
    absent = {each["sha256"] for each in json.loads((folder / "manifest.json").read_text())["absent"]}
    assert absent == {sha256(0), sha256(1)}
    assert f"未納入　{sha256(0)}：檔案遺失" in "\n".join(verifying.told(verifying.verify(folder)))
    assert (folder / f"photos/{sha256(2)}.jpg").exists()


def test_papers_that_cannot_be_made_are_told_and_the_rest_is_packed(
    app: Flask, as_user: AsUser, people: Ids, tmp_path: Path
) -> None:
    visit = photographed(as_user, people)
    expect(visit.issue(), 200)
    with app.app_context():
        for size in ("web", "original"):
            queries.paths(sha256(0), size).unlink()
    folder = packed(visit, tmp_path / "package")

    assert verdicts(folder) == {}
    kinds = [each["kind"] for each in json.loads((folder / "manifest.json").read_text())["absent"]]
    assert sorted(kinds) == ["paper", "photo"]


def test_one_package_at_a_time_is_sent_and_one_given_up_lets_the_next_begin(
    as_user: AsUser, people: Ids, tmp_path: Path
) -> None:
    visit = photographed(as_user, people)

    begun = expect(visit.get("staff", "/evidence.zip"), 200)
    assert begun.is_streamed
    refused = expect(visit.get("leader", "/evidence.zip"), 503)
    assert (refused.get_json()["code"], refused.headers["Retry-After"]) == ("packing", "60")
    begun.close()

    assert verdicts(packed(visit, tmp_path / "package", "leader")) == {}
    assert verdicts(packed(visit, tmp_path / "again")) == {}


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
