"""The demonstration with a few nodes, started once for all tests of this folder and ended with them.

ATLAS_BIN  the binary to start (default: the development build)
ATLAS_URL  an Atlas that runs already, instead of starting one
"""

import atexit
import functools
import http.client
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
NODES = 3
START_LIMIT_SECONDS = 240
STOP_LIMIT_SECONDS = 20


@functools.cache
def base():
    """Address of the Atlas, without a slash at its end."""
    if os.environ.get("ATLAS_URL"):
        return os.environ["ATLAS_URL"].rstrip("/")
    binary = pathlib.Path(os.environ.get("ATLAS_BIN", ROOT / "target/debug/atlas")).resolve()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="atlas-independent-"))
    ready, log = folder / "ready", folder / "log"
    command = [binary, "demo", "--port", "0", "--nodes", str(NODES), "--dir", folder / "data", "--ready-file", ready]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    def stop():
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while not (ready.exists() and ready.read_text().endswith("\n")):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{binary} demo was not ready:\n{log.read_text(errors='replace')[-4000:]}")
        time.sleep(0.1)
    return ready.read_text().strip()


class Answer:
    """An answer, read to its end."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def header(self, name):
        """A header's text; several lines as one list; empty when absent."""
        return ", ".join(self.headers.get_all(name) or [])

    def links(self):
        """Relation and address of every Link."""
        found = re.findall(r'<([^>]*)>((?:\s*;\s*[a-z]+="[^"]*")*)', self.header("link"))
        relations = [(re.search(r'rel="([^"]*)"', rest), address) for address, rest in found]
        return [(relation.group(1), address) for relation, address in relations if relation]


def ask(path, method="GET", **headers):
    """Asks by the standard library alone: what is sent is what is written here, and redirects are answers."""
    address = urllib.parse.urlsplit(base())
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={"Accept": "*/*", **named} if "Accept" not in named else named)
        return Answer(connection.getresponse())
    finally:
        connection.close()


def first(path, pattern):
    """The first address on a page that fits."""
    page = ask(path, Accept="text/html").body.decode()
    found = next((href for href in re.findall(r'href="([^"]+)"', page) if re.fullmatch(pattern, href)), None)
    if found is None:
        raise AssertionError(f"{path} has no link like {pattern}")
    return found


@functools.cache
def kinds():
    """One address for each kind of page with machine forms."""
    return {
        "data sets": "/datasets",
        "data sets searched": "/datasets?q=lung&modality=ct&sort=title",
        "last page of data sets": "/datasets?page=2",
        "data set": first("/datasets", r"/datasets/[a-z0-9-]+"),
        "series list": "/series",
        "series": first("/series", r"/series/[a-z0-9-]+"),
        "providers": "/providers",
        "provider": first("/providers", r"/providers/[a-z0-9-]+"),
        "vocabularies": "/terms",
        "vocabulary": "/terms/modality",
        "concept": "/terms/modality/ct",
        "concept without data sets": "/terms/frequency/" + first("/terms/frequency", r"/terms/frequency/.+").split("/")[-1],
    }


def form(page, suffix):
    """The address of a form of a page."""
    path, mark, query = page.partition("?")
    return f"{path}.{suffix}{mark}{query}"
