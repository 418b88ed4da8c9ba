"""Is this the original? Checks an evidence package (a folder) or a paper (PDF), offline.

Stands alone: it needs Python 3.11 and `cryptography`, nothing of the application and no database, and lies in every
package as `verify.py`:  python verify.py FOLDER|PDF [--key FINGERPRINT]
"""

import base64
import binascii
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

FORMAT = "chahe-evidence/1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
MARK = b"\n%chahe-evidence "
SEALED = {"inspection", "seq", "root", "sha256", "key", "public", "signature"}
NOTHING = "0" * 64
ORIGINAL, ALTERED, MISSING, ADDED, RENAMED, UNKNOWN = (
    *("original", "altered", "missing"),
    *("added", "renamed", "unknown"),
)
WORDS = {
    ORIGINAL: "是原件",
    ALTERED: "不是原件",
    MISSING: "缺少",
    ADDED: "不在清單",
    RENAMED: "已改名",
    UNKNOWN: "無法判斷",
}
HOW = ec.ECDSA(hashes.SHA256())


class Broken(ValueError):  # noqa: N818 - says what a thing is
    """Not what the city made; the message says why, in zh-Hant."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is said of one file, event or receipt."""

    name: str
    verdict: str
    why: str = ""

    def __str__(self) -> str:
        return f"{WORDS[self.verdict]}　{self.name}" + (f"：{self.why}" if self.why else "")


@dataclass(slots=True)
class Report:
    """All that was found. `root` is (seq, hash) and `key` the fingerprint that the verdicts rest on."""

    findings: list[Finding] = field(default_factory=list)
    inspection: str = ""
    root: tuple[int, str] = (0, NOTHING)
    key: str = ""
    links: int = 0

    @property
    def holds(self) -> bool:
        return bool(self.findings) and all(each.verdict == ORIGINAL for each in self.findings)

    def add(self, name: str, verdict: str, why: str = "") -> None:
        self.findings.append(Finding(name, verdict, why))


# -- what everything rests on ----------------------------------------------------------------------------


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no spaces, and every character as itself."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def decoded(text: Any) -> bytes:
    """Base64url without padding; Broken unless it is written the one right way."""
    try:
        data = base64.urlsafe_b64decode(str(text) + "=" * (-len(str(text)) % 4))
    except (ValueError, binascii.Error) as error:
        raise Broken("簽章或金鑰不是有效的 base64url") from error
    if base64.urlsafe_b64encode(data).decode().rstrip("=") != text:
        raise Broken("簽章或金鑰的寫法被更動")
    return data


def fingerprint(public: str) -> str:
    """A key's id: how the SHA-256 of its DER begins."""
    return sha256(decoded(public))[:16]


def check_signature(public: str, signature: Any, data: bytes) -> None:
    """Broken unless the key signed the data."""
    try:
        key = load_der_public_key(decoded(public))
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise Broken("金鑰不是 P-256")
        key.verify(decoded(signature), data, HOW)
    except (InvalidSignature, UnsupportedAlgorithm, TypeError) as error:
        raise Broken("簽章不符") from error
    except ValueError as error:
        raise error if isinstance(error, Broken) else Broken("金鑰無法讀取") from error


def check_statement(statement: Mapping[str, Any], keys: Mapping[str, str]) -> None:
    """Broken unless a key of `keys` (public halves by id) signed the statement, as it names it."""
    said = {name: value for name, value in statement.items() if name != "signature"}
    public = keys.get(str(said.get("key")))
    if public is None:
        raise Broken(f"不是以已知的金鑰簽的（{said.get('key')}）")
    check_signature(public, statement.get("signature"), canonical(said))


# -- papers ----------------------------------------------------------------------------------------------


