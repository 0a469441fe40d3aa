"""A client of QEMU's machine protocol: one JSON object a line, over a socket
in the file system."""

import json
import socket
import time


class Error(Exception):
    pass


class Client:
    def __init__(self, path, patience=10):
        end = time.monotonic() + patience
        while True:
            self.socket = socket.socket(socket.AF_UNIX)
            try:
                self.socket.connect(path)
                break
            except OSError:
                # QEMU makes the socket a moment after it starts.
                self.socket.close()
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
        self.file = self.socket.makefile("rb")
        json.loads(self.file.readline())
        self.run("qmp_capabilities")

    def run(self, command, **arguments):
        request = {"execute": command}
        if arguments:
            request["arguments"] = arguments
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        while True:
            line = self.file.readline()
            if not line:
                raise Error("%s: QEMU closed the connection" % command)
            answer = json.loads(line)
            if "error" in answer:
                raise Error("%s: %s" % (command, answer["error"]["desc"]))
            if "return" in answer:
                return answer["return"]
            # Anything else is an event that nobody here waits for.

    def close(self):
        self.file.close()
        self.socket.close()
