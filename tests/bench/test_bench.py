"""The benchmarks are run by hand: what they import must not be gone by then."""

import subprocess
import sys


def test_the_benchmarks_can_be_started() -> None:
    told = subprocess.run([sys.executable, "-m", "tests.bench", "--help"], capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 0, told.stderr
    assert "moving" in told.stdout
