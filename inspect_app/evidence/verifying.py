"""Is this the original? Checks an evidence package (a folder) or a paper (PDF), offline.

Needs Python 3.11 and `cryptography`, nothing of the application and no database; lies, behind `proofs`, in every
package as `verify.py`:  python verify.py FOLDER|PDF [--key FINGERPRINT] [--receipt FILE] [--paper PDF]
"""

import argparse
import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from inspect_app.evidence.proofs import (
    ADDED,
    ALTERED,
    DIGITS,
    MARK,
    MISSING,
    NOTHING,
    ORIGINAL,
    RENAMED,
    UNKNOWN,
    Broken,
    Finding,
    Report,
    canonical,
    check_signature,
    check_statement,
    fault,
    fingerprint,
    opened,
    paper,
    read,
    read_object,
    sha256,
)

__all__ = (
    "ADDED",
    "ALTERED",
    "MARK",
    "MISSING",
    "NOTHING",
    "ORIGINAL",
    "RENAMED",
    "UNKNOWN",
    "Broken",
    "Finding",
    "Report",
    "check_receipt",
    "check_statement",
    "paper",
    "told",
    "verify",
)
FORMAT = "chahe-evidence/1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
CAME = {"photo.received": "photo", "inspection.submitted": "submission", "inspection.amended": "submission"}
"""The events by which something came, and what: its SHA-256 stands in their detail."""
GONE = ("photo.cleared", "photo.erased")
FOLDERS = {"photos": "photo", "submissions": "submission"}
KINDS = {"photo": "照片", "submission": "送件"}


def verify_paper(path: Path) -> Report:
    """A PDF alone, against the key that it names itself."""
    report = Report()
    try:
        said = paper(read(path))
    except (Broken, OSError) as error:
        report.add(path.name, *fault(error))
        return report
    report.add(path.name, ORIGINAL)
    report.inspection, report.key = str(said["inspection"]), str(said["key"])
    report.root = (int(said["seq"]), str(said["root"]))
    return report


# -- packages --------------------------------------------------------------------------------------------


def verify_folder(folder: Path, held: Sequence[Path] = ()) -> Report:
    """A package: its manifest first, then the chain, the receipts, every file, and the papers `held` elsewhere."""
    report = Report()
    try:
        manifest = _manifest(folder, report)
        if manifest is None:
            _judge_alone(report, folder, held)
        else:
            _check(report, manifest, folder, held)
    except (KeyError, TypeError, ValueError, AttributeError):
        report.add(MANIFEST, ALTERED, "清單的寫法不是本系統的")
    return report


def _check(report: Report, manifest: Mapping[str, Any], folder: Path, held: Sequence[Path]) -> None:
    if manifest["format"] != FORMAT:
        report.add(MANIFEST, UNKNOWN, f"格式是 {manifest['format']}，請用新版的核對程式")
    report.inspection = str(manifest["inspection"])
    report.root = (manifest["root"]["seq"], manifest["root"]["hash"])
    report.absent = [f"{each['sha256']}：{each['reason']}" for each in manifest["absent"]]
    _check_chain(report, manifest)
    _check_receipts(report, manifest)
    _check_files(report, manifest, folder, _check_came(report, manifest))
    _check_held(report, manifest, held)


def _manifest(folder: Path, report: Report) -> dict[str, Any] | None:
    """The manifest, if it is the original; otherwise it is named, or its signature is."""
    try:
        data, sealed = (read(folder / name) for name in (MANIFEST, SIGNATURE))
    except OSError as error:
        report.add(Path(str(error.filename)).name, MISSING, "沒有它無法核對其他檔案")
        return None
    try:
        seal = _seal(sealed)
    except Broken as error:
        report.add(SIGNATURE, ALTERED, str(error))
        return None
    return _signed_manifest(data, seal, report)


def _signed_manifest(data: bytes, seal: dict[str, Any], report: Report) -> dict[str, Any] | None:
    try:
        check_signature(seal["public"], seal["signature"], data)
    except Broken as error:
        name = MANIFEST if sha256(data) != seal["sha256"] else SIGNATURE
        report.add(name, ALTERED, str(error))
        return None
    if sha256(data) != seal["sha256"]:
        report.add(SIGNATURE, ALTERED, "所載的 SHA-256 不符")
        return None
    report.key = seal["key"]
    report.add(MANIFEST, ORIGINAL)
    report.add(SIGNATURE, ORIGINAL)
    return read_object(data, "清單無法讀取")


def _seal(data: bytes) -> dict[str, Any]:
    seal = read_object(data, "簽章檔被更動")
    names = {"key", "public", "sha256", "signature"}
    if canonical(seal) + b"\n" != data or set(seal) != names or fingerprint(seal["public"]) != seal["key"]:
        raise Broken("簽章檔被更動")
    return seal


