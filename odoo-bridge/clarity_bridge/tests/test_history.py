from odoo import Command
from odoo.tests import tagged

from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestHistory(BridgeCase):
    def history(self, customer="c1", order="new"):
        [answer] = self.bridge.read_history("main", [{"customer": customer, "order": order}])["histories"]
        return answer

    def test_a_customer_that_is_not_linked_has_none(self):
        self.assertIsNone(self.history("nobody"))

    def test_confirmed_orders_count_but_the_one_that_asks(self):
        self.apply(self.order("o-1"), self.order("o-2"), self.order("o-3", follow=[]))
        self.assertEqual(self.history(), {"orders": 2, "value": "40.00", "tags": []})
        self.assertEqual(self.history(order="o-2")["orders"], 1)
        self.assertEqual(self.history(order="o-2")["value"], "20.00")
        self.assertEqual(self.history(order="o-3")["orders"], 2)

    def test_tags_are_told_and_a_profile_writes_the_customer_that_is_there(self):
        vip, kept = self.env["res.partner.category"].create([{"name": "VIP"}, {"name": "Kept"}])
        self.apply(self.order("o-1"))
        partner = self.env["sale.order"].browse(self.link("o-1").res_id).partner_id
        partner.category_id = [Command.set(kept.ids)]
        self.assertEqual(self.history()["tags"], [{"id": kept.id, "name": "Kept"}])
        self.assertEqual(self.profile("c1", [kept.id, vip.id])["status"], "updated")
        self.assertEqual(partner.category_id, kept | vip)

    def test_what_is_added_to_a_customer_that_was_not_known_leaves_its_tags(self):
        vip, kept = self.env["res.partner.category"].create([{"name": "VIP"}, {"name": "Kept"}])
        partner = self.env["res.partner"].create(
            {"name": "Ann", "email": "c1@example.com", "category_id": [Command.set(kept.ids)]}
        )
        self.assertIsNone(self.history())
        for status in ("updated", "unchanged"):
            result = self.profile("c1", [vip.id], "$add")
            self.assertEqual((result["res_id"], result["status"]), (partner.id, status))
            self.assertEqual(partner.category_id, kept | vip)

    def test_two_references_of_one_customer_may_both_write_its_profile(self):
        tag = self.env["res.partner.category"].create({"name": "VIP"})
        self.apply(self.order("o-1"))
        partner = self.env["sale.order"].browse(self.link("o-1").res_id).partner_id
        for ref in ("c1", "c1-again"):
            result = self.profile(ref, [tag.id])
            self.assertEqual((result["status"], result["res_id"]), ("updated", partner.id))

    def profile(self, ref, tags, how="$set"):
        customer = self.customer(ref, match={"email": "c1@example.com"})
        [result] = self.apply(
            {
                "id": "profile",
                "kind": "profile",
                "ref": ref,
                "version": "2026-11-20T10:00:00.000Z",
                "hash": f"{how} {tags}",
                "model": "res.partner",
                "values": {"category_id": {how: tags}},
                "match": {"id": {"$ref": f"customer:{ref}"}},
                "ensure": [customer],
            }
        )
        return result
