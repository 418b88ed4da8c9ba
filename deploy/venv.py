"""Make the virtual environment, or say what is missing."""

import subprocess
import sys

if sys.version_info < (3, 11):
    sys.exit("需要 Python 3.11 以上（python3 >= 3.11 is needed）。")
try:
    import ensurepip  # noqa: F401
    import venv  # noqa: F401
except ImportError:
    sys.exit(
        "缺少 venv。Debian/Ubuntu：apt-get install python3-venv（install the venv module, then run again）。"
    )
sys.exit(subprocess.call([sys.executable, "-m", "venv", sys.argv[1]]))
