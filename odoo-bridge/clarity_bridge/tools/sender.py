"""
The sender of the outbox: one per database at a time, in a thread that starts right after a commit, or in the cron.

Nobody waits for it. It holds no transaction while it speaks with the receiver.
"""

import logging
import threading
import time
from functools import partial

from .delivery import deliver
from .transactions import alone, in_transaction

_logger = logging.getLogger(__name__)
# Waits up to here are slept through in the thread; the cron takes care of longer ones.
_SOON = 10.0
_SHORTEST_WAIT = 1.0
_SLEEPS = 3
_LONGEST_RUN = 50.0

_guard = threading.Lock()
# Database name -> set when something new is to be sent; present while a thread of this process runs.
_running = {}


def wake(registry):
    """Send what waits, in the background. A call during a run makes that run look once more."""
    with _guard:
        if registry.db_name in _running:
            _running[registry.db_name].set()
            return
        _running[registry.db_name] = threading.Event()
    threading.Thread(target=partial(_thread, registry), name="clarity_bridge.sender", daemon=True).start()


def run(registry):
    """Send everything that is due.

    :return: seconds until the next attempt if that is soon, else None
    """
    until = time.monotonic() + _LONGEST_RUN
    while time.monotonic() < until:
        with alone(registry, "sender", wait=False) as got:
            if not got:
                # Whoever holds the lock looks again after letting go of it.
                return None
            away = _drain(registry, until)
        wait = in_transaction(registry, lambda env: env["clarity.event"]._seconds_to_next())
        if wait is None or wait > _SOON:
            return None
        if wait > 0 or away:
            return max(wait, _SHORTEST_WAIT)
    return None


def _drain(registry, until):
    """:return: whether the receiver turned out to be away"""
    while time.monotonic() < until:
        endpoint, events = in_transaction(registry, lambda env: env["clarity.event"]._take())
        if not events:
            return False
        answers = deliver(endpoint, events)
        in_transaction(registry, lambda env, answers=answers: env["clarity.event"]._settle(answers))
        if any(answer.away or answer.gone for answer in answers):
            return True
    return False


def _thread(registry):
    threading.current_thread().dbname = registry.db_name
    woken, sleeps = _running[registry.db_name], 0
    while True:
        woken.clear()
        wait = None
        try:
            wait = run(registry)
        except Exception:
            _logger.warning("Sending events to the storefront bridge failed; the cron tries again", exc_info=True)
        if wait and sleeps < _SLEEPS and not woken.is_set():
            sleeps += 1
            woken.wait(wait)
            continue
        with _guard:
            if not woken.is_set():
                del _running[registry.db_name]
                return
