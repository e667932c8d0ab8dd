from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .money import MoneyCase


@tagged("post_install", "-at_install")
class TestPayments(MoneyCase):
    def test_open_authorisation_is_kept_visible_and_books_nothing(self):
        operation = self.with_payments(self.said(state="authorized"))
        [result] = self.apply(operation)
        order = self.env["sale.order"].browse(result["res_id"])
        self.assertEqual(order.clarity_payment_ids.state, "authorized")
        self.assertFalse(self.env["account.payment"].search([("partner_id", "child_of", order.partner_id.id)]))
        [result] = self.apply(self.newer(self.with_payments(self.said(state="voided"))))
        self.assertEqual(result["status"], "updated", result)
        self.assertEqual(order.clarity_payment_ids.state, "voided")

    def test_what_the_storefront_says_needs_no_right_on_accounting(self):
        self.service.group_ids = [Command.unlink(self.accounting.id)]
        self.service.group_ids = [Command.unlink(self.env.ref("account.group_account_invoice").id)]
        [result] = self.apply(self.with_payments(self.said(state="authorized")))
        self.assertEqual(result["status"], "created", result)
        with mute_logger("odoo.addons.base.models.ir_model"):
            self.assertProblem(self.apply(self.payment())[0], "denied", "access_denied")

    def test_invoice_is_matched_with_the_payment_that_came_before(self):
        _order, invoice = self.invoiced()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertFalse(invoice.amount_residual)

    def test_payment_that_comes_after_the_invoice_settles_it(self):
        [result] = self.apply(self.with_payments(self.said(state="authorized")))
        order = self.env["sale.order"].browse(result["res_id"])
        self.deliver(order)
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertEqual(self.apply(self.payment(amount="5.00"))[0]["status"], "created")
        self.assertEqual(invoice.payment_state, "partial")
        self.apply(self.payment(ref="p2", amount="15.00", journal=self.gift))
        self.assertEqual(invoice.payment_state, "paid")

    def test_matching_can_be_switched_off(self):
        self.env["ir.config_parameter"].set_param("clarity_bridge.match_payments", "0")
        self.assertEqual(self.invoiced()[1].payment_state, "not_paid")

    def test_registered_payment_is_never_rewritten(self):
        [result] = self.apply(self.payment())
        payment = self.env["account.payment"].browse(result["res_id"])
        later = self.payment()
        later["values"] = later["values"] | {"date": "2026-03-03", "memo": "again"}
        self.assertEqual(self.apply(self.newer(later))[0]["status"], "updated")
        self.assertEqual(str(payment.date), "2026-01-01")
        dearer = self.payment(amount="21.00")
        self.assertProblem(self.apply(self.newer(dearer, 3))[0], "review", "not_editable")
        self.assertEqual(payment.amount, 20)

    def fee_account(self):
        Account = self.env["account.account"]
        outstanding = Account.create(
            {"name": "Under way", "code": "101990", "account_type": "asset_current", "reconcile": True}
        )
        self.bank.inbound_payment_method_line_ids.payment_account_id = outstanding
        return outstanding, Account.create({"name": "Card fees", "code": "601990", "account_type": "expense"})

    def test_case_24_provider_fee_is_booked_once_to_its_account_also_when_it_is_told_later(self):
        outstanding, fees = self.fee_account()
        [result] = self.apply(self.payment())
        payment = self.env["account.payment"].browse(result["res_id"])
        self.assertFalse(payment.clarity_fee_move_id)
        told = self.payment()
        told["values"] = told["values"] | {"clarity_fee": "0.59", "clarity_fee_account_id": fees.id}
        self.assertEqual(self.apply(self.newer(told))[0]["status"], "updated")
        entry = payment.clarity_fee_move_id
        self.assertEqual((entry.state, entry.journal_id), ("posted", self.bank))
        self.assertEqual({line.account_id: line.balance for line in entry.line_ids}, {fees: 0.59, outstanding: -0.59})
        self.assertEqual(self.apply(self.newer(told, 3))[0]["status"], "updated")
        self.assertEqual(payment.clarity_fee_move_id, entry)
        other = self.payment()
        other["values"] = told["values"] | {"clarity_fee": "0.60"}
        self.assertProblem(self.apply(self.newer(other, 4))[0], "review", "not_editable")

    def test_payments_of_a_batch_are_posted_together_and_a_bad_one_fails_alone(self):
        _outstanding, fees = self.fee_account()
        operations = [self.payment(ref=f"p{n}", amount=f"{n}.00") for n in range(1, 6)]
        for operation in operations:
            operation["values"] |= {"clarity_fee": "0.10", "clarity_fee_account_id": fees.id}
        operations[2]["values"]["amount"] = "-3.00"
        operations[4]["follow"] = []
        posted, post = [], type(self.env["account.payment"]).action_post

        def action_post(payments):
            posted.append(len(payments))
            return post(payments)

        self.patch(type(self.env["account.payment"]), "action_post", action_post)
        with mute_logger("odoo.sql_db"):
            results = self.apply(*operations)
        self.assertEqual(
            [result["status"] == "created" for result in results], [True, True, False, True, True], results
        )
        done = self.env["account.payment"].browse(results[n]["res_id"] for n in (0, 1, 3))
        self.assertEqual(set(done.mapped("state")) & {"draft"}, set())
        self.assertEqual(len(set(done.mapped("name"))), 3)
        self.assertEqual(done.clarity_fee_move_id.mapped("state"), ["posted"] * 3)
        self.assertEqual(
            sorted(done.clarity_fee_move_id.mapped("ref")), sorted(f"Provider fee of {one.name}" for one in done)
        )
        self.assertEqual(self.env["account.payment"].browse(results[4]["res_id"]).state, "draft")
        posted.clear()
        self.apply(*(self.payment(ref=f"q{n}", amount=f"{n}.00") for n in range(1, 6)))
        self.assertEqual(posted, [5])

    def test_provider_fee_without_money_under_way_is_shown_and_not_booked(self):
        _outstanding, fees = self.fee_account()
        self.bank.inbound_payment_method_line_ids.payment_account_id = False
        operation = self.payment()
        operation["values"] |= {"clarity_fee": "0.59", "clarity_fee_account_id": fees.id}
        payment = self.env["account.payment"].browse(self.apply(operation)[0]["res_id"])
        self.assertEqual((payment.clarity_fee, bool(payment.clarity_fee_move_id)), (0.59, bool(payment.move_id)))

    def test_refunded_payment_goes_back_once_by_its_own_journal(self):
        self.apply(
            self.with_payments(self.said(amount="15.00"), self.said("p2", amount="5.00", journal=self.gift)),
            self.payment(amount="15.00"),
            self.payment(ref="p2", amount="5.00", journal=self.gift),
        )
        refunded = self.with_payments(
            self.said(amount="15.00"),
            self.said("p2", "refunded", amount="5.00", journal=self.gift),
            follow=["cancel", "refund"],
        )
        [result] = self.apply(self.newer(refunded))
        self.assertEqual((result["status"], result["order"]["state"]), ("updated", "cancel"), result)
        order = self.env["sale.order"].browse(result["res_id"])
        back = self.env["account.payment"].search([("clarity_order_id", "=", order.id)])
        self.assertEqual((back.payment_type, back.amount, back.journal_id), ("outbound", 5, self.gift))
        self.assertNotEqual(back.state, "draft")
        self.assertEqual(self.apply(self.newer(refunded, 3))[0]["status"], "unchanged")
        self.assertEqual(len(self.env["account.payment"].search([("clarity_order_id", "=", order.id)])), 1)

    def test_invoice_follow_up_makes_one_invoice_per_order(self):
        self.shirt.invoice_policy = "order"
        results = self.apply(
            self.order("o1", follow=["confirm", "invoice"]), self.order("o2", follow=["confirm", "invoice"])
        )
        self.assertEqual([result["status"] for result in results], ["created", "created"], results)
        orders = self.env["sale.order"].browse([result["res_id"] for result in results])
        self.assertEqual([invoice.state for invoice in orders.invoice_ids], ["posted", "posted"])
        self.assertEqual([len(order.invoice_ids) for order in orders], [1, 1])
        self.assertEqual(self.apply(self.order("o1", follow=["confirm", "invoice"]))[0]["status"], "unchanged")
