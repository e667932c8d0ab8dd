from odoo import Command

from .common import BridgeCase


class MoneyCase(BridgeCase):
    """Orders with payments, under a service user who may register them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accounting = cls.env.ref("clarity_bridge.group_service_accounting")
        cls.bank = cls.env["account.journal"].search([("code", "=", "BNK1")], limit=1)
        cls.gift = cls.env["account.journal"].create({"name": "Gift Cards", "code": "GIFT", "type": "cash"})

    def setUp(self):
        super().setUp()
        self.service.group_ids = [Command.link(self.accounting.id)]

    def said(self, ref="p1", state="captured", amount="20.00", journal=None, **values):
        """What the storefront says of a payment, on the order."""
        return {
            "clarity_ref": ref,
            "method": "card",
            "transaction": f"tx-{ref}",
            "amount": amount,
            "currency_id": self.env.company.currency_id.id,
            "journal_id": (journal or self.bank).id,
            "date": "2026-01-01 10:00:00",
            "state": state,
        } | values

    def with_payments(self, *payments, ref="o1", **changes):
        values = {"clarity_payment_ids": {"$lines": {"key": "clarity_ref", "items": list(payments)}}}
        return self.order(ref, values=values | changes.pop("values", {}), **changes)

    def payment(self, order="o1", ref="p1", amount="20.00", journal=None, **changes):
        return {
            "id": f"pay-{ref}",
            "kind": "payment",
            "ref": f"{order}/{ref}",
            "version": "2026-01-01T00:00:00.000Z",
            "hash": "h1",
            "model": "account.payment",
            "ensure": [self.customer()],
            "values": {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": {"$ref": "customer:c1"},
                "amount": amount,
                "date": "2026-01-01",
                "journal_id": (journal or self.bank).id,
            },
            "follow": ["post"],
        } | changes

    def returned(self, items, status, refund="10.00", fee="0", **changes):
        """An operation for a return of order o1."""
        return {
            "id": "r1",
            "kind": "return",
            "ref": "r1",
            "version": "2026-03-01T00:00:00.000Z",
            "model": "clarity.return",
            "values": {
                "order_id": {"$ref": "order:o1"},
                "clarity_ref": "r1",
                "status": status,
                "currency_id": self.env.company.currency_id.id,
                "refund_amount": refund,
                "restocking_fee": fee,
                "line_ids": {"$lines": {"key": "clarity_ref", "items": items}},
            },
        } | changes

    def newer(self, operation, number=2):
        return operation | {"hash": f"h{number}", "version": f"2026-02-0{number}T00:00:00.000Z"}

    def invoiced(self, paid="20.00", **changes):
        """An order that is paid, delivered and invoiced."""
        results = self.apply(self.with_payments(self.said(amount=paid), **changes), self.payment(amount=paid))
        self.assertEqual([result["status"] for result in results], ["created", "created"], results)
        order = self.env["sale.order"].browse(results[0]["res_id"])
        self.deliver(order)
        invoice = order._create_invoices()
        invoice.action_post()
        return order, invoice
