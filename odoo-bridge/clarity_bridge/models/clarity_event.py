import json
import logging
import random
import uuid
from datetime import timedelta
from functools import partial

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..tools import sender
from ..tools.delivery import AWAY, Endpoint

_logger = logging.getLogger(__name__)

# Seconds before each attempt, as Standard Webhooks recommends.
_SCHEDULE = [0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
_BATCH = 1000
_KEEP_SENT_DAYS = 7
_KEEP_UNSENT_DAYS = 30

URL = "clarity_bridge.url"
SECRET = "clarity_bridge.secret"  # noqa: S105 - the name of a parameter
PREVIOUS_SECRET = "clarity_bridge.previous_secret"  # noqa: S105
STOPPED = "clarity_bridge.stopped"


class ClarityEvent(models.Model):
    """The outbox: what the storefront is told, kept until it has said that it knows.

    A transaction inserts a row per changed thing (`new`). The sender, one at a time, merges rows of one thing into a
    single `pending` one. Merging always gives a new webhook id: a receiver that has seen the old one, by webhook or
    by pull, would take the later change for a repetition.
    """

    _name = "clarity.event"
    _description = "Storefront Event"
    _rec_name = "key"
    _order = "id desc"

    key = fields.Char("Changed", required=True, readonly=True, help="What changed.")
    subject = fields.Char("About", compute="_compute_subject", help="The storefront order or customer, or the SKU.")
    uid = fields.Char("Webhook ID", required=True, readonly=True)
    event_type = fields.Char("Type", required=True, readonly=True)
    payload = fields.Text("Body", required=True, readonly=True)
    state = fields.Selection(
        [("new", "New"), ("pending", "Waiting"), ("failed", "Given Up"), ("sent", "Sent")],
        required=True,
        default="new",
        readonly=True,
    )
    attempts = fields.Integer(readonly=True)
    next_at = fields.Datetime("Next Attempt", readonly=True)
    held_until = fields.Datetime(readonly=True, help="The receiver asked not to be called before.")
    last_status = fields.Integer("Last Answer", readonly=True, help="The HTTP status; 0 if there was no answer.")
    last_error = fields.Char(readonly=True)
    sent_at = fields.Datetime("Sent At", readonly=True)

    _uid_unique = models.UniqueIndex("(uid)")
    _waiting_unique = models.UniqueIndex("(key) WHERE state IN ('pending', 'failed')")
    _new_index = models.Index("(key, id) WHERE state = 'new'")
    _due_index = models.Index("(next_at) WHERE state = 'pending'")
    _key_index = models.Index("(key)")

    @api.depends("payload")
    def _compute_subject(self):
        for event in self:
            data = json.loads(event.payload or "{}").get("data", {})
            about = data.get("order") or data.get("customer") or {}
            event.subject = data.get("sku") or about.get("ref")

    def action_send_again(self):
        """Send these once more: what waits now, what was sent under a new webhook id."""
        waiting = self.filtered(lambda event: event.state in ("pending", "failed"))
        again = self.filtered(lambda event: event.state == "sent")
        keys = again.mapped("key")
        already = self.search([("key", "in", keys), ("state", "in", ("pending", "failed"))])
        waiting |= already
        waiting.write({"state": "pending", "attempts": 0, "next_at": self.env.cr.now(), "held_until": False})
        for key, events in again.grouped("key").items():
            if key not in already.mapped("key"):
                events.sorted("id")[-1:].write(
                    {"state": "new", "uid": f"evt_{uuid.uuid4().hex}", "attempts": 0, "sent_at": False}
                )
        self._send_after_commit()

    @api.model
    def _insert(self, rows):
        """Add new rows: (key, type, body, webhook id). One statement, nothing of theirs can meet another's."""
        self.env.cr.execute_values(
            """
            INSERT INTO clarity_event (key, event_type, payload, uid, state, attempts, last_status,
                                       create_uid, create_date, write_uid, write_date)
            VALUES %s
            """,
            rows,
            template=self.env.cr.mogrify(
                "(%%s, %%s, %%s, %%s, 'new', 0, 0, %(uid)s, %(now)s, %(uid)s, %(now)s)",
                {"uid": self.env.uid, "now": self.env.cr.now()},
            ).decode(),
        )
        self._send_after_commit()

    @api.model
    def _send_after_commit(self):
        self.env.cr.postcommit.add(partial(sender.wake, self.env.registry))

    @api.model
    def _merge(self):
        """Make one waiting row of all rows of one thing."""
        self.env.cr.execute(
            f"""
            WITH newest AS (
                SELECT DISTINCT ON (key) key, payload FROM clarity_event WHERE state = 'new' ORDER BY key, id DESC
            ), merged AS (
                UPDATE clarity_event waiting
                   SET payload = newest.payload,
                       uid = {_NEW_UID},
                       attempts = CASE waiting.state WHEN 'failed' THEN 0 ELSE waiting.attempts END,
                       next_at = CASE waiting.state WHEN 'failed' THEN %(now)s ELSE waiting.next_at END,
                       state = 'pending',
                       write_date = %(now)s
                  FROM newest
                 WHERE waiting.key = newest.key AND waiting.state IN ('pending', 'failed')
             RETURNING waiting.key
            )
            DELETE FROM clarity_event USING merged
             WHERE clarity_event.key = merged.key AND clarity_event.state = 'new'
            """,
            {"now": self.env.cr.now()},
        )
        self.env.cr.execute(
            f"""
            WITH newest AS (
                SELECT key, max(id) AS id, count(*) AS rows, min(create_date) AS since
                  FROM clarity_event WHERE state = 'new' GROUP BY key
            ), promoted AS (
                UPDATE clarity_event event
                   SET state = 'pending',
                       next_at = %(now)s,
                       uid = CASE newest.rows WHEN 1 THEN event.uid ELSE {_NEW_UID} END,
                       create_date = newest.since
                  FROM newest
                 WHERE event.id = newest.id
             RETURNING event.id, event.key
            )
            DELETE FROM clarity_event USING promoted
             WHERE clarity_event.key = promoted.key
               AND clarity_event.state = 'new'
               AND clarity_event.id < promoted.id
            """,
            {"now": self.env.cr.now()},
        )
        self.invalidate_model()

    @api.model
    def _merge_unless_sending(self):
        """The same for who pulls. While the sender merges, rows of one thing are told apart once more: no harm."""
        try:
            with self.env.cr.savepoint():
                self._merge()
        except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, UniqueViolation):
            _logger.debug("The sender is merging events", exc_info=True)

    @api.model
    def _take(self):
        """:return: (Endpoint, [(id, webhook id, body)]) of what is due; nothing while sending is off or held"""
        self._merge()
        endpoint = self._endpoint()
        if not endpoint or self._held():
            return endpoint, []
        # Plain SQL: the operators of a domain know whole seconds only.
        self.env.cr.execute(
            """
            SELECT id, uid, payload FROM clarity_event
             WHERE state = 'pending' AND next_at <= %s ORDER BY next_at, id LIMIT %s
            """,
            [self.env.cr.now(), _BATCH],
        )
        return endpoint, self.env.cr.fetchall()

    @api.model
    def _settle(self, answers):
        """Write down what became of each. A row that was merged or acknowledged meanwhile is left alone."""
        accepted = [answer for answer in answers if answer.accepted]
        for answer in answers:
            if not answer.accepted:
                self.search([("uid", "=", answer.uid), ("state", "=", "pending")])._note_failure(answer)
        if any(answer.gone for answer in answers):
            self._parameters().set_param(STOPPED, "410")
        if accepted:
            self._note_sent(accepted)
            # The receiver is back: what waited for it need not wait any longer.
            waiting = [("state", "=", "pending"), ("attempts", ">", 0), ("last_status", "in", list(AWAY))]
            self.search(waiting).write({"next_at": self.env.cr.now(), "held_until": False})

    @api.model
    def _note_sent(self, answers):
        # One statement for the batch: this runs for every event there is.
        self.env.cr.execute(
            """
            UPDATE clarity_event event
               SET state = 'sent', sent_at = %(now)s, attempts = attempts + 1, last_status = answer.status,
                   last_error = NULL, held_until = NULL, next_at = NULL, write_date = %(now)s
              FROM unnest(%(uids)s, %(statuses)s) AS answer(uid, status)
             WHERE event.uid = answer.uid AND event.state = 'pending'
            """,
            {
                "now": self.env.cr.now(),
                "uids": [answer.uid for answer in answers],
                "statuses": [answer.status for answer in answers],
            },
        )
        self.invalidate_model()

    def _note_failure(self, answer):
        if not self:
            return
        now = self.env.cr.now()
        values = {"last_status": answer.status, "last_error": answer.error, "attempts": self.attempts + 1}
        if values["attempts"] >= len(_SCHEDULE):
            values |= {"state": "failed", "next_at": False}
        else:
            delay = _SCHEDULE[values["attempts"]] * random.uniform(0.9, 1.1)
            values["next_at"] = now + timedelta(seconds=max(delay, answer.hold or 0))
            values["held_until"] = answer.hold and now + timedelta(seconds=answer.hold)
        self.write(values)

    @api.model
    def _seconds_to_next(self):
        """:return: seconds until something is due, at most 0 if it is now; None if nothing waits or may be sent"""
        if not self._endpoint():
            return None
        self.env.cr.execute(
            """
            SELECT extract(epoch FROM greatest(
                       CASE WHEN bool_or(state = 'new') THEN %(now)s ELSE min(next_at) END,
                       max(held_until)
                   ) - %(now)s)
              FROM clarity_event WHERE state IN ('new', 'pending')
            """,
            {"now": self.env.cr.now()},
        )
        [seconds] = self.env.cr.fetchone()
        return None if seconds is None else float(seconds)

    @api.model
    def _held(self):
        held = [("state", "=", "pending"), ("held_until", "!=", False)]
        return any(event.held_until > self.env.cr.now() for event in self.search(held))

    @api.model
    def _endpoint(self):
        """Where to send, or None while nothing is to be sent."""
        get = self._parameters().get_param
        secrets = tuple(filter(None, (get(SECRET), get(PREVIOUS_SECRET))))
        if not get(URL) or not secrets or get(STOPPED):
            return None
        return Endpoint(get(URL), secrets)

    @api.model
    def _parameters(self):
        # sudo: system parameters, which hold the secrets and which only administrators may read.
        return self.env["ir.config_parameter"].sudo()

    @api.model
    def _unacknowledged(self, limit):
        return self.search([("state", "!=", "sent")], order="id", limit=limit)

    @api.model
    def _acknowledge(self, uids):
        """:return: how many of these were still waiting and are now done"""
        events = self.search([("uid", "in", uids), ("state", "!=", "sent")])
        events.write({"state": "sent", "sent_at": self.env.cr.now(), "held_until": False})
        return len(events)

    @api.model
    def _summary(self):
        """What ping tells of the outbox."""
        self.env.cr.execute("SELECT count(*), min(create_date) FROM clarity_event WHERE state IN ('new', 'pending')")
        pending, oldest = self.env.cr.fetchone()
        return {"pending": pending, "oldest_at": oldest, "sending": bool(self._endpoint())}

    @api.model
    def _cron_send(self):
        sender.run(self.env.registry)

    @api.autovacuum
    def _gc_events(self):
        now = self.env.cr.now()
        self.search([("state", "=", "sent"), ("sent_at", "<", now - timedelta(days=_KEEP_SENT_DAYS))]).unlink()
        old = [("state", "!=", "sent"), ("write_date", "<", now - timedelta(days=_KEEP_UNSENT_DAYS))]
        self.search(old).unlink()


_NEW_UID = "'evt_' || replace(gen_random_uuid()::text, '-', '')"