def _files(report: Report, folder: Path) -> Iterator[tuple[str, Path]]:
    """All below a folder but real folders, the manifest and its signature, by its name with `/`."""

    def unreadable(error: OSError) -> None:
        report.add(Path(str(error.filename)).relative_to(folder).as_posix(), *fault(error))

    for place, folders, names in os.walk(folder, onerror=unreadable):
        folders.sort()
        for path in sorted(Path(place) / name for name in names + folders):
            told = path.relative_to(folder).as_posix()
            if told not in (MANIFEST, SIGNATURE) and (path.is_symlink() or not path.is_dir()):
                yield told, path


def _judge_alone(report: Report, folder: Path, held: Sequence[Path]) -> None:
    """Without a manifest only papers speak for themselves."""
    for name, path in _files(report, folder):
        if path.suffix.lower() == ".pdf":
            report.findings += [Finding(name, each.verdict, each.why) for each in verify_paper(path).findings]
        else:
            report.add(name, UNKNOWN, "清單不是原件，無從核對")
    _without_folder(report, held)


def _check_files(report: Report, manifest: Mapping[str, Any], folder: Path, strange: Iterable[str]) -> None:
    """Every listed file and every other one; what only changed its name is told so. `strange`: not on the chain."""
    listed = {each["name"]: each["sha256"] for each in manifest["files"]}
    found = {name: _digest(report, name, path) for name, path in _files(report, folder)}
    gone = {digest: name for name, digest in listed.items() if name not in found}
    moved = {gone[digest]: name for name, digest in found.items() if name not in listed and digest in gone}
    for name, digest in listed.items():
        if name in moved:
            report.add(moved[name], RENAMED, f"內容是原件的 {name}")
        elif name not in found:
            report.add(name, MISSING)
        elif found[name]:
            report.add(name, *_judged(report, folder / name, digest == found[name], name in strange))
    for name in found.keys() - listed.keys() - set(moved.values()):
        if found[name]:
            report.add(name, ADDED, "不是這份證據的一部分")


