"""
Ending cleanly: SIGTERM and Ctrl+C let the current page be stored first.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def stopped_by_signals(told: str = "") -> Iterator[threading.Event]:
    """
    An event that SIGTERM or SIGINT sets; a second one interrupts at once.

    Args:
        told: What the person reads when the first one comes.
    """
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        if told:
            # Not through a buffered stream: the signal may have come in the middle of a write to it.
            with contextlib.suppress(OSError):
                os.write(2, f"{told}\n".encode())

    previous = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
