"""Clients that post in bursts and, as HQ does, send again what was not answered or refused for now."""

import http.client
import threading
from collections import deque

from forms import FormMaker
from load import mixed_bodies
from waiting import pause

BURST = 12
POISON = "the destination refuses this row"


class PoisonMaker(FormMaker):
    """Some of its forms are sound, and refused by a destination that was told so."""

    def form(self, **changes):
        made = super().form(**changes)
        if self.draw() < 0.01:
            made["form"]["poison"] = POISON
        return made


def is_poison(body):
    return POISON.encode() in body


class Clients:
    """Threads that post until told to stop. What was acknowledged goes into the ledger."""

    def __init__(self, connect, makers, ledger, rest):
        self._connect, self._ledger, self._rest = connect, ledger, rest
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(maker,), daemon=True) for maker in makers]
        self.sent_again = 0

    def start(self):
        for thread in self._threads:
            thread.start()

    def stop(self, seconds=60):
        self._stop.set()
        for thread in self._threads:
            thread.join(seconds)
            assert not thread.is_alive(), "a client hangs"

    def _run(self, maker):
        bodies, owed, client = mixed_bodies(maker), deque(), None
        while not self._stop.is_set():
            try:
                client = client or self._connect()
                for _ in range(BURST):
                    if not self._send_one(client, bodies, owed):
                        break
                pause(self._rest)
            except (OSError, http.client.HTTPException):
                if client is not None:
                    client.close()
                client = None
                pause(0.02)
        if client is not None:
            client.close()

    def _send_one(self, client, bodies, owed):
        """False when it is asked to come back later."""
        body = owed.popleft() if owed else next(bodies)
        try:
            reply = client.post(body)
        except (OSError, http.client.HTTPException):
            self._ledger.note(body, None)
            self.sent_again += 1
            owed.append(body)
            raise
        self._ledger.note(body, reply)
        if reply.status == 503:
            owed.append(body)
        return reply.status == 200
