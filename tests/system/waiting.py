"""Waiting for something outside this process. The only place in the tests that lets time pass."""

import select
import time


class TookTooLong(AssertionError):
    """What was waited for did not happen in time."""


def pause(seconds):
    """Gives others the processor for a moment."""
    if seconds > 0:
        select.select([], [], [], seconds)


def wait_until(condition, what, seconds=30.0, every=0.02):
    """The first true value of condition(); TookTooLong with `what` when there is none. It may raise to give up."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TookTooLong(f"after {seconds} s: {what() if callable(what) else what}")
        pause(every)
