import json

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestMasters(BridgeCase):
    def party(self, ref="55", **changes):
        """An operation for a registered customer with one address that belongs to it."""
        return {
            "id": f"op-customer-{ref}",
            "kind": "customer",
            "ref": ref,
            "version": "2026-01-01T00:00:00.000Z",
            "hash": "h1",
            "model": "res.partner",
            "values": {"name": "Ann", "email": f"{ref}@example.com", "phone": "1"},
            "initial": {"street": "1 Main St", "city": "Springfield"},
            "match": {"email_normalized": f"{ref}@example.com", "name": "Ann", "parent_id": False},
            "attach": [self.address(ref)],
        } | changes

    def address(self, ref="55", street="2 Side St"):
        return {
            "kind": "address",
            "ref": f"{ref}/{street}",
            "version": "2026-01-01T00:00:00.000Z",
            "model": "res.partner",
            "values": {
                "name": "Ann",
                "parent_id": {"$ref": f"customer:{ref}"},
                "type": "delivery",
                "street": street,
                "city": "Springfield",
            },
            "match": {"id": {"$ref": f"customer:{ref}"}, "street": street, "city": "Springfield"},
        }

    def partner(self, ref="55"):
        return self.env["res.partner"].browse(self.link(ref, "customer").res_id)

    def test_creates_a_customer_with_what_belongs_to_it(self):
        [result] = self.apply(self.party())
        self.assertEqual(result["status"], "created", result)
        partner = self.partner()
        self.assertRecordValues(partner, [{"name": "Ann", "phone": "1", "street": "1 Main St", "company_id": False}])
        self.assertRecordValues(partner.child_ids, [{"type": "delivery", "street": "2 Side St"}])
        self.assertEqual(self.link("55/2 Side St", "address").res_id, partner.child_ids.id)

    def test_initial_values_and_what_belongs_to_it_are_never_changed(self):
        self.apply(self.party())
        moved = self.party(
            hash="h2",
            version="2026-01-02T00:00:00.000Z",
            values={"name": "Ann", "phone": "2"},
            initial={"street": "9 New St"},
            attach=[self.address(street="9 New St")],
        )
        [result] = self.apply(moved)
        self.assertEqual(result["status"], "updated", result)
        partner = self.partner()
        self.assertRecordValues(partner, [{"phone": "2", "street": "1 Main St"}])
        self.assertEqual(set(partner.child_ids.mapped("street")), {"2 Side St", "9 New St"})

    def test_an_address_that_says_what_the_customer_does_is_the_customer(self):
        self.apply(self.party(attach=[self.address(street="1 Main St")]))
        self.assertFalse(self.partner().child_ids)
        self.assertEqual(self.link("55/1 Main St", "address").res_id, self.partner().id)

    def test_case_28_a_registered_customer_is_the_partner_of_an_earlier_guest_order(self):
        guest = self.customer("guest:abc", match={}, values={"name": "Ann", "email": "55@example.com"})
        order = self.order(ensure=[guest], values={"partner_id": {"$ref": "customer:guest:abc"}})
        self.assertEqual(self.apply(order)[0]["status"], "created")
        [result] = self.apply(self.party())
        self.assertEqual(result["status"], "updated", result)
        self.assertEqual(self.partner(), self.partner("guest:abc"))
        self.assertFalse(self.partner().street, "what only a new record gets")

    def test_case_28_a_registered_customer_is_the_partner_that_its_own_order_made(self):
        order = self.order(ensure=[self.customer("55")], values={"partner_id": {"$ref": "customer:55"}})
        for operations in ([order, self.party()], [self.party(hash="h2")]):
            results = self.apply(*operations)
            self.assertNotIn("correct", [result["status"] for result in results], results)
        self.assertEqual(self.env["res.partner"].search_count([("email", "=", "55@example.com")]), 1)
        self.assertEqual(self.partner().phone, "1")

    def test_the_customer_comes_before_its_order_in_one_call(self):
        order = self.order(ensure=[self.customer("55")], values={"partner_id": {"$ref": "customer:55"}})
        results = self.apply(self.party(), order)
        self.assertEqual([result["status"] for result in results], ["created", "created"], results)
        self.assertEqual(self.env["res.partner"].search_count([("email", "=", "55@example.com")]), 1)

    def test_several_matches_are_refused_and_named(self):
        self.env["res.partner"].create([{"name": "Ann", "email": "55@example.com"}] * 2)
        [result] = self.apply(self.party())
        self.assertProblem(result, "correct", "ambiguous_match")
        self.assertEqual(len(result["problems"][0]["candidates"]), 2)

    def test_two_storefront_records_never_write_one_partner(self):
        self.apply(self.party())
        twin = self.party("56", match={"name": "Ann", "parent_id": False, "email_normalized": "55@example.com"})
        results = self.apply(twin, self.party("57"))
        self.assertProblem(results[0], "correct", "ambiguous_match")
        self.assertIn("55", results[0]["message"])
        self.assertEqual(results[1]["status"], "created")
        both = [self.party(ref, match={"email_normalized": "57@example.com"}) for ref in ("58", "59")]
        self.assertProblem(self.apply(*both)[0], "correct", "ambiguous_match")

    def test_a_refused_value_is_named_by_its_field(self):
        self.env["product.product"].create({"name": "Other", "barcode": "4006381333931"})
        self._grant("clarity_bridge.group_service_products")
        [result] = self.apply(self.product(values={"name": "Cup", "barcode": "4006381333931"}))
        self.assertProblem(result, "correct", "business_rule")
        self.assertEqual(result["problems"][0]["field"], "/barcode")
        self.assertEqual(result["problems"][0]["value"], "4006381333931")

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.models")
    def test_products_need_the_right_for_them(self):
        self.assertIn("create Product Variant", self.bridge.ping()["missing_by_entity"]["product"])
        [result] = self.apply(self.product())
        self.assertProblem(result, "denied", "access_denied")
        self._grant("clarity_bridge.group_service_products")
        lacking = self.bridge.ping()["missing_by_entity"]
        self.assertEqual((lacking["customer"], lacking["product"]), ([], []))
        self.assertEqual(self.apply(self.product())[0]["status"], "created")
        for model in ("product.product", "product.template", "product.category", "product.pricelist"):
            self.assertFalse(self.env[model].with_user(self.service).has_access("unlink"), model)

    def test_an_existing_product_is_recognised_and_only_its_content_written(self):
        self._grant("clarity_bridge.group_service_products")
        operation = self.product("T-MUG", values={"name": "Large mug"}, initial={"list_price": "99"})
        [result] = self.apply(operation)
        self.assertEqual((result["status"], result["res_id"]), ("updated", self.mug.id), result)
        self.assertRecordValues(self.mug, [{"name": "Large mug", "list_price": 5}])

    def test_case_27_an_ambiguous_reference_is_refused(self):
        self._grant("clarity_bridge.group_service_products")
        self.env["product.product"].create({"name": "Other mug", "default_code": "T-MUG"})
        self.assertProblem(self.apply(self.product("T-MUG"))[0], "correct", "ambiguous_match")

    def test_categories_are_made_by_their_path(self):
        self._grant("clarity_bridge.group_service_products")
        self.apply(self.product("A", ensure=self.path("Apparel", "Tops")))
        self.apply(self.product("B", ensure=self.path("Apparel", "Tops")))
        [category] = self.env["product.category"].search([("complete_name", "=", "Apparel / Tops")])
        self.assertEqual(self.env["product.product"].search_count([("categ_id", "=", category.id)]), 2)

    def test_case_31_what_belongs_to_another_company_is_neither_seen_nor_written(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids = [Command.link(other.id)]
        theirs = self.env["res.partner"].create(
            {"name": "Ann", "email": "55@example.com", "company_id": other.id, "phone": "theirs"}
        )
        self.env["product.product"].create({"name": "Theirs", "default_code": "SAME", "company_id": other.id})
        self._grant("clarity_bridge.group_service_products")
        results = self.apply(self.party(), self.product("SAME"))
        self.assertEqual([result["status"] for result in results], ["created", "created"], results)
        self.assertNotEqual(self.partner(), theirs)
        self.assertEqual(theirs.phone, "theirs")
        [denied] = self.apply(self.party("60", values={"name": "Bob", "company_id": other.id}, match={}))
        self.assertIn(denied["status"], ("denied", "correct"), denied)

    def polo(self, color, size, **changes):
        template = {
            "kind": "product_template",
            "ref": "Polo",
            "version": "2026-01-01T00:00:00.000Z",
            "model": "product.template",
            "values": {"name": "Polo", "type": "consu", "is_storable": True, "list_price": "20"},
            "match": {"name": "Polo"},
        }
        values = {"name": "Polo", "product_tmpl_id": {"$ref": "product_template:Polo"}}
        options = {"Color": color, "Size": size}
        return self.product(f"POLO-{color}-{size}", values, [template], values_only=True, options=options) | changes

    def test_variants_are_those_that_the_storefront_has(self):
        self._grant("clarity_bridge.group_service_products")
        pairs = [("Red", "M"), ("Red", "L"), ("Blue", "M")]
        results = self.apply(*[self.polo(*pair) for pair in pairs])
        self.assertFalse([result for result in results if "problems" in result])
        polo = self.env["product.template"].search([("name", "=", "Polo")])
        self.assertEqual(
            sorted(polo.product_variant_ids.mapped("default_code")), ["POLO-Blue-M", "POLO-Red-L", "POLO-Red-M"]
        )
        [result] = self.apply(self.polo("Green", "M"))
        self.assertEqual(result["status"], "created", result)
        self.assertEqual(len(polo.product_variant_ids), 4)
        green = self.env["product.product"].browse(result["res_id"])
        self.assertEqual(green.product_template_attribute_value_ids.mapped("name"), ["Green", "M"])
        [result] = self.apply(self.polo("Green", "M", hash="h2", version="2026-01-02T00:00:00.000Z"))
        self.assertEqual((result["status"], result["res_id"]), ("updated", green.id))

    def test_variants_that_odoo_has_already_are_recognised_by_their_options(self):
        self._grant("clarity_bridge.group_service_products")
        attributes = self.env["product.attribute"].create(
            [
                {"name": name, "value_ids": [Command.create({"name": text}) for text in texts]}
                for name, texts in (("Color", ("Red", "Blue")), ("Size", ("M", "L")))
            ]
        )
        lines = [
            Command.create({"attribute_id": one.id, "value_ids": [Command.set(one.value_ids.ids)]})
            for one in attributes
        ]
        polo = self.env["product.template"].create({"name": "Polo", "attribute_line_ids": lines})
        [result] = self.apply(self.polo("Blue", "L"))
        self.assertEqual(result["status"], "updated", result)
        self.assertEqual(len(polo.product_variant_ids), 4)
        self.assertIn(result["res_id"], polo.product_variant_ids.ids)
        short = self.polo("Blue", "L", ref="prd_short", match={}, options={"Color": "Blue"})
        self.assertProblem(self.apply(short)[0], "correct", "invalid_value")

    def switch_on(self, *names):
        for name in names:
            self.env["ir.config_parameter"].set_param(f"clarity_bridge.emit_{name}", "1")

    def told(self, event_type):
        """What this transaction tells of a kind of thing, as it would be committed now."""
        self.env.cr.precommit.run()
        events = self.env["clarity.event"].search([("event_type", "=", event_type)], order="id")
        bodies = [json.loads(event.payload)["data"] for event in events]
        events.unlink()
        return bodies

    def test_products_are_told_once_switched_on_and_not_what_the_bridge_wrote(self):
        self.mug.list_price = 6
        self.assertEqual(self.told("product.changed"), [])
        self.switch_on("product")
        self.mug.list_price = 7
        self.mug.name = "Large mug"
        mug = {"product_id": self.mug.id, "sku": "T-MUG"}
        self.assertEqual(self.told("product.changed"), [mug])
        self._grant("clarity_bridge.group_service_products")
        self.apply(self.product("T-MUG", values={"name": "Small mug"}))
        self.assertEqual(self.told("product.changed"), [])
        self.env.ref("clarity_bridge.product_discount").name = "Rebate"
        self.mug.description_purchase = "Buy it"
        self.assertEqual(self.told("product.changed"), [])
        self.mug.categ_id = self.env["product.category"].create({"name": "Kitchen"})
        self.told("product.changed")
        self.mug.categ_id.name = "Table"
        self.assertEqual(self.told("product.changed"), [mug])
        gone = self.env["product.product"].create({"name": "Gone", "default_code": "GONE"})
        self.told("product.changed")
        gone.unlink()
        self.assertEqual(self.told("product.changed"), [{"product_id": gone.id, "sku": None}])

    def test_registered_customers_are_told_and_guests_are_not(self):
        self.switch_on("customer")
        guest = self.customer("guest:abc", match={})
        self.apply(self.party(), self.order(ensure=[guest], values={"partner_id": {"$ref": "customer:guest:abc"}}))
        self.assertEqual(self.told("partner.changed"), [])
        self.partner("guest:abc").phone = "2"
        self.partner().clarity_on_hold = True
        [body] = self.told("partner.changed")
        self.assertEqual(body["customer"], {"id": self.partner().id, "ref": "55"})
        self.partner().comment = "Nice"
        self.assertEqual(self.told("partner.changed"), [])
        self.env.ref("base.group_user")._apply_group(self.env.ref("product.group_product_pricelist"))
        pricelist = self.env["product.pricelist"].create({"name": "Wholesale"})
        self.partner().property_product_pricelist = pricelist
        self.assertEqual(len(self.told("partner.changed")), 1)
        [state] = self.bridge.read_state("main", "partner", ["55", "56"])["partners"]
        self.assertEqual((state["ref"], state["on_hold"], state["price_list"]), ("55", True, "Wholesale"))
        self.assertNotIn("credit_limit", {name: value for name, value in state.items() if value})

    def test_the_credit_limit_is_read_with_the_rights_of_an_accountant_only(self):
        self.apply(self.party())
        self.partner().credit_limit = 500
        [state] = self.bridge.read_state("main", "partner", ["55"])["partners"]
        self.assertNotIn("credit_limit", state)
        self._grant("clarity_bridge.group_service_accounting")
        [state] = self.bridge.read_state("main", "partner", ["55"])["partners"]
        self.assertEqual(state["credit_limit"], "500")

    def test_rules_of_price_lists_are_told_with_the_products_they_are_for(self):
        self.switch_on("price")
        pricelist = self.env["product.pricelist"].create({"name": "Wholesale"})
        item = self.env["product.pricelist.item"].create(
            {
                "pricelist_id": pricelist.id,
                "applied_on": "1_product",
                "product_tmpl_id": self.mug.product_tmpl_id.id,
                "compute_price": "fixed",
                "fixed_price": 4.5,
                "min_quantity": 10,
                "date_start": "2026-02-01 00:00:00",
            }
        )
        self.assertEqual(self.told("pricelist_item.changed"), [{"item_id": item.id}])
        [state] = self.bridge.read_state("main", "price", [str(item.id), "x"])["prices"]
        self.assertEqual(
            (state["skus"], state["price"], state["min_quantity"], state["from"], state["applied_on"]),
            (["T-MUG"], "4.5", "10", "2026-02-01T00:00:00.000Z", "product"),
        )
        self.mug.default_code = "T-CUP"
        self.assertEqual(self.told("pricelist_item.changed"), [{"item_id": item.id}])
        item.unlink()
        self.assertEqual(self.told("pricelist_item.changed"), [{"item_id": item.id}])

    def test_products_are_read_with_their_variants(self):
        color = self.env["product.attribute"].create(
            {"name": "Color", "value_ids": [Command.create({"name": name}) for name in ("Red", "Blue")]}
        )
        line = {"attribute_id": color.id, "value_ids": [Command.set(color.value_ids.ids)]}
        polo = self.env["product.template"].create(
            {"name": "Polo", "list_price": 20, "attribute_line_ids": [Command.create(line)]}
        )
        red = polo.product_variant_ids[0]
        red.default_code = "POLO-RED"
        red.product_template_attribute_value_ids.price_extra = 2.5
        red.active = False
        [state] = self.bridge.read_state("main", "product", [str(red.id)])["products"]
        self.assertEqual((state["sku"], state["options"], state["price"]), ("POLO-RED", {"Color": "Red"}, "22.5"))
        self.assertEqual((state["active"], state["name"], state["template"]["id"]), (False, "Polo", polo.id))

    def product(self, sku="CUP", values=None, ensure=(), values_only=False, **changes):
        below = ensure and not values_only
        path = {"categ_id": {"$ref": ensure[-1]["kind"] + ":" + ensure[-1]["ref"]}} if below else {}
        return self.article(sku, path | (values or {}), ensure=list(ensure), **changes)

    def path(self, *names):
        records, parent = [], None
        for depth, name in enumerate(names):
            ref = " / ".join(names[: depth + 1])
            above = {"parent_id": {"$ref": f"category:{parent}"} if parent else False}
            records.append(
                {
                    "kind": "category",
                    "ref": ref,
                    "version": "2026-01-01T00:00:00.000Z",
                    "model": "product.category",
                    "values": {"name": name} | above,
                    "match": {"name": name} | above,
                }
            )
            parent = ref
        return records

    def _grant(self, group):
        self.service.group_ids = [Command.link(self.env.ref(group).id)]
