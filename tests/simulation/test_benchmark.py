"""The nightly results equal the SQL written by hand that the benchmark times them against."""

import subprocess
import sys
from pathlib import Path

_RUN = Path(__file__).resolve().parents[2] / "benchmarks" / "run.py"


def test_both_sides_of_the_benchmark_give_every_result_alike(tmp_path: Path):
    command = [sys.executable, str(_RUN), "portraits", "--customers", "3000", "--repeat", "1"]
    done = subprocess.run(
        [*command, "--no-report", "--directory", str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| concentration |" in done.stdout
