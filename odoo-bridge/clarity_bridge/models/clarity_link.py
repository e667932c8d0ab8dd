import logging
import random
import time
from contextlib import contextmanager
from functools import partial

from odoo import SUPERUSER_ID, api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)
_LOCK = "clarity_bridge.reservation"
_TRIES = 8



class ClarityLink(models.Model):
    """Which storefront record is which Odoo record, and the last version that was applied."""

    _name = "clarity.link"
    _description = "Storefront Link"
    _rec_name = "clarity_ref"
    _order = "id desc"

    store = fields.Char(required=True, readonly=True)
    kind = fields.Char(required=True, readonly=True)
    clarity_ref = fields.Char("Storefront ID", required=True, readonly=True)
    # Empty only between the claim and the write of one transaction, so nobody else ever sees it.
    res_model = fields.Char("Model", readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    version = fields.Char(readonly=True, help="The storefront's updatedAt that was last applied.")
    hash = fields.Char(readonly=True, help="Of what was applied; an equal one means nothing to do.")
    traceparent = fields.Char("Trace", readonly=True)
    reservation_pending = fields.Boolean(
        readonly=True,
        help="Confirmed, and its stock is reserved in a second short transaction.",
    )

    _key_unique = models.UniqueIndex(
        "(store, kind, clarity_ref)", "This storefront record is linked already."
    )
    _record_index = models.Index("(res_model, res_id)")
    _pending_index = models.Index("(id) WHERE reservation_pending")

    def _reserve_after_commit(self, order_ids):
        """Reserve the stock of these orders as soon as the current transaction is committed."""
        if order_ids:
            self.env.cr.postcommit.add(partial(_reserve, self.env.registry, self.env.context, list(order_ids)))

    @api.model
    def _cron_reserve(self):
        """Reserve what a crash left between the two transactions."""
        pending = self.search([("reservation_pending", "=", True), ("res_model", "=", "sale.order")], limit=500)
        if pending:
            _reserve(self.env.registry, self.env.context, pending.mapped("res_id"))

    def _reserve_orders(self, order_ids):
        """Do what confirming would have done at once: the same moves, by the same rules."""
        links = self.search(
            [("reservation_pending", "=", True), ("res_model", "=", "sale.order"), ("res_id", "in", order_ids)]
        )
        orders = self.env["sale.order"].browse(links.mapped("res_id")).exists()
        moves = orders.picking_ids.move_ids.filtered(
            lambda move: move.state in ("confirmed", "partially_available")
            and (move._should_bypass_reservation() or move._should_assign_at_confirm())
        )
        for company, some in moves.grouped("company_id").items():
            some.with_company(company)._action_assign()
        links.reservation_pending = False


def _reserve(registry, context, order_ids):
    """One short transaction, one at a time per database. Never raises: the commit it follows is done."""
    try:
        with registry.cursor() as cr, _alone(cr):
            for attempt in range(_TRIES):
                try:
                    # superuser: Odoo makes and reserves the moves of an order as superuser, too.
                    env = api.Environment(cr, SUPERUSER_ID, dict(context))
                    env["clarity.link"]._reserve_orders(order_ids)
                    cr.commit()
                    return
                except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                    cr.rollback()
                    time.sleep(random.uniform(0, 0.05))  # noqa: S311
            _logger.info("clarity_bridge: reservation of %s orders is left to the sweep", len(order_ids))
    except Exception:
        _logger.exception("clarity_bridge: reservation of %s orders is left to the sweep", len(order_ids))


@contextmanager
def _alone(cr):
    """Hold a lock of the session: it is taken before the working transaction takes its snapshot."""
    cr.execute("SELECT pg_advisory_lock(hashtext(%s))", [_LOCK])
    cr.commit()
    try:
        yield
    finally:
        cr.rollback()
        cr.execute("SELECT pg_advisory_unlock(hashtext(%s))", [_LOCK])
        cr.commit()
