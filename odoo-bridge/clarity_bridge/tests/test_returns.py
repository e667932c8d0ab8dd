from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .money import MoneyCase


@tagged("post_install", "-at_install")
class TestReturns(MoneyCase):
    def back(self, lines, status="refunded", refund="10.00", fee="0", **changes):
        """A return of pieces by storefront line: (line, quantity, whether goods come back)."""
        follow = {"approved": ["receive"], "received": ["receive", "validate"], "refunded": ["receive", "refund"]}
        items = [
            {"clarity_ref": str(index), "line_ref": line, "quantity": quantity, "restock": restock, "reason": "too big"}
            for index, (line, quantity, restock) in enumerate(lines, start=1)
        ]
        told = {"hash": f"{status} {refund}", "follow": follow.get(status, [])} | changes
        return self.returned(items, status, refund, fee, **told)

    def done(self, operation, status=None):
        [result] = self.apply(operation)
        self.assertIn(result["status"], (status,) if status else ("created", "updated"), result)
        return self.env["clarity.return"].browse(result["res_id"])

    def taxed(self, percent=20, included=False):
        tax = self.env["account.tax"].create(
            {
                "name": f"{percent} {included}",
                "amount": percent,
                "price_include_override": "tax_included" if included else "tax_excluded",
            }
        )
        return {"$set": [tax.id]}

    def by_hand(self, invoice, amount):
        """What an accountant does: reverses the invoice and changes the amount."""
        credit = invoice._reverse_moves([{"date": "2026-03-02", "invoice_date": "2026-03-02"}])
        credit.invoice_line_ids[1:].unlink()
        credit.invoice_line_ids.write({"quantity": 1, "price_unit": amount, "tax_ids": [Command.clear()]})
        credit.action_post()
        return credit

    def test_credit_note_by_hand_is_of_the_one_return_that_it_fits(self):
        order, invoice = self.invoiced()
        one = self.done(self.back([("L1", "1", False)], "approved", refund="7.00"))
        credit = self.by_hand(invoice, 7)
        self.assertEqual(one.move_ids, credit)
        [state] = self.bridge.read_state("main", "return", ["r1"])["returns"]
        self.assertEqual((state["credited"], state["credit_notes"]), ("7.00", [credit.name]))
        [row] = self.bridge.read_page("main", "credit")["credits"]
        self.assertEqual(
            (row["number"], row["return"], row["order"]), (credit.name, "r1", {"id": order.id, "ref": "o1"})
        )
        paying = self.env["account.payment.register"].with_context(active_model="account.move", active_ids=credit.ids)
        paying.create({}).action_create_payments()
        rows = self.bridge.takings("main", "2026-01-01", "2100-01-01")["payments"]
        self.assertEqual([(row["order"], row["amount"]) for row in rows], [(None, "20.00"), ("o1", "-7.00")])
        # The storefront refunds later: no second credit note.
        self.done(self.back([("L1", "1", False)], refund="7.00"))
        self.assertEqual(one.move_ids, credit)

    def test_credit_note_by_hand_that_fits_no_return_stays_its_own(self):
        _order, invoice = self.invoiced()
        one = self.done(self.back([("L1", "1", False)], "approved", refund="7.00"))
        credit = self.by_hand(invoice, 6)
        self.assertFalse(one.move_ids)
        [row] = self.bridge.read_page("main", "credit")["credits"]
        self.assertEqual((row["id"], row["total"], row["return"]), (credit.id, "6.00", None))

    def test_documents_are_read_by_page_and_by_change(self):
        order, invoice = self.invoiced()
        one = self.done(self.back([("L1", "1", True)], refund="10.00"))
        page = self.bridge.read_page("main", "invoice")
        self.assertEqual(
            [(row["number"], row["orders"]) for row in page["invoices"]],
            [(invoice.name, [{"id": order.id, "ref": "o1"}])],
        )
        self.assertEqual([row["ref"] for row in self.bridge.read_page("main", "return")["returns"]], ["r1"])
        begin = "2020-01-01T00:00:00Z"
        told = [
            change["body"]
            for kind in ("invoice", "return")
            for change in self.bridge.changes("main", kind, begin)["changes"]
        ]
        self.assertEqual(
            [(body["type"], body["data"].get("invoice_id"), body["data"].get("return")) for body in told],
            [("invoice.changed", invoice.id, None), ("return.changed", None, {"id": one.id, "ref": "r1"})],
        )
        self.assertEqual(self.bridge.changes("other", "return", begin)["changes"], [])
        [out, back] = self.bridge.takings("main", "2026-01-01", "2100-01-01")["payments"]
        self.assertEqual((out["ref"], out["order"]), ("o1/p1", None))
        self.assertEqual((back["ref"], back["order"], back["of"], back["amount"]), (None, "o1", "p1", "-10.00"))

    def test_case_25_requested_return_makes_no_document(self):
        self.invoiced()
        one = self.done(self.back([("L1", "1", True)], "requested"))
        self.assertFalse(one.picking_ids)
        self.assertFalse(one.move_ids)
        pending = self.done(self.back([("L1", "1", False)], refund="0.00"))
        self.assertFalse(pending.move_ids, "a refund of nothing is no document")

    def test_case_25_partial_refund_with_restock(self):
        tax = self.taxed()
        order, invoice = self.invoiced(lines=[self.line(tax_ids=tax), self.line("L2", "T-MUG", tax_ids=tax)])
        approved = self.done(self.back([("L1", "1", True)], "approved", refund="12.00"))
        self.assertEqual(approved.picking_ids.move_ids.product_uom_qty, 1)
        self.assertEqual(approved.picking_ids.picking_type_code, "incoming")
        self.assertFalse(approved.move_ids)
        [state] = self.bridge.read_state("main", "order", ["o1"])["orders"]
        self.assertEqual(
            (order.delivery_status, state["delivery_status"]), ("partial", "full"), "a return takes nothing off"
        )
        one = self.done(self.back([("L1", "1", True)], "received", refund="12.00"))
        self.assertEqual((one.picking_ids.state, order.order_line[0].qty_delivered), ("done", 1))
        one = self.done(self.back([("L1", "1", True)], refund="12.00"))
        credit = one.move_ids
        self.assertEqual((credit.move_type, credit.state, credit.reversed_entry_id), ("out_refund", "posted", invoice))
        self.assertEqual((credit.amount_total, credit.amount_tax), (12, 2))
        self.assertEqual((credit.invoice_line_ids.product_id, credit.invoice_line_ids.quantity), (self.shirt, 1))
        self.assertEqual(credit.payment_state, "paid")
        back = self.env["account.payment"].search([("clarity_order_id", "=", order.id)])
        self.assertEqual((back.payment_type, back.amount), ("outbound", 12))
        self.assertEqual(len(one.picking_ids), 1)
        again = self.back([("L1", "1", True)], refund="12.00")
        self.assertEqual(self.apply(again)[0]["status"], "unchanged")
        self.assertEqual(len(order.picking_ids), 2)

    def test_case_25_without_restock_nothing_is_received(self):
        order, invoice = self.invoiced()
        one = self.done(self.back([("L1", "1", False)]))
        self.assertFalse(one.picking_ids)
        self.assertEqual((one.move_ids.amount_total, one.move_ids.reversed_entry_id), (10, invoice))
        self.assertEqual(order.invoice_status, "invoiced", "what was credited is not invoiced once more")

    def test_restocking_fee_and_another_amount_are_taxed_as_the_goods(self):
        for included, total, refund in ((False, "24.00", "9.00"), (True, "20.00", "7.77")):
            with self.subTest(included=included):
                tax = self.taxed(included=included)
                self.env["clarity.link"].search([]).unlink()
                order, _invoice = self.invoiced(lines=[self.line(tax_ids=tax)], expect={"amount_total": total})
                one = self.done(self.back([("L1", "1", True)], refund=refund, fee="2.00"))
                credit = one.move_ids
                self.assertEqual(credit.amount_total, float(refund))
                self.assertIn("Restocking fee", credit.invoice_line_ids.mapped("name"))
                self.assertAlmostEqual(credit.amount_tax, float(refund) / 6, delta=0.011)
                self.assertEqual(credit.payment_state, "paid")

    def test_refund_of_the_way_there_is_its_own_line(self):
        delivery = self.line("S1", price="5.00", is_delivery=True)
        delivery["product_id"] = self.env.ref("clarity_bridge.product_shipping").id
        self.invoiced(lines=[self.line(), delivery], paid="25.00")
        one = self.done(self.back([("L1", "2", True)], refund="25.00"))
        totals = sorted(one.move_ids.invoice_line_ids.mapped("price_total"))
        self.assertEqual(totals, [5, 20])

    def test_second_return_credits_the_rest(self):
        order, _invoice = self.invoiced()
        self.done(self.back([("L1", "1", True)], "received"))
        self.done(self.back([("L1", "1", True)]))
        second = self.done(self.back([("L1", "1", True)], id="r2", ref="r2"))
        self.assertEqual(second.move_ids.amount_total, 10)
        third = self.apply(self.back([("L1", "1", False)], id="r3", ref="r3"))[0]
        self.assertProblem(third, "review", "not_invoiced")
        self.assertEqual(sum(order.clarity_return_ids.move_ids.mapped("amount_total")), 20)

    def test_more_than_was_delivered_cannot_come_back(self):
        self.applied(ref="o1")
        [result] = self.apply(self.back([("L1", "1", True)], "approved"))
        self.assertProblem(result, "review", "not_delivered")

    def test_refund_before_any_invoice_is_money_only(self):
        results = self.apply(self.with_payments(self.said()), self.payment())
        order = self.env["sale.order"].browse(results[0]["res_id"])
        self.deliver(order)
        one = self.done(self.back([("L1", "1", False)]))
        self.assertFalse(one.move_ids)
        self.assertEqual(self.env["account.payment"].search([("clarity_order_id", "=", order.id)]).amount, 10)

    def test_refund_of_what_was_never_paid_lowers_the_debt(self):
        order = self.applied(ref="o1")
        self.deliver(order)
        invoice = order._create_invoices()
        invoice.action_post()
        one = self.done(self.back([("L1", "1", True)]))
        self.assertEqual((invoice.amount_residual, one.move_ids.amount_residual), (10, 0))
        self.assertFalse(self.env["account.payment"].search([("clarity_order_id", "=", order.id)]))

    def test_payment_and_return_tell_of_the_same_money(self):
        order, _invoice = self.invoiced()
        self.done(self.back([("L1", "2", True)], refund="20.00"))
        refunded = self.with_payments(self.said(state="refunded"), follow=["confirm", "refund"])
        self.apply(self.newer(refunded))
        back = self.env["account.payment"].search([("clarity_order_id", "=", order.id)])
        self.assertEqual(back.mapped("amount"), [20])

    def test_case_23_refund_in_the_currency_and_at_the_rate_of_its_invoice(self):
        euro = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "EUR")])
        euro.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        rate = self.env["res.currency.rate"].create({"currency_id": euro.id, "rate": 0.5, "name": "2020-01-01"})
        pricelist = self.env["product.pricelist"].create({"name": "EUR", "currency_id": euro.id})
        order, invoice = self.invoiced_in(euro, pricelist)
        rate.rate = 0.8
        wrong = self.back([("L1", "1", True)])
        self.assertProblem(self.apply(wrong)[0], "review", "business_rule")
        wrong["values"]["currency_id"] = euro.id
        one = self.done(wrong | {"hash": "h9"})
        credit = one.move_ids
        self.assertEqual((credit.currency_id, credit.amount_total), (euro, 10))
        self.assertEqual(credit.invoice_currency_rate, invoice.invoice_currency_rate)
        self.assertEqual(credit.amount_total_signed * 2, -invoice.amount_total_signed)
        back = self.env["account.payment"].search([("clarity_order_id", "=", order.id)])
        self.assertEqual((back.currency_id, back.amount), (euro, 10))

    def invoiced_in(self, currency, pricelist):
        said = self.said(currency_id=currency.id)
        payment = self.payment()
        payment["values"]["currency_id"] = currency.id
        results = self.apply(self.with_payments(said, values={"pricelist_id": pricelist.id}), payment)
        self.assertEqual([result["status"] for result in results], ["created", "created"], results)
        order = self.env["sale.order"].browse(results[0]["res_id"])
        self.deliver(order)
        invoice = order._create_invoices()
        invoice.action_post()
        return order, invoice

    def test_case_23_order_that_was_converted_is_credited_at_its_own_rate(self):
        euro = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "EUR")])
        euro.active = True
        rate = {"clarity_currency_id": euro.id, "clarity_rate": 0.5}
        said, paid = self.said(currency_id=euro.id, amount="10.00"), self.payment(amount="10.00")
        paid["values"]["currency_id"] = euro.id
        results = self.apply(self.with_payments(said, values=rate), paid)
        order = self.env["sale.order"].browse(results[0]["res_id"])
        self.deliver(order)
        order._create_invoices().action_post()
        wrong = self.back([("L1", "1", True)], refund="5.00")
        self.assertProblem(self.apply(wrong)[0], "review", "business_rule")
        wrong["values"]["currency_id"] = euro.id
        one = self.done(wrong | {"hash": "h9"})
        self.assertEqual((one.move_ids.currency_id, one.move_ids.amount_total), (order.currency_id, 10))
        back = self.env["account.payment"].search([("clarity_order_id", "=", order.id)])
        self.assertEqual((back.currency_id, back.amount), (euro, 5))
        [state] = self.bridge.read_state("main", "return", ["r1"])["returns"]
        self.assertEqual((state["currency"], state["credited"]), ("EUR", "5.00"))
        self.done(wrong | {"hash": "h10", "version": "2026-04-01T00:00:00.000Z"})
        self.assertEqual(len(self.env["account.payment"].search([("clarity_order_id", "=", order.id)])), 1)

    def test_rejected_return_is_no_longer_expected(self):
        self.deliver(self.applied(ref="o1"))
        one = self.done(self.back([("L1", "1", True)], "approved"))
        self.done(self.back([("L1", "1", True)], "rejected", follow=["cancel"]))
        self.assertEqual(one.picking_ids.state, "cancel")

    def test_refund_needs_the_right_to_make_invoices(self):
        self.invoiced()
        self.service.group_ids = [Command.unlink(self.accounting.id)]
        self.service.group_ids = [Command.unlink(self.env.ref("account.group_account_invoice").id)]
        received = self.apply(self.back([("L1", "1", True)], "received"))[0]
        self.assertEqual(received["status"], "created", received)
        with mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule"):
            self.assertProblem(self.apply(self.back([("L1", "1", True)]))[0], "denied", "access_denied")
