"""What a test has planned to go wrong, each so many times."""

import fnmatch
import threading


class Faults:
    def __init__(self):
        self._lock = threading.Lock()
        self._planned = []

    def plan(self, fault):
        with self._lock:
            self._planned.append({"times": 1, "match": "*", **fault})

    def clear(self):
        with self._lock:
            self._planned.clear()

    def take(self, call, name=""):
        """The first fault planned for this call, used up by one; None when there is none."""
        with self._lock:
            for fault in self._planned:
                if fault["call"] == call and fault["times"] > 0 and fnmatch.fnmatch(name, fault["match"]):
                    fault["times"] -= 1
                    return fault
        return None
