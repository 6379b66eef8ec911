"""A child for supervisors: writes what it does into a journal, serves 200 when given a port, and ends as it is told.

python standin.py NAME JOURNAL [--port N] [--crash] [--stubborn] [--offspring]
"""

import argparse
import os
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer


class Ready(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("name")
    arguments.add_argument("journal")
    arguments.add_argument("--port", type=int)
    arguments.add_argument("--crash", action="store_true")
    arguments.add_argument("--stubborn", action="store_true")
    arguments.add_argument("--offspring", action="store_true")
    given = arguments.parse_args()

    def note(what):
        with open(given.journal, "a") as journal:
            journal.write(f"{what} {given.name} {os.getpid()}\n")

    ended = threading.Event()
    if given.stubborn:
        signal.signal(signal.SIGTERM, lambda *_: note("ignore"))
    else:
        signal.signal(signal.SIGTERM, lambda *_: ended.set())
    print(f"{given.name} is here", flush=True)
    note("start")
    if given.crash:
        print("Traceback (most recent call last):")
        sys.exit("CoalError: no more coal")
    if given.offspring:
        child = subprocess.Popen([sys.executable, "-S", "-c", "import signal; signal.pause()"])
        note(f"offspring {child.pid}")
    if given.port:
        server = HTTPServer(("127.0.0.1", given.port), Ready)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    while not ended.wait(0.05):
        pass
    note("stop")


if __name__ == "__main__":
    main()
