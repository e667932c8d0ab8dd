from odoo.tests import tagged

from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestEnsure(BridgeCase):
    def test_needed_record_of_many_orders_is_created_once(self):
        self.apply(*[self.order() for _ in range(4)])
        self.assertEqual(self.env["res.partner"].search_count([("email", "=", "c1@example.com")]), 1)
        self.assertEqual(len(self.link("c1", "customer")), 1)

    def test_case_28_guest_of_five_orders_is_one_partner(self):
        for _ in range(5):
            self.apply(self.order())
        self.assertEqual(self.env["res.partner"].search_count([("email", "=", "c1@example.com")]), 1)

    def test_case_28_first_of_two_spellings_in_one_batch_is_the_partner(self):
        results = self.apply(
            *[
                self.order(ensure=[self.customer(values={"name": name, "email": "c1@example.com"}, match={})])
                for name in ("Ann Lee", "ANN  LEE", "ann lee")
            ]
        )
        partner = self.env["sale.order"].browse(result["res_id"] for result in results).partner_id
        self.assertEqual(partner.mapped("name"), ["Ann Lee"])

    def test_case_28_another_name_on_that_address_is_another_partner(self):
        match = {"email": "c1@example.com", "name": "Bob"}
        self.apply(self.order())
        order = self.applied(
            ensure=[self.customer("c2", values={"name": "Bob", "email": "c1@example.com"}, match=match)],
            values={"partner_id": {"$ref": "customer:c2"}},
        )
        self.assertEqual(order.partner_id.name, "Bob")
        self.assertEqual(self.env["res.partner"].search_count([("email", "=", "c1@example.com")]), 2)

    def test_existing_partner_is_linked_and_never_changed(self):
        partner = self.env["res.partner"].create({"name": "Old Name", "email": "c1@example.com"})
        self.assertEqual(self.applied().partner_id, partner)
        self.assertEqual(partner.name, "Old Name")
        self.assertEqual(self.link("c1", "customer").res_id, partner.id)

    def test_several_matches_are_a_problem(self):
        self.env["res.partner"].create([{"name": "A", "email": "c1@example.com"}] * 2)
        [result] = self.apply(self.order())
        self.assertProblem(result, "correct", "ambiguous_match")
        self.assertEqual(result["problems"][0]["field"], "/ensure/0/match")

    def test_same_match_under_two_references_is_one_record(self):
        results = self.apply(
            self.order("o1"),
            self.order(
                "o2",
                ensure=[self.customer("c2", match={"email": "c1@example.com"})],
                values={"partner_id": {"$ref": "customer:c2"}},
            ),
        )
        partners = self.env["sale.order"].browse(result["res_id"] for result in results).partner_id
        self.assertEqual(len(partners), 1)

    def test_address_hangs_on_the_customer_made_with_it(self):
        address = self.customer(
            kind="address",
            ref="c1:1",
            values={"name": "Work", "type": "delivery", "street": "Main 1", "parent_id": {"$ref": "customer:c1"}},
            match={"parent_id": {"$ref": "customer:c1"}, "street": "Main 1"},
        )
        changes = {"ensure": [address, self.customer()], "values": {"partner_shipping_id": {"$ref": "address:c1:1"}}}
        first, second = self.applied(**changes), self.applied(**changes)
        self.assertEqual(first.partner_shipping_id.parent_id, first.partner_id)
        self.assertEqual(second.partner_shipping_id, first.partner_shipping_id)

    def test_records_that_refer_to_each_other_are_refused(self):
        one = self.customer("c1", values={"name": "A", "parent_id": {"$ref": "customer:c2"}}, match={})
        two = self.customer("c2", values={"name": "B", "parent_id": {"$ref": "customer:c1"}}, match={})
        [result] = self.apply(self.order(ensure=[one, two]))
        self.assertEqual(result["status"], "correct")

    def test_problem_in_a_needed_record_points_at_it(self):
        [result] = self.apply(self.order(ensure=[self.customer(values={"name": "A", "colour": "red"})]))
        self.assertProblem(result, "correct", "unknown_field")
        self.assertEqual(result["problems"][0]["field"], "/ensure/0/values/colour")

    def test_deleted_partner_is_made_again(self):
        order = self.applied(follow=[])
        partner = order.partner_id
        order.unlink()
        partner.unlink()
        again = self.applied()
        self.assertNotEqual(again.partner_id, partner)
        self.assertEqual(self.link("c1", "customer").res_id, again.partner_id.id)

    def test_link_follows_a_partner_that_is_merged(self):
        partner = self.applied().partner_id
        kept = self.env["res.partner"].create({"name": "Ann", "email": "c1@example.com"})
        self.env["base.partner.merge.automatic.wizard"]._merge([partner.id, kept.id], kept)
        self.assertEqual(self.link("c1", "customer").res_id, kept.id)
        self.assertEqual(self.applied().partner_id, kept)

    def test_known_customer_needs_no_ensure(self):
        self.apply(self.order())
        self.assertEqual(self.applied(ensure=[]).partner_id.email, "c1@example.com")

    def test_business_partner_may_not_be_invented(self):
        [result] = self.apply(self.order(ensure=[]))
        self.assertProblem(result, "correct", "unknown_reference")

    def test_what_a_field_searches_by_itself_is_asked_one_value_at_a_time(self):
        """`price_include` refuses to be searched for both of its values at once."""
        taxes = self.env["account.tax"].create(
            [
                {"name": "7 in", "amount": 7, "type_tax_use": "sale", "price_include_override": "tax_included"},
                {"name": "7 on top", "amount": 7, "type_tax_use": "sale", "price_include_override": "tax_excluded"},
            ]
        )
        found = [
            {"$find": {"model": "account.tax", "by": {"amount": "7", "type_tax_use": "sale", "price_include": both}}}
            for both in (True, False)
        ]
        order = self.applied(
            lines=[self.line(ref=f"L{n}", tax_ids={"$set": [one]}) for n, one in enumerate(found)], follow=[]
        )
        self.assertEqual([line.tax_ids for line in order.order_line], list(taxes))
