import logging
from functools import partial

import psycopg2

from odoo import api, fields, models

from ..tools.bulk import bulk
from ..tools.reserving import assign
from ..tools.transactions import alone, in_transaction

_logger = logging.getLogger(__name__)
_SWEEP = 500
#: A lost race, a lock that was not got, a database that is away: no single order's fault.
_WHOLE = (psycopg2.OperationalError, psycopg2.InterfaceError)


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
    res_id = fields.Many2oneReference("Record ID", model_field="res_model", readonly=True)
    # compute_sudo: the list shows the names also of records that its reader may not open.
    res_name = fields.Char("Record", compute="_compute_res_name", compute_sudo=True)
    version = fields.Char(readonly=True, help="The storefront's updatedAt that was last applied.")
    hash = fields.Char(readonly=True, help="Of what was applied; an equal one means nothing to do.")
    traceparent = fields.Char("Trace", readonly=True)
    reservation_pending = fields.Boolean(
        readonly=True,
        help="Confirmed, and its stock is reserved in a second short transaction.",
    )

    _key_unique = models.UniqueIndex("(store, kind, clarity_ref)", "This storefront record is linked already.")
    _record_index = models.Index("(res_model, res_id)")
    _pending_index = models.Index("(id) WHERE reservation_pending")

    @api.depends("res_model", "res_id")
    def _compute_res_name(self):
        for link in self:
            record = self.env[link.res_model].browse(link.res_id) if link.res_model in self.env else None
            link.res_name = record.exists().display_name if record is not None else False

    def action_open_record(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    @api.model
    def _reserve_after_commit(self, order_ids, wait=True):
        """Reserve the stock of these orders as soon as the current transaction is committed."""
        if order_ids:
            self.env.cr.postcommit.add(partial(reserve, self.env.registry, list(order_ids), wait))

    @api.model
    def _cron_reserve(self):
        """Reserve what a crash left between the two transactions."""
        pending = self.search([("reservation_pending", "=", True)], order="id", limit=_SWEEP)
        if pending:
            reserve(self.env.registry, pending.mapped("res_id"))

    @api.model
    def _reserve_left_over(self):
        """The same, asked for by the bridge.

        In threaded mode Odoo's cron threads end when its database was away, and nothing would sweep until Odoo is
        restarted. Does not wait: while the lock is held, somebody is reserving.
        """
        # sudo: links are the addon's own records, which the service user may only read.
        pending = self.sudo().search([("reservation_pending", "=", True)], order="id", limit=_SWEEP)
        self._reserve_after_commit(pending.mapped("res_id"), wait=False)

    @api.model
    def _reserve_orders(self, order_ids):
        """Do what confirming would have done at once: the same moves, by the same rules."""
        links = self.search(
            [("reservation_pending", "=", True), ("res_model", "=", "sale.order"), ("res_id", "in", order_ids)]
        )
        # Whoever confirmed an order has written its moves, and writes its reservation: sudo, as Odoo does.
        for user, some in links.grouped("write_uid").items():
            some.with_user(user or self.env.user).sudo()._reserve_for()

    def _reserve_for(self):
        orders = self.env["sale.order"].browse(self.mapped("res_id")).exists()
        moves = orders.picking_ids.move_ids.filtered(
            lambda move: (
                move.state in ("confirmed", "partially_available")
                and (move._should_bypass_reservation() or move._should_assign_at_confirm())
            )
        )
        # Of what is made and reserved at once, Odoo tells no change of state.
        moves.picking_id._track_discard()
        # Scarce stock goes to the order that was confirmed first.
        moves = moves.sorted("id")
        with bulk(self.env):
            for company, some in moves.grouped("company_id").items():
                assign(some.with_company(company))
        self.reservation_pending = False
        # What is computed from it is written by the same user.
        self.env.flush_all()


def reserve(registry, order_ids, wait=True):
    """One short transaction, one at a time per database. Never raises: the commit it follows is done.

    As superuser, because that is who makes and reserves the moves of an order in Odoo, too.
    """
    try:
        with alone(registry, "reservation", wait) as got:
            if got:
                in_transaction(registry, lambda env: env["clarity.link"]._reserve_orders(order_ids))
    except Exception as exc:
        if len(order_ids) > 1 and not isinstance(exc, _WHOLE):
            # One of them cannot be reserved: the others need not wait for it.
            for order_id in order_ids:
                reserve(registry, [order_id], wait)
        else:
            _logger.warning("The sweep will reserve the stock of orders %s", order_ids, exc_info=True)
