"""An interrupt ends the owner, wherever it strikes."""

import subprocess
import sys

AMID_TIDYING_UP = """
import os, signal, time
from deployments.interrupts import INTERRUPTS

class Tidied:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.01)

INTERRUPTS.install()
try:
    Tidied()
    for _ in range(100):
        time.sleep(0.1)
    print("goes on")
except KeyboardInterrupt:
    print("interrupted")
"""


def test_one_that_python_swallows_comes_again() -> None:
    said = subprocess.run([sys.executable, "-c", AMID_TIDYING_UP], capture_output=True, text=True, check=True)
    assert (said.stdout, said.stderr) == ("interrupted\n", "")
