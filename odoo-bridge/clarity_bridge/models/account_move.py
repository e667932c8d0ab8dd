import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.documents_of_orders import orders_of
from ..tools.emission import changed
from ..tools.exchange import in_orders
from ..tools.payments import match_invoices

_logger = logging.getLogger(__name__)
_STATUS = ("state", "payment_state", "amount_residual", "amount_total", "invoice_date_due", "name")


class AccountMove(models.Model):
    _inherit = "account.move"

    clarity_return_id = fields.Many2one(
        "clarity.return", "Storefront Return", readonly=True, copy=False, index="btree_not_null"
    )

    def _write_multi(self, vals_list):
        # Here every stored change passes, of computed fields, too.
        touched = [move.id for move, vals in zip(self, vals_list, strict=True) if not vals.keys().isdisjoint(_STATUS)]
        before = self._clarity_statuses(touched)
        result = super()._write_multi(vals_list)
        if before:
            after = self._clarity_statuses(list(before))
            moved = self.browse(move for move, status in before.items() if after.get(move) != status)
            changed(self.env, "invoice", moved.filtered(lambda move: move.move_type == "out_invoice").ids)
            changed(self.env, "return", moved.clarity_return_id.ids)
        return result

    @api.model
    def _clarity_statuses(self, ids):
        if not ids:
            return {}
        self.env.cr.execute(
            """
            SELECT id, state, payment_state, amount_residual, amount_total, invoice_date_due, name
              FROM account_move WHERE id = ANY(%s) AND move_type IN ('out_invoice', 'out_refund')
            """,
            [ids],
        )
        return {row[0]: row[1:] for row in self.env.cr.fetchall()}

    def _post(self, soft=True):
        posted = super()._post(soft)
        invoices = posted.filtered(lambda move: move.move_type == "out_invoice")
        for invoice in invoices:
            try:
                with self.env.cr.savepoint():
                    match_invoices(invoice)
            except UserError:
                # Whoever posts an invoice is not held up by ours: it stays open beside its payment.
                _logger.warning("The storefront's payment was not matched with invoice %s", invoice.id, exc_info=True)
        for credit in posted.filtered(lambda move: move.move_type == "out_refund" and not move.clarity_return_id):
            try:
                with self.env.cr.savepoint():
                    credit._clarity_adopt()
            except UserError:
                # It stays a credit note of no return, which the bridge names as a difference.
                _logger.warning("Credit note %s was not matched with a return", credit.id, exc_info=True)
        return posted

    def _clarity_adopt(self):
        """A credit note made by hand is of the one return of the storefront that it fits to the cent, if any."""
        self.ensure_one()
        waiting = orders_of(self).clarity_return_ids.filtered(
            lambda one: (
                one.status != "rejected"
                and not one.move_ids.filtered(lambda move: move.state != "cancel")
                and not self.currency_id.compare_amounts(in_orders(one, one.refund_amount), self.amount_total)
            )
        )
        if len(waiting) == 1:
            self.clarity_return_id = waiting
            changed(self.env, "return", waiting.ids)
