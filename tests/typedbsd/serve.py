#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""serve.py BUILD-ID FILE LOG PORT: a debuginfod(8) that knows one build-id, on
a free port of this machine, whose number is written to PORT; what it is asked
for goes to LOG."""

import http.server
import os
import sys


def main():
    build_id, path, log, port = sys.argv[1:]

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            with open(log, "a", encoding="ascii") as f:
                f.write(self.path + "\n")
            if self.path != "/buildid/%s/debuginfo" % build_id:
                self.send_error(404)
                return
            with open(path, "rb") as f:
                data = f.read()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *words):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    with open(port + ".new", "w", encoding="ascii") as f:
        f.write(str(server.server_port))
    os.rename(port + ".new", port)
    server.serve_forever()


main()
