"""The code that a bridge shows, and the call in which both sides learn of each other. Knows nothing of the database."""

import ipaddress
import json
import re
import time
import uuid
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import urllib3

from .delivery import plain
from .signature import sign

_CODE = re.compile(r"(clarity-[0-9a-f]{8}-[A-Za-z0-9_-]{22})@(https?://[^\s/@]+(?:/[^\s@]*)?)")
_DOOR = "/pairing/odoo"
COUNTERS_DOOR = "/pairing/counters"
# The bridge looks at this Odoo before it answers.
_TIMEOUT = 60
# Somebody waits for it with a page half open.
_LOOK = 5
_INSIDE = (".local", ".localdomain", ".internal", ".lan", ".home.arpa")


@dataclass(frozen=True)
class Code:
    """`secret` is what the bridge knows the code by; `bridge` is where it is."""

    secret: str = field(repr=False)
    bridge: str


@dataclass(frozen=True)
class Reply:
    """What the bridge said. `status` 0: nothing; it may have taken the code all the same."""

    status: int
    body: dict
    error: str = ""

    @property
    def lost(self):
        return self.status == 0 or self.status >= 500


def parse(text):
    """:return: the Code, or None where the text is none"""
    found = _CODE.fullmatch("".join((text or "").split()))
    return Code(found[1], found[2].rstrip("/")) if found else None


def is_guarded(code):
    """Whether a key may travel there: encrypted, or inside of a network of one's own."""
    url = urlsplit(code.bridge)
    host = url.hostname or ""
    if url.scheme == "https":
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith(_INSIDE)


def ask(code, facts):
    """:return: the Reply of the bridge to this database's facts"""
    body = json.dumps({"code": code.secret} | facts).encode()
    pool = urllib3.PoolManager(timeout=_TIMEOUT, retries=False)
    try:
        answer = pool.request(
            "POST", code.bridge + _DOOR, body=body, headers={"content-type": "application/json"}, redirect=False
        )
    except urllib3.exceptions.HTTPError as exc:
        return Reply(0, {}, plain(exc))
    return Reply(answer.status, _json(answer.data), f"HTTP {answer.status}")


def _json(data):
    try:
        body = json.loads(data)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def counters(endpoint):
    """:return: what the panel counts, or an empty dict where the bridge does not say"""
    url = endpoint.url.split("/webhooks/")[0].rstrip("/") + COUNTERS_DOOR
    headers = sign(b"{}", endpoint.secrets, f"ask_{uuid.uuid4().hex}", int(time.time()))
    pool = urllib3.PoolManager(timeout=_LOOK, retries=False)
    try:
        answer = pool.request("POST", url, body=b"{}", headers=headers, redirect=False)
    except urllib3.exceptions.HTTPError:
        return {}
    return _json(answer.data) if answer.status == 200 else {}
