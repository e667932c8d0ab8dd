from odoo import api, fields, models

from ..tools.emission import changed

_STATUS = ("state", "delivery_status", "invoice_status")


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "clarity.linked"]

    clarity_ref = fields.Char("Storefront Order", compute="_compute_clarity", compute_sudo=True)
    clarity_version = fields.Char("Storefront Version", compute="_compute_clarity", compute_sudo=True)
    clarity_event_state = fields.Char("Last Event", compute="_compute_clarity", compute_sudo=True)

    clarity_payment_ids = fields.One2many("clarity.payment", "order_id", "Storefront Payments")
    clarity_return_ids = fields.One2many("clarity.return", "order_id", "Storefront Returns", readonly=True)
    # What the customer pays where the currency is not the company's, and the rate of the moment of the order.
    clarity_currency_id = fields.Many2one("res.currency", "Storefront Currency", copy=False)
    clarity_total = fields.Monetary("Storefront Total", currency_field="clarity_currency_id", copy=False)
    clarity_rate = fields.Float(
        "Storefront Rate",
        digits=0,
        copy=False,
        help="Units of the storefront's currency for one of the company's, when the order was placed.",
    )
    clarity_rate_date = fields.Date("Storefront Rate Date", copy=False)
    clarity_company_currency_id = fields.Many2one("res.currency", related="company_id.currency_id")
    clarity_company_total = fields.Monetary(
        "Total in Company Currency", currency_field="clarity_company_currency_id", copy=False
    )

    # sudo (compute_sudo): three facts about the order, for everyone who may read it.
    def _compute_clarity(self):
        links = self.env["clarity.link"].search([("res_model", "=", "sale.order"), ("res_id", "in", self.ids)])
        by_order = links.grouped("res_id")
        keys = {f"sale_order.changed:{order_id}" for order_id in by_order}
        events = self.env["clarity.event"].search([("key", "in", list(keys))], order="id").grouped("key")
        for order in self:
            link = by_order.get(order.id, links.browse())[:1]
            event = events.get(f"sale_order.changed:{order.id}")
            order.clarity_ref = link.clarity_ref
            order.clarity_version = link.version
            order.clarity_event_state = (
                dict(event._fields["state"]._description_selection(self.env))[event[-1:].state] if event else False
            )

    @api.depends("clarity_rate", "clarity_currency_id")
    def _compute_currency_rate(self):
        super()._compute_currency_rate()
        for order in self:
            if order.clarity_rate and order.currency_id == order.clarity_currency_id:
                # The rate of the moment of the order stands, whatever is entered later.
                order.currency_rate = order.clarity_rate

    def _prepare_confirmation_values(self):
        values = super()._prepare_confirmation_values()
        if self.env.context.get("clarity_dated"):
            # Before the deliveries are made, whose deadlines are counted from it: with deadlines of another date Odoo
            # would not take off what is no longer ordered, but make a receipt of it.
            values.pop("date_order", None)
        return values

    def _clarity_term(self):
        return self.client_order_ref or super()._clarity_term()

    def _write_multi(self, vals_list):
        # Here every stored change passes, of computed fields, too.
        touched = [order.id for order, vals in zip(self, vals_list, strict=True) if not vals.keys().isdisjoint(_STATUS)]
        before = self._clarity_statuses(touched)
        result = super()._write_multi(vals_list)
        if touched:
            after = self._clarity_statuses(touched)
            changed(self.env, "order", [order for order in touched if before[order] != after[order]])
        return result

    @api.model
    def _clarity_statuses(self, ids):
        if not ids:
            return {}
        self.env.cr.execute(
            "SELECT id, state, delivery_status, invoice_status FROM sale_order WHERE id = ANY(%s)", [ids]
        )
        return {row[0]: row[1:] for row in self.env.cr.fetchall()}
