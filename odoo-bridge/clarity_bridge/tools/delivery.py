"""One attempt to deliver events over HTTP. Knows nothing of the database."""

import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

import urllib3

from .signature import sign

_CONNECTIONS = 4
_TIMEOUT = 15
# Above so many at once they travel in parcels: a signature and a round trip each would take longer than what they say.
_ALONE = 20
_PARCEL = 250
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

    def attempt(parcel):
        if stop.is_set():
            return []
        answers = _send_parcel(endpoint, parcel, pool) if len(parcel) > 1 else [send(endpoint, parcel[0], pool)]
        if answers[0].away or answers[0].gone:
            stop.set()
        elif len(parcel) > 1 and not answers[0].accepted and answers[0].status != 401:
            # One of them may be at fault: each is tried alone.
            return [answer for event in parcel for answer in attempt([event])]
        return answers

    parcels = _parcels(events)
    if len(parcels) == 1:
        return attempt(parcels[0])
    with ThreadPoolExecutor(_CONNECTIONS, "clarity-send") as threads:
        return [answer for answers in threads.map(attempt, parcels) for answer in answers]


def _parcels(events):
    size = 1 if len(events) <= _ALONE else _PARCEL
    return [events[start : start + size] for start in range(0, len(events), size)]


def send(endpoint, event, pool=None):
    """:return: the Answer to one event"""
    event_id, uid, text = event
    return Answer(event_id, uid, *_post(endpoint, uid, text, pool or _pool()))


def _send_parcel(endpoint, events, pool):
    """:return: the Answer to each of the events, which is the one to all of them"""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    inside = ",".join(f'{{"webhook_id":{json.dumps(uid)},"body":{text}}}' for _id, uid, text in events)
    text = f'{{"type":"parcel","timestamp":"{now}","data":{{"events":[{inside}]}}}}'
    # The parcel's own id is new each time: what is in it may differ, and its events are known by theirs.
    answer = _post(endpoint, f"parcel_{uuid.uuid4().hex}", text, pool)
    return [Answer(event_id, uid, *answer) for event_id, uid, _text in events]


def _post(endpoint, uid, text, pool):
    """:return: status, error, seconds to hold"""
    body = text.encode()
    headers = sign(body, endpoint.secrets, uid, int(time.time()))
    headers["content-type"] = "application/json"
    try:
        # urllib3 and not requests, which costs more than twice the time per event.
        answer = pool.request("POST", endpoint.url, body=body, headers=headers)
    except urllib3.exceptions.HTTPError as exc:
        return 0, plain(exc), None
    error = "" if 200 <= answer.status < 300 else f"HTTP {answer.status} {answer.reason or ''}".strip()
    return answer.status, error, _hold(answer)


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


def plain(exc):
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
