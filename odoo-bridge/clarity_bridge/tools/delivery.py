"""One attempt to deliver events over HTTP. Knows nothing of the database."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

import urllib3

from .signature import sign

_CONNECTIONS = 4
_TIMEOUT = 15
# The receiver as a whole is away or busy, rather than unhappy with one event.
AWAY = {0, 429, 502, 503, 504}
_LONGEST_HOLD = 24 * 3600


@dataclass(frozen=True)
class Endpoint:
    url: str
    secrets: tuple = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """What became of one event. `status` 0: no HTTP answer. `hold`: seconds that the receiver asked to wait."""

    event_id: int
    uid: str
    status: int
    error: str = ""
    hold: float | None = None

    @property
    def accepted(self):
        return 200 <= self.status < 300

    @property
    def gone(self):
        return self.status == 410

    @property
    def away(self):
        return self.status in AWAY


def deliver(endpoint, events):
    """Send events, several at a time. After the first answer that says the receiver is away the rest is not tried.

    :param events: list of (event id, webhook id, body text)
    :return: an Answer for every event that was tried
    """
    stop = threading.Event()
    pool = _pool()

    def attempt(event):
        if stop.is_set():
            return None
        answer = send(endpoint, event, pool)
        if answer.away or answer.gone:
            stop.set()
        return answer

    if len(events) == 1:
        return [attempt(events[0])]
    with ThreadPoolExecutor(_CONNECTIONS, "clarity-send") as threads:
        return [answer for answer in threads.map(attempt, events) if answer]


def send(endpoint, event, pool=None):
    """:return: the Answer to one event"""
    event_id, uid, text = event
    body = text.encode()
    headers = sign(body, endpoint.secrets, uid, int(time.time()))
    headers["content-type"] = "application/json"
    try:
        # urllib3 and not requests, which costs more than twice the time per event.
        answer = (pool or _pool()).request("POST", endpoint.url, body=body, headers=headers)
    except urllib3.exceptions.HTTPError as exc:
        return Answer(event_id, uid, 0, _plain(exc))
    error = "" if 200 <= answer.status < 300 else f"HTTP {answer.status} {answer.reason or ''}".strip()
    return Answer(event_id, uid, answer.status, error, _hold(answer))


def _pool():
    """Connections that are kept open. A redirect is not followed, an attempt is not repeated here."""
    return urllib3.PoolManager(maxsize=_CONNECTIONS, timeout=_TIMEOUT, retries=False)


def _hold(answer):
    """Seconds of a Retry-After, which is a number or a date."""
    text = answer.headers.get("retry-after", "").strip()
    if answer.status not in AWAY or not text:
        return None
    if text.isdecimal():
        return min(float(text), _LONGEST_HOLD)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return min(max((moment - datetime.now(timezone.utc)).total_seconds(), 0), _LONGEST_HOLD)


def _plain(exc):
    """A sentence without the object addresses that the library's own would show."""
    if isinstance(exc, urllib3.exceptions.TimeoutError):
        # A refused connection is a connect timeout to the library, too.
        refused = isinstance(exc, urllib3.exceptions.NewConnectionError)
        return "No connection" if refused else f"No answer within {_TIMEOUT} seconds"
    if isinstance(exc, urllib3.exceptions.SSLError):
        return "The receiver's TLS certificate was refused"
    if isinstance(exc, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ProtocolError)):
        return "No connection"
    return type(exc).__name__
