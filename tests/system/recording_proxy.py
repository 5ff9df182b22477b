"""A proxy in front of an S3 server that counts the requests of each price class, in Amazon's words."""

import http.client
import http.server
import threading
from collections import Counter
from urllib.parse import parse_qs, urlsplit


def price_class(method, target):
    query = parse_qs(urlsplit(target).query, keep_blank_values=True)
    if method == "GET":
        return "s3_lists" if "list-type" in query else "s3_gets"
    return {"PUT": "s3_puts", "HEAD": "s3_heads", "POST": "s3_deletes"}[method]


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        behind = http.client.HTTPConnection(self.server.behind, timeout=60)
        behind.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("connection", "expect"):
                behind.putheader(name, value)
        behind.endheaders(body)
        answer = behind.getresponse()
        content = answer.read()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                self.send_header(name, value)
        length = answer.getheader("Content-Length", "0") if self.command == "HEAD" else str(len(content))
        self.send_header("Content-Length", length)
        self.server.count(price_class(self.command, self.path))
        self.end_headers()
        self.wfile.write(content)
        behind.close()

    do_GET = do_PUT = do_POST = do_HEAD = _forward

    def log_message(self, *arguments):
        pass


class RecordingProxy(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, behind):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind, self._counts, self._lock = urlsplit(behind).netloc, Counter(), threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.server_port}"

    def count(self, what):
        with self._lock:
            self._counts[what] += 1

    def counts(self):
        with self._lock:
            return dict(self._counts)
