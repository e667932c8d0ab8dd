from odoo.tests import tagged

from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestChecks(BridgeCase):
    def check(self, *names, **changes):
        [result] = self.apply(self.order(checks=list(names), **changes))
        return result

    def test_product_that_may_not_be_sold_is_reviewed_and_nothing_is_written(self):
        self.mug.sale_ok = False
        result = self.check("not_for_sale", ref="o-mug", lines=[self.line(sku="T-MUG")])
        self.assertProblem(result, "review", "not_for_sale")
        self.assertEqual(result["problems"][0]["value"], "T-MUG")
        self.assertFalse(self.link("o-mug"))
        self.assertEqual(self.check(ref="o-mug", lines=[self.line(sku="T-MUG")])["status"], "created")

    def test_shipping_is_charged_though_its_product_is_not_for_sale(self):
        self.mug.sale_ok = False
        lines = [self.line(), self.line("S1", sku="T-MUG", is_delivery=True)]
        self.assertEqual(self.check("not_for_sale", lines=lines)["status"], "created")

    def test_second_use_of_a_purchase_order_number_names_the_first(self):
        values = {"client_order_ref": "PO-7"}
        first = self.check("duplicate_reference", values=values)
        self.assertEqual(first["status"], "created")
        result = self.check("duplicate_reference", values=values)
        self.assertProblem(result, "review", "duplicate_reference")
        self.assertEqual(
            result["problems"][0]["figures"],
            {"other_order": first["name"], "other_total": "20.00", "this_total": "20.00"},
        )
        self.env["sale.order"].browse(first["res_id"])._action_cancel()
        self.assertEqual(self.check("duplicate_reference", values=values)["status"], "created")

    def test_two_of_one_number_in_one_batch_are_one_too_many(self):
        results = self.apply(
            *[
                self.order(values={"client_order_ref": "PO-8"}, checks=["duplicate_reference"]),
                self.order(values={"client_order_ref": "PO-8"}, checks=["duplicate_reference"]),
                self.order(values={"client_order_ref": "PO-9"}, checks=["duplicate_reference"]),
            ]
        )
        self.assertEqual([result["status"] for result in results], ["created", "review", "created"])

    def test_another_customer_may_use_the_same_number(self):
        values = {"client_order_ref": "PO-7"}
        self.check("duplicate_reference", values=values)
        other = {"ensure": [self.customer("c2")], "values": values | {"partner_id": {"$ref": "customer:c2"}}}
        self.assertEqual(self.check("duplicate_reference", **other)["status"], "created")

    def test_credit_limit_counts_what_is_ordered_and_what_comes_in_the_same_batch(self):
        self.env.company.account_use_credit_limit = True
        self.shirt.invoice_policy = "order"  # what is to be invoiced counts, and not before
        partner = self.env["res.partner"].create({"name": "Ann", "email": "c1@example.com", "credit_limit": 50})
        self.assertEqual(self.check("credit_limit")["status"], "created")
        results = self.apply(*[self.order(checks=["credit_limit"]) for _ in range(2)])
        self.assertEqual([result["status"] for result in results], ["created", "review"])
        self.assertEqual(
            results[1]["problems"][0]["figures"],
            {"credit_limit": "50.00", "due_before": "20.00", "with_this_order": "60.00"},
        )
        partner.credit_limit = 0
        self.assertEqual(self.check("credit_limit")["status"], "created")

    def test_credit_limit_holds_only_where_the_company_uses_it(self):
        self.env["res.partner"].create({"name": "Ann", "email": "c1@example.com", "credit_limit": 1})
        self.assertEqual(self.check("credit_limit")["status"], "created")

    def test_sales_warning_of_the_customer_is_told(self):
        self.env["res.partner"].create({"name": "Ann", "email": "c1@example.com", "sale_warn_msg": "Ask the boss"})
        result = self.check("customer_warning")
        self.assertProblem(result, "review", "customer_warning")
        self.assertIn("Ask the boss", result["problems"][0]["message"])

    def test_customer_on_hold_is_told_of_its_contacts_too(self):
        partner = self.env["res.partner"].create({"name": "Ann", "email": "c1@example.com", "clarity_on_hold": True})
        result = self.check("customer_on_hold")
        self.assertProblem(result, "review", "customer_on_hold")
        self.assertIn("Ann is on hold", result["problems"][0]["message"])
        partner.clarity_on_hold = False
        self.assertEqual(self.check("customer_on_hold")["status"], "created")

    def test_a_cancelled_order_is_held_to_nothing(self):
        self.mug.sale_ok = False
        result = self.check("not_for_sale", lines=[self.line(sku="T-MUG")], follow=["cancel"])
        self.assertEqual(result["status"], "created")

    def test_unknown_check_is_refused(self):
        self.assertProblem(self.check("horoscope"), "correct", "invalid_value")