def paper(data: bytes) -> dict[str, Any]:
    """What the seal of a PDF says, its signature and the bytes checked; Broken where one byte is another."""
    at = data.rfind(MARK)
    if at < 0:
        raise Broken("沒有簽章列，或簽章列被更動")
    body, line = data[: at + 1], data[at + len(MARK) :]
    statement = _read_object(line, "簽章列被更動，或其後被加了內容")
    if canonical(statement) + b"\n" != line:
        raise Broken("簽章列被更動，或其後被加了內容")
    if sha256(body) != statement.get("sha256"):
        raise Broken("內容被更動")
    public = str(statement.get("public"))
    if fingerprint(public) != statement.get("key"):
        raise Broken("簽章列的金鑰被更動")
    check_statement(statement, {str(statement["key"]): public})
    if set(statement) != SEALED or not isinstance(statement["seq"], int):
        raise Broken("簽章列的內容不完整")
    return statement


def _read_object(data: bytes, why: str) -> dict[str, Any]:
    try:
        value = json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise Broken(why) from error
    if not isinstance(value, dict):
        raise Broken(why)
    return value


def verify_paper(path: Path) -> Report:
    """A PDF alone, against the key that it names itself."""
    report = Report()
    try:
        said = paper(path.read_bytes())
    except Broken as error:
        report.add(path.name, ALTERED, str(error))
        return report
    report.add(path.name, ORIGINAL)
    report.inspection, report.key = str(said["inspection"]), str(said["key"])
    report.root = (int(said["seq"]), str(said["root"]))
    return report


# -- packages --------------------------------------------------------------------------------------------


def verify_folder(folder: Path) -> Report:
    """A package: its manifest first, then every file by it, the chain, the receipts and the papers."""
    report = Report()
    manifest = _manifest(folder, report)
    if manifest is None:
        for name, path in _files(folder):
            _judge_alone(report, name, path)
        return report
    try:
        _check(report, manifest, folder)
    except (KeyError, TypeError, ValueError, AttributeError):
        report.add(MANIFEST, ALTERED, "清單的寫法不是本系統的")
    return report


def _check(report: Report, manifest: Mapping[str, Any], folder: Path) -> None:
    if manifest["format"] != FORMAT:
        report.add(MANIFEST, UNKNOWN, f"格式是 {manifest['format']}，請用新版的核對程式")
    report.inspection = manifest["inspection"]
    report.root = (manifest["root"]["seq"], manifest["root"]["hash"])
    links = _check_chain(report, manifest)
    _check_receipts(report, manifest, links)
    _check_files(report, manifest, folder, links)


def _manifest(folder: Path, report: Report) -> dict[str, Any] | None:
    """The manifest, if it is the original; otherwise it is named, or its signature is."""
    try:
        data, sealed = ((folder / name).read_bytes() for name in (MANIFEST, SIGNATURE))
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
    return _read_object(data, "清單無法讀取")


def _seal(data: bytes) -> dict[str, Any]:
    seal = _read_object(data, "簽章檔被更動")
    names = {"key", "public", "sha256", "signature"}
    if canonical(seal) + b"\n" != data or set(seal) != names or fingerprint(seal["public"]) != seal["key"]:
        raise Broken("簽章檔被更動")
    return seal


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file below a folder but the manifest and its signature, by its name with `/`."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(place) / name
            told = path.relative_to(folder).as_posix()
            if told not in (MANIFEST, SIGNATURE):
                yield told, path


def _judge_alone(report: Report, name: str, path: Path) -> None:
    """Without a manifest only papers speak for themselves."""
    if path.suffix.lower() != ".pdf":
        report.add(name, UNKNOWN, "清單不是原件，無從核對")
        return
    (found,) = verify_paper(path).findings
    report.add(name, found.verdict, found.why)


