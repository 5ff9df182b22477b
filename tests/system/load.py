"""Many clients posting at once, with a ledger of what was acknowledged."""

import http.client
import threading

from forms import edited, encode, sent_again
from waiting import pause


class Ledger:
    """Bodies in the order in which 200 came for them: what Firn has promised to keep."""

    def __init__(self):
        self._lock = threading.Lock()
        self.acknowledged = {}  # position -> body
        self.unanswered = []  # bodies that may or may not have been stored
        self.refused = {}  # status -> count
        self.problems = []  # answers that may never come

    def note(self, body, reply):
        with self._lock:
            if reply is None:
                self.unanswered.append(body)
            elif reply.status == 200:
                position = int(reply.json["position"])
                if position in self.acknowledged:
                    self.problems.append(f"position {position} was given twice")
                self.acknowledged[position] = body
            else:
                self.refused[reply.status] = self.refused.get(reply.status, 0) + 1
                if reply.status not in (429, 503):
                    self.problems.append(f"a form was answered {reply.status}: HQ would give it up")

    def __len__(self):
        return len(self.acknowledged)


class Load:
    """Threads that post forms until told to stop; when the daemon is away they come back, as HQ does."""

    def __init__(self, connect, makers, ledger, every=0.0):
        self._connect, self._ledger, self._every = connect, ledger, every
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(maker,), daemon=True) for maker in makers]

    def start(self):
        for thread in self._threads:
            thread.start()
        return self

    def stop(self, seconds=60):
        self._stop.set()
        for thread in self._threads:
            thread.join(seconds)
            assert not thread.is_alive(), "a client hangs"

    def _run(self, maker):
        client = None
        for body in mixed_bodies(maker):
            if self._stop.is_set():
                break
            try:
                client = client or self._connect()
                reply = client.post(body)
                self._ledger.note(body, reply)
                pause(self._every if reply.status == 200 else 0.05)
            except (OSError, http.client.HTTPException):
                # The answer is lost: HQ will send the same form again, and so do we.
                self._ledger.note(body, None)
                if client is not None:
                    client.close()
                    client = None
                pause(0.02)
        if client is not None:
            client.close()


def mixed_bodies(maker):
    """For ever: mostly new forms; some sent twice, some edited, some damaged."""
    recent = []
    while True:
        draw = maker.draw()
        if draw < 0.10 and recent:
            yield encode(sent_again(recent[maker.pick(len(recent))]))
        elif draw < 0.18 and recent:
            at = maker.pick(len(recent))
            recent[at] = edited(recent[at], 1 + maker.pick(500))
            yield encode(recent[at])
        elif draw < 0.20:
            yield encode(maker.form())[:-30]
        else:
            form = maker.form()
            recent = (recent + [form])[-50:]
            yield encode(form)
