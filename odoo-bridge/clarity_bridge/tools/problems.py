"""What can be wrong with an operation, as data. The codes are those of openapi.yaml."""

import logging

import psycopg2

from odoo.exceptions import (
    AccessError,
    LockError,
    MissingError,
    RedirectWarning,
    UserError,
)
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)
#: A value of so few characters may stand in a sentence by chance.
_SHORT = 3


def problem(code, message, field=None, value=None, candidates=None, figures=None):
    """:return: a Problem of openapi.yaml; what is None is left out"""
    extra = {"field": field, "value": None if value is None else str(value)[:200]}
    if candidates:
        extra["candidates"] = candidates
    if figures:
        extra["figures"] = figures
    return {"code": code, "message": message} | {k: v for k, v in extra.items() if v is not None}


def outcome_of(env, exc):
    """Answer for an operation that failed alone.

    :return: (status, problem); status None when the transaction itself is lost
    """
    if isinstance(exc, AccessError):
        return "denied", problem("access_denied", _sentence(exc))
    if is_lost_race(exc):
        return "retry", None
    if isinstance(exc, MissingError):
        return "correct", problem("not_found", _sentence(exc))
    if isinstance(exc, (UserError, RedirectWarning)):
        return "correct", problem("business_rule", _sentence(exc))
    if isinstance(exc, psycopg2.IntegrityError):
        return "correct", problem("business_rule", _integrity_sentence(env, exc))
    if isinstance(exc, (psycopg2.OperationalError, psycopg2.InterfaceError)):
        return None, None
    _logger.error("clarity_bridge: an operation failed unexpectedly", exc_info=exc)
    return "correct", problem("unexpected", f"{type(exc).__name__}: {_sentence(exc)}"[:500])


def located(operation, fault):
    """The same problem with the field whose value Odoo's sentence repeats (a tax number, a barcode)."""
    if not fault or fault["code"] != "business_rule" or "field" in fault:
        return fault
    parts = [("", operation.ready_initial | operation.ready)]
    parts += [(f"{record.pointer}/values", record.ready) for record in operation.records]
    named = [
        # A sentence often says whose value it refuses: the name counts only where nothing else is repeated.
        (name != "name", len(value), f"{pointer}/{name}", value)
        for pointer, values in parts
        for name, value in values.items()
        if isinstance(value, str) and _repeats(fault["message"], value)
    ]
    if not named:
        return fault
    _other, _length, field, value = max(named)
    return fault | {"field": field, "value": value[:200]}


def _repeats(sentence, value):
    """Whether the sentence has the value, or the number of a tax number without its country, as Odoo writes it."""
    if len(value) <= _SHORT:
        return False
    number = value[2:] if value[:2].isalpha() and value[2:].isdecimal() and len(value) > 8 else value
    return value in sentence or number in sentence


def is_lost_race(exc):
    if isinstance(exc, (LockError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)):
        return True
    return isinstance(exc, psycopg2.errors.UniqueViolation) and exc.diag.table_name == "clarity_link"


def is_conflict(exc):
    """Another transaction changed the same rows: splitting the group would only meet it again."""
    return isinstance(exc, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)


def _sentence(exc):
    return str(exc.args[0] if exc.args else exc).strip()


def _integrity_sentence(env, exc):
    model = next(
        (env[name] for name, cls in env.registry.items() if cls._table == exc.diag.table_name),
        env["base"],
    )
    return str(model._sql_error_to_message(exc)).strip()
