"""The shape of an operation, checked before anything is touched."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation

from dateutil.parser import isoparse

from .problems import problem

FOLLOWS = ("confirm", "cancel", "receive", "validate", "invoice", "post", "refund")
CHECKS = ("not_for_sale", "customer_warning", "customer_on_hold", "credit_limit", "duplicate_reference")
_KIND = re.compile(r"^[a-z_]+$")


@dataclass(eq=False)
class Record:
    """Something an operation needs: created when its link is unknown and `match` finds nothing."""

    kind: str
    ref: str
    version: str
    model: str
    values: dict
    match: dict
    pointer: str
    ready: dict = field(default_factory=dict)
    ready_match: dict = field(default_factory=dict)

    @property
    def key(self):
        return self.kind, self.ref


@dataclass(eq=False)
class Operation:
    id: str
    kind: str
    ref: str
    version: str
    hash: str
    model: str
    values: dict
    ensure: list
    follow: list
    expect: dict
    accept_difference: bool
    checks: list
    traceparent: str | None
    #: How a record that is there already is recognised while there is no link.
    match: dict = field(default_factory=dict)
    #: Values that only a new record gets.
    initial: dict = field(default_factory=dict)
    #: Records that belong to it and are made after it.
    attach: list = field(default_factory=list)
    #: Attribute -> value of a product variant.
    options: dict = field(default_factory=dict)
    pointer: str = ""
    # What becomes of it.
    ready: dict = field(default_factory=dict)
    ready_initial: dict = field(default_factory=dict)
    ready_match: dict = field(default_factory=dict)
    status: str | None = None
    record_id: int | None = None
    problems: list = field(default_factory=list)
    computed: dict | None = None
    # Fields in which the storefront's record and Odoo's differ, where Odoo's may not be changed any more.
    differences: list = field(default_factory=list)
    # Its link's hash is the operation's: only follow-ups may still be to do.
    same: bool = False

    @property
    def key(self):
        return self.kind, self.ref

    @property
    def records(self):
        """What it needs and what belongs to it."""
        return self.ensure + self.attach

    def fail(self, status, *problems):
        self.status = status
        self.problems += [found for found in problems if found and found not in self.problems]


def parse(raw):
    """:return: an Operation; a malformed one has status `correct` and says what is malformed"""
    raw = raw if isinstance(raw, dict) else {}
    operation = Operation(
        id=str(raw.get("id") or ""),
        kind=raw.get("kind"),
        ref=raw.get("ref"),
        version=raw.get("version"),
        hash=raw.get("hash"),
        model=raw.get("model"),
        values=raw.get("values"),
        ensure=[],
        follow=raw.get("follow") or [],
        expect=raw.get("expect") or {},
        accept_difference=bool(raw.get("accept_difference")),
        checks=raw.get("checks") or [],
        traceparent=raw.get("traceparent") or None,
        match=raw.get("match") or {},
        initial=raw.get("initial") or {},
        options=raw.get("options") or {},
    )
    faults = list(_faults(raw, "", ("hash",)))
    if unknown := [name for name in operation.follow if name not in FOLLOWS]:
        faults.append(problem("invalid_value", f"follow knows {', '.join(FOLLOWS)}.", "/follow", unknown[0]))
    if unknown := [name for name in operation.checks if name not in CHECKS]:
        faults.append(problem("invalid_value", f"checks knows {', '.join(CHECKS)}.", "/checks", unknown[0]))
    if not isinstance(operation.options, dict) or not all(
        isinstance(text, str) and text.strip() for pair in operation.options.items() for text in pair
    ):
        faults.append(problem("invalid_value", "options are attributes with their values, as text.", "/options"))
    faults += _expect_faults(operation.expect)
    operation.ensure += _records(raw, "ensure", faults)
    operation.attach += _records(raw, "attach", faults)
    if faults:
        operation.fail("correct", *faults)
    return operation


def instant(text):
    """:return: aware datetime of an ISO 8601 text, or None"""
    try:
        moment = isoparse(text)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def is_older(version, than):
    """Whether `version` is before `than`; what cannot be read counts as oldest."""
    floor = datetime.min.replace(tzinfo=timezone.utc)
    return (instant(version) or floor) < (instant(than) or floor)


def decimal(value):
    """:return: a finite Decimal of a number or decimal text, or None"""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def canonical(value):
    """A hashable text of a JSON value, the same for equal values."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _expect_faults(expect):
    amount_expected = "An amount as decimal text is expected."
    lines = expect.get("lines", [])
    for name, value in expect.items():
        if name != "lines" and (name not in ("amount_total", "amount_tax") or decimal(value) is None):
            yield problem("invalid_value", amount_expected, f"/expect/{name}", value)
    for index, line in enumerate(lines if isinstance(lines, list) else [None]):
        at = f"/expect/lines/{index}"
        if not isinstance(line, dict) or not isinstance(line.get("ref"), str):
            yield problem("invalid_value", "Each line has the ref of an order line.", at)
            continue
        for name in ("subtotal", "tax"):
            if decimal(line.get(name)) is None:
                yield problem("invalid_value", amount_expected, f"{at}/{name}", line.get(name))
        if not isinstance(line.get("within", 1), int) or isinstance(line.get("within"), bool):
            yield problem("invalid_value", "within is a number of smallest coins.", f"{at}/within", line["within"])


def _records(raw, name, faults):
    """Records of a list in an operation; what is malformed is added to `faults`"""
    for index, part in enumerate(raw.get(name) or []):
        part = part if isinstance(part, dict) else {}
        pointer = f"/{name}/{index}"
        faults += _faults(part, pointer)
        yield Record(
            kind=part.get("kind"),
            ref=part.get("ref"),
            version=part.get("version"),
            model=part.get("model"),
            values=part.get("values"),
            match=part.get("match") or {},
            pointer=pointer,
        )


def _faults(part, pointer, also=()):
    for name in ("kind", "ref", "version", "model", *also):
        value = part.get(name)
        if not isinstance(value, str) or not value:
            yield problem("invalid_value", f"{name} is required, as text.", f"{pointer}/{name}")
        elif name == "kind" and not _KIND.match(value):
            yield problem("invalid_value", "kind is lower case letters and underscores.", f"{pointer}/kind", value)
        elif name == "version" and instant(value) is None:
            yield problem("invalid_value", "version is an ISO 8601 instant.", f"{pointer}/version", value)
    if not isinstance(part.get("values"), dict):
        yield problem("invalid_value", "values is an object.", f"{pointer}/values")
