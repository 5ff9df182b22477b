"""The service manager's protocol, sd_notify(3), and a log that nobody reads."""

import os
import signal
import socket

import pytest

from firn import MONITOR
from forms import FormMaker, encode
from waiting import pause, wait_until


class Manager:
    """A service manager's socket."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.socket.setblocking(False)
        self.got = []

    def messages(self):
        """All datagrams that have come since forget()."""
        while True:
            try:
                self.got.append(self.socket.recv(4096).decode())
            except BlockingIOError:
                return self.got

    def forget(self):
        self.messages().clear()

    def wait_for(self, message):
        """Until it has come."""
        wait_until(lambda: message in self.messages(), lambda: f"{message} comes; so far {self.got}")


@pytest.fixture(params=["path", "abstract"])
def managed(request, make_firn, tmp_path):
    """(daemon, manager), not started."""
    abstract = f"firn-test-{os.getpid()}-{tmp_path.name}"
    manager = Manager(str(tmp_path / "notify") if request.param == "path" else "\0" + abstract)
    firn = make_firn(extra=MONITOR)
    name = str(tmp_path / "notify") if request.param == "path" else "@" + abstract
    firn.popen = {"env": {**os.environ, "NOTIFY_SOCKET": name, "WATCHDOG_USEC": "200000"}}
    yield firn, manager
    manager.socket.close()


def test_ready_watchdog_and_stopping(managed):
    firn, manager = managed
    firn.start()
    manager.wait_for("READY=1")
    assert manager.got[0] == "READY=1"
    manager.wait_for("STATUS=running, 1 repeater, no alarm")
    manager.wait_for("WATCHDOG=1")
    assert firn.post(encode(FormMaker(901).form())).status == 200
    firn.client(user=None).post(b"{}")
    manager.wait_for("STATUS=running, 1 repeater, 1 alarm: see firn status")
    assert firn.stop() == 0
    assert "STOPPING=1" in manager.messages()


def test_a_daemon_that_hangs_does_not_serve_the_watchdog(managed):
    firn, manager = managed
    firn.start()
    manager.wait_for("WATCHDOG=1")
    firn.process.send_signal(signal.SIGSTOP)
    wait_until(lambda: "State:\tT" in open(f"/proc/{firn.process.pid}/status").read(), "it has stopped")
    manager.forget()
    pause(0.5)  # more than two of its times
    assert manager.messages() == []
    firn.process.send_signal(signal.SIGCONT)
    manager.wait_for("WATCHDOG=1")


def test_a_watchdog_of_another_process_is_not_served(make_firn, tmp_path):
    manager = Manager(str(tmp_path / "notify"))
    firn = make_firn()
    variables = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "50000", "WATCHDOG_PID": "1"}
    firn.popen = {"env": {**os.environ, **variables}}
    firn.start()
    manager.wait_for("STATUS=running, 1 repeater, no alarm")
    pause(0.3)
    assert "WATCHDOG=1" not in manager.messages()
    manager.socket.close()


def dropped_lines(firn):
    (line,) = [line for line in firn.monitor("/metrics").text.splitlines() if line.startswith("firn_log_dropped")]
    return float(line.split()[1])


def test_a_log_that_nobody_reads_stops_nothing(make_firn):
    firn = make_firn(extra=MONITOR)
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with pytest.raises(BlockingIOError):
        while True:
            os.write(writing, b"x" * 4096)
    os.set_blocking(writing, True)  # as a standard error is: who writes waits
    firn.popen = {"stderr": writing}
    firn.start()
    os.close(writing)
    maker = FormMaker(902)
    firn.client().request("POST", "/in/stranger/", b"{}")
    assert dropped_lines(firn) >= 2  # daemon.started, alarm.raised
    assert firn.post(encode(maker.form())).status == 200
    os.close(reading)
    firn.client().request("POST", "/in/another/", b"{}")
    assert firn.post(encode(maker.form())).status == 200
    assert firn.stop() == 0
