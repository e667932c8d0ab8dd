import base64
import json

from odoo import Command
from odoo.tests import tagged

from .money import MoneyCase


@tagged("post_install", "-at_install")
class TestDocuments(MoneyCase):
    def told(self):
        """What waits for the storefront, the newest of each thing."""
        self.env.cr.flush()
        self.env.cr.precommit.run()
        events = self.env["clarity.event"].search([("state", "=", "new")], order="id")
        return {event.key: json.loads(event.payload)["data"] for event in events}

    def state(self, kind, ref):
        return self.bridge.read_state("main", kind, [str(ref)])[f"{kind}s"]

    def test_invoice_is_told_when_posted_paid_and_cancelled(self):
        [result] = self.apply(self.order("o1"))
        order = self.env["sale.order"].browse(result["res_id"])
        self.deliver(order)
        draft = order._create_invoices()
        self.assertNotIn(f"invoice.changed:{draft.id}", self.told())
        draft.action_post()
        data = self.told()[f"invoice.changed:{draft.id}"]
        self.assertEqual((data["invoice_id"], data["order"]), (draft.id, {"id": order.id, "ref": "o1"}))
        [state] = self.state("invoice", draft.id)
        self.assertEqual((state["total"], state["due"], state["payment_state"]), ("20.00", "20.00", "not_paid"))
        self.assertEqual((state["number"], state["orders"]), (draft.name, [{"id": order.id, "ref": "o1"}]))
        self.env["clarity.event"].search([]).unlink()
        self.apply(self.payment(amount="5.00"))
        self.assertIn(f"invoice.changed:{draft.id}", self.told())
        self.assertEqual(self.state("invoice", draft.id)[0]["due"], "15.00")

    def test_invoice_of_nobody_and_of_another_store_is_not_told(self):
        _order, invoice = self.invoiced()
        self.assertEqual(self.bridge.read_state("other", "invoice", [str(invoice.id)])["invoices"], [])
        self.assertIsNone(self.bridge.document("other", "invoice", str(invoice.id))["document"])
        mine = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.env.company.partner_id.id,
                "invoice_line_ids": [Command.create({"name": "x", "price_unit": 1})],
            }
        )
        mine.action_post()
        self.assertNotIn(f"invoice.changed:{mine.id}", self.told())
        self.assertEqual(self.state("invoice", mine.id), [])

    def test_switched_off_is_not_told(self):
        self.env["ir.config_parameter"].set_param("clarity_bridge.emit_invoice", "0")
        _order, invoice = self.invoiced()
        self.assertNotIn(f"invoice.changed:{invoice.id}", self.told())

    def test_document_that_was_sent_is_served_to_whom_may_read_the_invoice(self):
        _order, invoice = self.invoiced()
        invoice.invoice_pdf_report_file = base64.b64encode(b"%PDF-1.4 sent")
        self.service.group_ids = [Command.unlink(self.accounting.id)]
        self.service.group_ids = [Command.unlink(self.env.ref("account.group_account_invoice").id)]
        document = self.bridge.document("main", "invoice", str(invoice.id))["document"]
        self.assertEqual(base64.b64decode(document["content"]), b"%PDF-1.4 sent")
        self.assertEqual(document["name"], f"{invoice.name.replace('/', '_')}.pdf")
        invoice.button_draft()
        self.assertIsNone(self.bridge.document("main", "invoice", str(invoice.id))["document"])

    def test_return_is_told_when_received_and_when_paid_back(self):
        self.invoiced()
        back = {
            "id": "r1",
            "kind": "return",
            "ref": "r1",
            "version": "2026-03-01T00:00:00.000Z",
            "hash": "h1",
            "model": "clarity.return",
            "values": {
                "order_id": {"$ref": "order:o1"},
                "clarity_ref": "r1",
                "status": "approved",
                "currency_id": self.env.company.currency_id.id,
                "refund_amount": "10.00",
                "line_ids": {
                    "$lines": {
                        "key": "clarity_ref",
                        "items": [{"clarity_ref": "1", "line_ref": "L1", "quantity": "1", "restock": True}],
                    }
                },
            },
            "follow": ["receive"],
        }
        [result] = self.apply(back)
        one = self.env["clarity.return"].browse(result["res_id"])
        self.assertNotIn(f"return.changed:{one.id}", self.told())
        self.assertEqual(self.state("return", "r1")[0]["received"], "no")
        one.picking_ids.button_validate()
        self.assertEqual(self.told()[f"return.changed:{one.id}"]["return"], {"id": one.id, "ref": "r1"})
        [state] = self.state("return", "r1")
        self.assertEqual((state["received"], state["credited"], state["order"]["ref"]), ("all", "0.00", "o1"))
        self.apply(back | {"hash": "h2", "values": back["values"] | {"status": "refunded"}, "follow": ["refund"]})
        [state] = self.state("return", "r1")
        self.assertEqual((state["credited"], state["open"], state["status"]), ("10.00", "0.00", "refunded"))