def _digest(report: Report, name: str, path: Path) -> str:
    """Of a file; empty for what is none or cannot be read, which is told."""
    try:
        with opened(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        report.add(name, *fault(error))
        return ""


def _judged(report: Report, path: Path, equal: bool, strange: bool) -> tuple[str, str]:
    if not equal:
        return ALTERED, "內容被更動"
    if strange:
        return ADDED, "不在鏈上"
    try:
        if path.suffix == ".pdf":
            _check_root(report, paper(read(path)))
    except (Broken, OSError) as error:
        return fault(error)
    return ORIGINAL, ""


def _check_root(report: Report, said: Mapping[str, Any]) -> None:
    """Broken unless the root that a paper carries lies on the chain."""
    if report.chain.get(said["seq"], {}).get("hash") != said["root"]:
        raise Broken("所載的證據鏈根不在這條鏈上")


def _check_chain(report: Report, manifest: Mapping[str, Any]) -> None:
    """Every event follows the one before and the last is the root; keeps the events read, by their place."""
    previous = NOTHING
    for place, event in enumerate(manifest["events"], 1):
        data = event["text"].encode()
        said = read_object(data, f"第 {place} 環無法讀取")
        if (said["previous"], said["seq"], sha256(data)) != (previous, place, event["hash"]):
            report.add(f"證據鏈第 {place} 環", ALTERED, f"{said.get('action')} 與前後不相連")
        previous = event["hash"]
        report.chain[place] = {**said, "hash": previous}
    if (len(report.chain), previous) != report.root:
        report.add("證據鏈", ALTERED, "最後一環不是所載的根")


Came = dict[tuple[str, str], int]


def arrivals(events: Iterable[tuple[int, str, Mapping[str, Any]]]) -> tuple[Came, Came]:
    """What came by the events (place, action, detail) of a chain: kind and SHA-256, with the place; all, and what is
    still due, which was neither cleared nor erased since."""
    came, due = Came(), Came()
    for place, action, detail in events:
        digest = detail.get("sha256", "")
        if action in GONE:
            due.pop(("photo", digest), None)
        elif action in CAME and digest:
            came[CAME[action], digest] = due[CAME[action], digest] = place
    return came, due


def told_of(what: tuple[str, str], place: int) -> str:
    return f"{KINDS[what[0]]} {what[1]}（第 {place} 環）"


def _check_came(report: Report, manifest: Mapping[str, Any]) -> set[str]:
    """What came is listed or told to be absent; returns the listed names of what never came."""
    came, due = arrivals((place, said["action"], said["detail"]) for place, said in report.chain.items())
    files = {each["name"]: (_kind(each["name"]), each["sha256"]) for each in manifest["files"]}
    known = {*files.values(), *((each["kind"], each["sha256"]) for each in manifest["absent"])}
    for what in [each for each in due if each not in known]:
        report.add(told_of(what, due[what]), MISSING, "證據鏈載有它，清單沒有")
    return {name for name, what in files.items() if what[0] and what not in came}


def _kind(name: str) -> str:
    return FOLDERS.get(name.partition("/")[0], "")


def _keys(manifest: Mapping[str, Any]) -> dict[str, str]:
    return {
        each["id"]: each["public"] for each in manifest["keys"] if fingerprint(each["public"]) == each["id"]
    }


def _check_receipts(report: Report, manifest: Mapping[str, Any]) -> None:
    keys = _keys(manifest)
    for receipt in manifest["receipts"]:
        try:
            check_receipt(receipt, keys, report.chain)
        except Broken as error:
            report.add(f"收據（第 {receipt.get('seq')} 環）", ALTERED, str(error))


def _check_held(report: Report, manifest: Mapping[str, Any], held: Sequence[Path]) -> None:
    """Receipts and papers kept elsewhere: signed with a key of the manifest, and on its chain."""
    keys = _keys(manifest)
    for path in held:
        try:
            data = read(path.resolve())
            if data.startswith(b"%PDF"):
                said = paper(data)
                if keys.get(said["key"]) != said["public"]:
                    raise Broken(f"不是以清單所列的金鑰簽的（{said['key']}）")
                _check_root(report, said)
            else:
                check_receipt(read_object(data, "不是收據，也不是文件"), keys, report.chain)
        except (KeyError, TypeError, ValueError, AttributeError, OSError) as error:
            report.add(f"另存的 {path.name}", *fault(error))
        else:
            report.add(f"另存的 {path.name}", ORIGINAL, "在這條證據鏈上")


def _without_folder(report: Report, held: Sequence[Path]) -> None:
    for path in held:
        report.add(f"另存的 {path.name}", UNKNOWN, "要與清單是原件的證據資料夾一起核對")


def check_receipt(
    receipt: Mapping[str, Any], keys: Mapping[str, str], links: Mapping[int, Mapping[str, Any]]
) -> None:
    """Broken unless the receipt is signed and what it says lies on the chain."""
    check_statement(receipt, keys)
    event = links.get(int(receipt["seq"]))
    if event is None or event["hash"] != receipt["chain"]:
        raise Broken("不在這條證據鏈上")
    if event["detail"].get("sha256", receipt["sha256"]) != receipt["sha256"]:
        raise Broken("與證據鏈所載的內容不同")


# -- the command -----------------------------------------------------------------------------------------


def verify(path: Path, held: Sequence[Path] = ()) -> Report:
    """A folder or a PDF; `held`: receipts and papers from elsewhere that the folder is held against."""
    path = path.resolve()
    if path.is_dir():
        return verify_folder(path, held)
    report = verify_paper(path)
    _without_folder(report, held)
    return report


def told(report: Report) -> Iterator[str]:
    """The report in lines: what is not the original first; nothing in a name can end a line."""
    for line in _lines(report):
        yield "".join(each if each.isprintable() or each == "　" else ascii(each)[1:-1] for each in line)


def _lines(report: Report) -> Iterator[str]:
    yield from (str(each) for each in report.findings if each.verdict != ORIGINAL)
    yield from (str(each) for each in report.findings if each.verdict == ORIGINAL)
    yield from (f"未納入　{each}" for each in report.absent)
    if report.root[0]:
        yield f"證據鏈根　{report.root[1]}（第 {report.root[0]} 環）"
    if report.key:
        yield f"簽章金鑰　{report.key}；請與紙本頁尾或機關網頁公布的金鑰核對"
    wrong = sum(each.verdict != ORIGINAL for each in report.findings)
    yield f"結論：{wrong} 項不是原件" if wrong else "結論：全部是原件"


def _fingerprint(given: str) -> str:
    if len(given) != DIGITS or not set(given.lower()) <= set("0123456789abcdef"):
        raise argparse.ArgumentTypeError(f"應為 {DIGITS} 個十六進位字元")
    return given.lower()


def _path(given: str) -> Path:
    if not Path(given).exists():
        raise argparse.ArgumentTypeError(f"找不到 {given}")
    return Path(given)


def main(arguments: list[str]) -> int:
    """0 when all is the original, 1 when something is not; ends with 2 for a wrong call."""
    parser = argparse.ArgumentParser(
        "verify.py", description="證據資料夾或文件是不是原件？", allow_abbrev=False
    )
    parser.add_argument("path", metavar="資料夾或PDF", type=_path)
    parser.add_argument("--key", metavar="金鑰代號", type=_fingerprint)
    parser.add_argument(
        "--receipt", "--paper", metavar="檔案", dest="held", type=_path, action="append", default=[]
    )
    given = parser.parse_args(arguments)
    report = verify(given.path, given.held)
    if given.key and report.key != given.key:
        report.add("簽章金鑰", ALTERED, f"是 {report.key or '未知'}，不是 {given.key}")
    sys.stdout.write("\n".join(("離線核對：只依這份資料本身，未與機關的資料庫比對。", *told(report))) + "\n")
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
