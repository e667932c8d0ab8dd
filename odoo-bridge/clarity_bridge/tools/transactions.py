"""Work in transactions of our own: one at a time where it must be, and with a short retry instead of Odoo's seconds."""

import random
import time
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_TRIES = 8
_LONGEST_SLEEP = 0.05
_LONGEST_WAIT = "20s"


@contextmanager
def alone(registry, name, wait=True):
    """Hold a lock of the database session, one holder per database and name.

    A lock taken inside of a transaction would come after its snapshot, hence too late: work inside of this block is
    done in transactions that begin after it.

    :return: whether the lock was got; always true with `wait`
    :raise psycopg2.errors.LockNotAvailable: the holder took too long
    """
    with registry.cursor() as cr:
        cr.execute("SET LOCAL lock_timeout = %s", [_LONGEST_WAIT])
        kind = "pg_advisory_lock" if wait else "pg_try_advisory_lock"
        cr.execute(f"SELECT {kind}(hashtext(%s))", [f"clarity_bridge.{name}"])
        got = wait or cr.fetchone()[0]
        # This cursor is our own. The lock outlives the commit, which only ends the transaction and its snapshot.
        cr.commit()
        try:
            yield got
        finally:
            if got:
                cr.execute("SELECT pg_advisory_unlock(hashtext(%s))", [f"clarity_bridge.{name}"])


def in_transaction(registry, work):
    """Run `work(env)` in a transaction of its own as superuser, again after a lost race.

    :return: what `work` returns
    :raise psycopg2.Error: the last lost race of too many
    """
    for left in reversed(range(_TRIES)):
        try:
            with registry.cursor() as cr:
                return work(api.Environment(cr, SUPERUSER_ID, {}))
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            if not left:
                raise
            time.sleep(random.uniform(0, _LONGEST_SLEEP))
