"""Make the virtual environment, also where Debian's python3-venv is not installed but pip is."""

import subprocess
import sys
import venv
from pathlib import Path

folder = Path(sys.argv[1])
if sys.version_info < (3, 11):  # noqa: UP036 - whoever calls this may have an older one
    sys.exit(f"uept-harness needs Python 3.11 or later, this is {sys.version.split()[0]}: set PYTHON=python3.11")
try:
    import ensurepip  # noqa: F401
except ImportError:
    venv.create(folder, with_pip=False)
    found = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False)
    if found.returncode != 0:
        sys.exit("neither ensurepip nor pip is here: run `apt-get install python3-venv`, then try again")
    subprocess.run([sys.executable, "-m", "pip", "--python", str(folder), "install", "-q", "pip"], check=True)
else:
    venv.create(folder, with_pip=True)
