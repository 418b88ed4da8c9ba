"""Install a lock file into this interpreter's environment: with uv where there is one, else with pip."""

import shutil
import subprocess
import sys
from pathlib import Path


def main(lock: str) -> int:
    """Install exactly what the lock names, then the project itself, editable."""
    print(f"安裝 {lock} … (installing)", flush=True)
    beside = Path(sys.executable).with_name("uv")
    uv = shutil.which("uv") or (str(beside) if beside.exists() else None)
    if uv:
        pip = [uv, "pip", "install", "--quiet", "--python", sys.executable]
    else:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    steps = [[*pip, "--require-hashes", "--no-deps", "-r", lock], [*pip, "--no-deps", "--editable", "."]]
    return next((code for step in steps if (code := subprocess.call(step))), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
