"""Standard Webhooks 1.0.0 (https://www.standardwebhooks.com): HMAC-SHA256 of `{id}.{timestamp}.{body}`."""

import base64
import binascii
import hashlib
import hmac

_PREFIX = "whsec_"


def sign(body, secrets, uid, timestamp):
    """
    :param bytes body: exactly what is sent
    :param secrets: every secret the receiver may check with, `whsec_` + base64
    :return: headers for one attempt; a retry keeps `uid` and takes a new timestamp
    """
    signed = f"{uid}.{timestamp}.".encode() + body
    return {
        "webhook-id": uid,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets),
    }


def is_secret(text):
    """Whether a text is a usable secret: `whsec_` + base64 of 24 to 64 bytes."""
    try:
        return text.startswith(_PREFIX) and 24 <= len(_key(text)) <= 64
    except binascii.Error:
        return False


def _signature(secret, signed):
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def _key(secret):
    return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