def _check_files(
    report: Report, manifest: Mapping[str, Any], folder: Path, links: Mapping[int, dict[str, Any]]
) -> None:
    """Every listed file and every other one; what only changed its name is told so."""
    listed = {each["name"]: each for each in manifest["files"]}
    found = {name: _digest(path) for name, path in _files(folder)}
    gone = {listed[name]["sha256"]: name for name in listed if name not in found}
    moved = {gone[digest]: name for name, digest in found.items() if name not in listed and digest in gone}
    for name, each in listed.items():
        if name in moved:
            report.add(moved[name], RENAMED, f"內容是原件的 {name}")
        elif name not in found:
            report.add(name, MISSING)
        else:
            _judge(report, name, found[name], each["sha256"])
    for name in found.keys() - listed.keys() - set(moved.values()):
        report.add(name, ADDED, "不是這份證據的一部分")
    _check_roots(report, manifest, folder, links)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _judge(report: Report, name: str, digest: str, wanted: str) -> None:
    if digest == wanted:
        report.add(name, ORIGINAL)
    else:
        report.add(name, ALTERED, "內容被更動")


def _check_roots(
    report: Report, manifest: Mapping[str, Any], folder: Path, links: Mapping[int, dict[str, Any]]
) -> None:
    """The root that each unaltered paper carries lies on the chain."""
    whole = {each.name for each in report.findings if each.verdict == ORIGINAL}
    for each in manifest["files"]:
        if each["name"] in whole and each["name"].endswith(".pdf"):
            said = paper((folder / each["name"]).read_bytes())
            if links.get(said["seq"], {}).get("hash") != said["root"]:
                report.add(each["name"], ALTERED, "所載的證據鏈根不在這條鏈上")


def _check_chain(report: Report, manifest: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """Every event follows the one before and the last is the root; returns the events read, by their place."""
    previous, links = NOTHING, dict[int, dict[str, Any]]()
    for place, event in enumerate(manifest["events"], 1):
        said = _read_object(event["text"].encode(), f"第 {place} 環無法讀取")
        if (said["previous"], said["seq"]) != (previous, place) or sha256(event["text"].encode()) != event[
            "hash"
        ]:
            report.add(f"證據鏈第 {place} 環", ALTERED, f"{said.get('action')} 與前後不相連")
        previous = event["hash"]
        links[place] = {**said, "hash": previous}
    report.links = len(links)
    if (len(links), previous) != report.root:
        report.add("證據鏈", ALTERED, "最後一環不是所載的根")
    return links


def _check_receipts(report: Report, manifest: Mapping[str, Any], links: Mapping[int, dict[str, Any]]) -> None:
    keys = {
        each["id"]: each["public"] for each in manifest["keys"] if fingerprint(each["public"]) == each["id"]
    }
    for receipt in manifest["receipts"]:
        try:
            check_receipt(receipt, keys, links)
        except Broken as error:
            report.add(f"收據（第 {receipt.get('seq')} 環）", ALTERED, str(error))


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


def verify(path: Path) -> Report:
    """A folder or a PDF; a wrong kind of file is Broken."""
    if path.is_dir():
        return verify_folder(path)
    return verify_paper(path)


def told(report: Report) -> Iterator[str]:
    """The report in lines: what is not the original first."""
    yield from (str(each) for each in report.findings if each.verdict != ORIGINAL)
    yield from (str(each) for each in report.findings if each.verdict == ORIGINAL)
    if report.root[0]:
        yield f"證據鏈根　{report.root[1]}（第 {report.root[0]} 環）"
    if report.key:
        yield f"簽章金鑰　{report.key}；請與紙本頁尾或機關網頁公布的金鑰核對"
    wrong = sum(each.verdict != ORIGINAL for each in report.findings)
    yield f"結論：{wrong} 項不是原件" if wrong else "結論：全部是原件"


def main(arguments: list[str]) -> int:
    """0 when all is the original, 1 when something is not, 2 for a wrong call."""
    wanted = arguments[arguments.index("--key") + 1] if "--key" in arguments[:-1] else ""
    if not arguments or not Path(arguments[0]).exists():
        sys.stderr.write("python verify.py 資料夾或PDF [--key 金鑰]\n")
        return 2
    report = verify(Path(arguments[0]))
    if wanted and report.key != wanted:
        report.add("簽章金鑰", ALTERED, f"是 {report.key or '未知'}，不是 {wanted}")
    sys.stdout.write("\n".join(("離線核對：只依這份資料本身，未與機關的資料庫比對。", *told(report))) + "\n")
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
