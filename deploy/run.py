"""What `make run` does: migrate, load the demonstration city into an empty database, serve."""

import os
import subprocess
import sys
from pathlib import Path

BIN = Path(sys.executable).parent


def flask(*command: str) -> None:
    code = subprocess.call([str(BIN / "flask"), "--app", "wsgi", *command])
    if code:
        sys.exit(code)


def main() -> None:
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    flask("db", "upgrade")
    flask("demo")
    print(f"查核 Chahe: http://127.0.0.1:{os.environ.get('PORT', '8000')}  （Ctrl-C 結束）", flush=True)
    os.execv(BIN / "honcho", ["honcho", "start", "--no-prefix"])


if __name__ == "__main__":
    main()
