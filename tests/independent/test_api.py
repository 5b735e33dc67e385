"""Every described address under the examples that schemathesis thinks of: none is answered in a way that the
description does not say. One worker: in several threads Python 3.11 may
fail to read the source code of tests ("AST constructor recursion depth mismatch")."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

from atlas import base

HERE = pathlib.Path(__file__).resolve().parent
# Examples for each operation; the whole run is held to a time as well.
EXAMPLES = 8
MOST_SECONDS = 240


class Api(unittest.TestCase):
    def test_the_description_holds_under_made_up_requests(self):
        command = [
            sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()",
            "--config-file", HERE / "schemathesis.toml",
            "run", f"{base()}/openapi.json",
            "--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES),
            "--generation-deterministic", "--workers", "1", "--continue-on-failure", "--no-color",
        ]
        # What schemathesis remembers of a run would change the next one.
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run(
                command, capture_output=True, text=True, timeout=MOST_SECONDS, cwd=folder, check=False
            )
        self.assertEqual(run.returncode, 0, run.stdout[-20_000:] + run.stderr[-4_000:])


if __name__ == "__main__":
    unittest.main()
