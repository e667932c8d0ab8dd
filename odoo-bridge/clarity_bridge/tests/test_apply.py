from unittest.mock import patch

import psycopg2

from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.group import Group
from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestApply(BridgeCase):
    def test_order_is_created_and_confirmed(self):
        [result] = self.apply(self.order("o1", expect={"amount_total": "20.00", "amount_tax": "0.00"}))
        self.assertEqual(result["status"], "created")
        order = self.env["sale.order"].browse(result["res_id"])
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.create_uid, self.service)
        self.assertEqual(order.order_line.clarity_ref, "L1")
        self.assertEqual(order.partner_id.email, "c1@example.com")
        self.assertEqual(result["name"], order.name)
        self.assertEqual(
            {key: result["order"][key] for key in ("ref", "id", "state", "amount_total", "amount_tax", "version")},
            {
                "ref": "o1",
                "id": order.id,
                "state": "sale",
                "amount_total": "20.00",
                "amount_tax": "0.00",
                "version": "2026-01-01T00:00:00.000Z",
            },
        )
        self.assertEqual([picking["id"] for picking in result["order"]["pickings"]], order.picking_ids.ids)

    def test_case_01_same_order_five_times_is_one_order(self):
        results = self.apply(*[self.order("o1") for _ in range(5)])
        self.assertEqual([result["status"] for result in results], ["created"] + 4 * ["unchanged"])
        self.assertEqual(len({result["res_id"] for result in results}), 1)

    def test_case_02_retry_after_a_lost_answer_returns_the_same_order(self):
        [first] = self.apply(self.order("o1"))
        orders, partners = self.env["sale.order"].search_count([]), self.env["res.partner"].search_count([])
        [second] = self.apply(self.order("o1"))
        self.assertEqual(second["status"], "unchanged")
        self.assertEqual(second["res_id"], first["res_id"])
        self.assertEqual(second["order"], first["order"])
        self.assertEqual(self.env["sale.order"].search_count([]), orders)
        self.assertEqual(self.env["res.partner"].search_count([]), partners)

    def test_case_04_older_version_is_stale(self):
        self.apply(self.order("o1", version="2026-01-02T00:00:00.000Z"))
        [result] = self.apply(self.order("o1", version="2026-01-01T23:59:59.999Z", hash="h0"))
        self.assertEqual(result["status"], "stale")
        self.assertEqual(self.link("o1").version, "2026-01-02T00:00:00.000Z")

    def test_versions_are_instants_not_texts(self):
        self.apply(self.order("o1", version="2026-01-01T12:00:00+05:00"))
        [result] = self.apply(self.order("o1", version="2026-01-01T08:00:00Z", hash="h2", values={"origin": "x"}))
        self.assertEqual(result["status"], "updated")

    def test_equal_content_of_a_newer_version_moves_the_version(self):
        self.apply(self.order("o1"))
        [result] = self.apply(self.order("o1", version="2026-03-01T00:00:00.000Z"))
        self.assertEqual(result["status"], "unchanged")
        self.assertEqual(self.link("o1").version, "2026-03-01T00:00:00.000Z")

    def test_unfinished_follow_up_is_done_on_a_repeat(self):
        [draft] = self.apply(self.order("o1", follow=[]))
        self.assertEqual(draft["order"]["state"], "draft")
        [result] = self.apply(self.order("o1"))
        self.assertEqual((result["status"], result["order"]["state"]), ("updated", "sale"))

    def test_stores_never_meet(self):
        [one] = self.apply(self.order("o1"), store="one")
        [two] = self.apply(self.order("o1"), store="two")
        self.assertEqual(two["status"], "created")
        self.assertNotEqual(one["res_id"], two["res_id"])

    def test_one_bad_order_fails_alone(self):
        operations = [self.order(f"o{n}") for n in range(7)]
        # Odoo itself refuses this one: a company that the partner of another company may not have.
        operations[3]["values"]["order_line"]["$lines"]["items"][0]["display_type"] = "line_section"
        with mute_logger("odoo.sql_db"):
            results = self.apply(*operations)
        self.assertEqual([result["status"] for result in results], 3 * ["created"] + ["correct"] + 3 * ["created"])
        self.assertProblem(results[3], "correct", "business_rule")
        self.assertFalse(self.link("o3"))
        self.assertTrue(self.link("c1", "customer"))

    def test_what_only_the_bad_order_needed_is_rolled_back(self):
        operation = self.order("o1", lines=[self.line(display_type="line_section")])
        with mute_logger("odoo.sql_db"):
            [result] = self.apply(operation)
        self.assertProblem(result, "correct", "business_rule")
        self.assertFalse(self.link("c1", "customer"))
        self.assertFalse(self.env["res.partner"].search([("email", "=", "c1@example.com")]))

    def test_all_problems_are_told_at_once(self):
        operation = self.order(
            "o1",
            lines=[self.line(sku="NOPE"), self.line("L2", quantity="many"), self.line("L3", colour="red")],
            values={"state": "flying", "commitment_date": "tomorrow", "user_id": {"$ref": "person:1"}},
        )
        [result] = self.apply(operation)
        self.assertEqual(result["status"], "correct")
        self.assertEqual(
            {(found["code"], found["field"]) for found in result["problems"]},
            {
                ("not_found", "/order_line/$lines/items/0/product_id"),
                ("invalid_value", "/order_line/$lines/items/1/product_uom_qty"),
                ("unknown_field", "/order_line/$lines/items/2/colour"),
                ("invalid_value", "/state"),
                ("invalid_value", "/commitment_date"),
                ("unknown_reference", "/user_id"),
            },
        )

    def test_case_26_unknown_sku_holds_its_order_and_no_other(self):
        results = self.apply(self.order("o1", lines=[self.line(), self.line("L2", "NOPE")]), self.order("o2"))
        self.assertProblem(results[0], "correct", "not_found")
        self.assertEqual(results[0]["problems"][0]["value"], "NOPE")
        self.assertFalse(self.link("o1"))
        self.assertEqual(results[1]["status"], "created")
        self.env["product.product"].create({"name": "New", "default_code": "NOPE", "is_storable": True})
        [released] = self.apply(self.order("o1", lines=[self.line(), self.line("L2", "NOPE")]))
        self.assertEqual(released["status"], "created")

    def test_case_26_archived_sku_is_named_archived(self):
        self.mug.active = False
        [result] = self.apply(self.order(lines=[self.line(sku="T-MUG")]))
        self.assertProblem(result, "correct", "archived")
        self.assertIn("Mug", result["problems"][0]["candidates"][0])

    def test_case_27_two_products_of_one_code_are_asked_about(self):
        twin = self.env["product.product"].create({"name": "Twin", "default_code": "T-MUG"})
        [result] = self.apply(self.order(lines=[self.line(sku="T-MUG")]))
        self.assertProblem(result, "correct", "ambiguous_match")
        candidates = " ".join(result["problems"][0]["candidates"])
        self.assertIn(f"id {twin.id}", candidates)
        self.assertIn(f"id {self.mug.id}", candidates)
        twin.active = False
        self.assertEqual(self.apply(self.order(lines=[self.line(sku="T-MUG")]))[0]["status"], "created")

    def test_totals_that_differ_are_held_with_both_computations(self):
        results = self.apply(self.order("o1", expect={"amount_total": "19.99"}), self.order("o2"))
        self.assertProblem(results[0], "review", "totals_differ")
        self.assertEqual(results[0]["computed"]["amount_total"], "20.00")
        self.assertEqual(results[0]["computed"]["lines"][0]["ref"], "L1")
        self.assertNotIn("res_id", results[0])
        self.assertFalse(self.link("o1"))
        self.assertEqual(results[1]["status"], "created")
        [accepted] = self.apply(self.order("o1", expect={"amount_total": "19.99"}, accept_difference=True))
        self.assertEqual(accepted["status"], "created")

    def test_total_without_tax_difference_but_wrong_tax_is_held(self):
        [result] = self.apply(self.order(expect={"amount_total": "20.00", "amount_tax": "1.00"}))
        self.assertProblem(result, "review", "totals_differ")
        self.assertEqual(result["problems"][0]["field"], "/expect/amount_tax")

    def test_date_of_the_storefront_survives_the_confirmation(self):
        order = self.applied(values={"date_order": "2025-12-24 18:30:00"})
        self.assertEqual(str(order.date_order), "2025-12-24 18:30:00")

    def test_case_22_imported_price_and_discount_survive_a_change_of_quantity(self):
        self.env["res.config.settings"].create({"group_product_pricelist": True}).execute()
        order = self.applied(lines=[self.line(price="7.77", discount="12.5")])
        order.order_line.product_uom_qty = 5
        self.env.flush_all()
        self.assertEqual((order.order_line.price_unit, order.order_line.discount), (7.77, 12.5))

    def test_case_22_free_line_stays_free(self):
        order = self.applied(lines=[self.line(price="0")])
        order.order_line.product_uom_qty = 5
        self.assertEqual(order.order_line.price_unit, 0)

    def test_what_the_storefront_did_not_say_odoo_computes(self):
        line = self.line()
        del line["price_unit"]
        self.assertEqual(self.applied(lines=[line]).order_line.price_unit, 10)

    def test_case_32_text_is_kept_as_text(self):
        name = "שלום 🧥 <b>Ann</b> & Søn"
        note = "<script>alert(1)</script> " + "ä" * 4000
        [result] = self.apply(
            self.order("o1", values={"note": note}, ensure=[self.customer(values={"name": name}, match={})])
        )
        order = self.env["sale.order"].browse(result["res_id"])
        self.assertEqual(order.partner_id.name, name)
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt;", order.note)
        self.assertIn("ä" * 4000, order.note)

    def test_nul_and_half_characters_are_refused_before_the_database_sees_them(self):
        [result] = self.apply(self.order(values={"origin": "a\x00b", "client_order_ref": "\ud83d"}))
        self.assertProblem(result, "correct", "invalid_value", "invalid_value")

    def test_xmlid_and_set(self):
        tax = self.env["account.tax"].create({"name": "T 20", "amount": 20, "amount_type": "percent"})
        by = {"amount": "20", "type_tax_use": "sale", "name": "T 20"}
        order = self.applied(
            lines=[
                self.line(tax_ids={"$set": [{"$find": {"model": "account.tax", "by": by}}]}),
                self.line("S", product_id={"$xmlid": "clarity_bridge.product_shipping"}, quantity="1", price="5.00"),
            ],
            expect={"amount_total": "29.00", "amount_tax": "4.00"},
        )
        self.assertEqual(order.order_line[0].tax_ids, tax)
        self.assertEqual(order.order_line[1].product_id, self.env.ref("clarity_bridge.product_shipping"))

    def test_marker_of_another_model_is_refused(self):
        [result] = self.apply(self.order(lines=[self.line(product_id={"$xmlid": "base.us"})]))
        self.assertProblem(result, "correct", "invalid_value")

    def test_find_by_dotted_path_and_take(self):
        by = {"code": "MI", "country_id.code": "US"}
        state = self.env["res.country.state"].search([("code", "=", "MI"), ("country_id.code", "=", "US")])
        partner = self.customer(
            values={
                "name": "Ann",
                "state_id": {"$find": {"model": "res.country.state", "by": by}},
                "country_id": {"$find": {"model": "res.country.state", "by": by, "take": "country_id"}},
            },
            match={},
        )
        order = self.applied(ensure=[partner])
        self.assertEqual(order.partner_id.state_id, state)
        self.assertEqual(order.partner_id.country_id.code, "US")

    def test_optional_find_leaves_the_field_empty(self):
        def state(code, **more):
            by = {"code": code, "country_id.code": "US"}
            return {"$find": {"model": "res.country.state", "by": by, **more}}

        partner = self.customer(values={"name": "Ann", "state_id": state("??", optional=True)}, match={})
        self.assertFalse(self.applied(ensure=[partner]).partner_id.state_id)
        [result] = self.apply(self.order(ensure=[self.customer("c2", values={"name": "A", "state_id": state("??")})]))
        self.assertProblem(result, "correct", "not_found")

    def test_optional_find_still_asks_about_several(self):
        self.env["product.product"].create({"name": "Twin", "default_code": "T-MUG"})
        find = {"model": "product.product", "by": {"default_code": "T-MUG"}, "optional": True}
        [result] = self.apply(self.order(lines=[self.line(product_id={"$find": find})]))
        self.assertProblem(result, "correct", "ambiguous_match")

    def test_html_is_taken_as_html_when_it_is_said_to_be(self):
        order = self.applied(values={"note": {"$html": "<p>Leave it <b>here</b><script>x()</script></p>"}})
        self.assertEqual(order.note, "<p>Leave it <b>here</b></p>")

    def test_case_29_region_is_looked_up_within_its_country(self):
        for country in ("US", "IT"):
            by = {"code": "MI", "country_id.code": country}
            partner = self.customer(
                f"c{country}",
                values={"name": country, "state_id": {"$find": {"model": "res.country.state", "by": by}}},
                match={},
            )
            order = self.applied(ensure=[partner], values={"partner_id": {"$ref": f"customer:c{country}"}})
            self.assertEqual(order.partner_id.state_id.country_id.code, country)

    def test_later_operation_may_refer_to_an_earlier_one(self):
        person = self.customer("c9") | {"id": "p", "hash": "h"}
        del person["match"]
        results = self.apply(person, self.order("o1", ensure=[], values={"partner_id": {"$ref": "customer:c9"}}))
        self.assertEqual([result["status"] for result in results], ["created", "created"])

    def test_deleted_record_is_for_a_person_to_decide(self):
        [result] = self.apply(self.order("o1", follow=[]))
        self.env["sale.order"].browse(result["res_id"]).unlink()
        [result] = self.apply(self.order("o1"))
        self.assertProblem(result, "review", "not_found")
        self.link("o1").unlink()
        self.assertEqual(self.apply(self.order("o1"))[0]["status"], "created")

    def test_malformed_operation_fails_alone(self):
        results = self.apply({"id": "x"}, self.order(), "nonsense", self.order(model="no.such"))
        self.assertEqual([result["status"] for result in results], ["correct", "created", "correct", "correct"])
        self.assertEqual(results[0]["id"], "x")

    def test_batches_have_a_size(self):
        with self.assertRaises(UserError):
            self.bridge.apply("main", [])
        with self.assertRaises(UserError):
            self.bridge.apply("main", [self.order() for _ in range(201)])

    def test_case_12_unexpected_failure_is_told_without_a_traceback(self):
        poison = self.order("poison")
        create = type(self.env["sale.order"]).create

        def poisoned(orders, vals_list):
            if any(vals.get("client_order_ref") == "poison" for vals in vals_list):
                raise ZeroDivisionError("boom")
            return create(orders, vals_list)

        with (
            patch.object(self.env.registry["sale.order"], "create", poisoned),
            mute_logger("odoo.addons.clarity_bridge.tools.problems"),
        ):
            results = self.apply(self.order("o1"), poison, self.order("o2"))
        self.assertEqual([result["status"] for result in results], ["created", "correct", "created"])
        self.assertProblem(results[1], "correct", "unexpected")

    def test_case_09_lost_race_for_a_link_is_a_retry_for_that_order_only(self):
        with db_connect(self.env.cr.dbname).cursor() as other:
            other.execute("INSERT INTO clarity_link (store, kind, clarity_ref) VALUES ('main', 'order', 'raced')")
            other.commit()
            try:
                results = self.apply(self.order("o1"), self.order("raced"), self.order("o2"))
            finally:
                other.execute("DELETE FROM clarity_link WHERE clarity_ref = 'raced' AND res_id IS NULL")
                other.commit()
        self.assertEqual([result["status"] for result in results], ["created", "retry", "created"])

    def test_case_09_serialization_failure_is_a_retry_and_never_reaches_odoo(self):
        calls = []

        def fail(group, operations):
            calls.append(len(operations))
            raise psycopg2.errors.SerializationFailure("could not serialize access")

        with patch.object(Group, "_create", fail):
            results = self.apply(self.order("o1"), self.order("o2"))
        self.assertEqual([result["status"] for result in results], ["retry", "retry"])
        self.assertEqual(calls, [2], "what another transaction holds is not tried again within this one")
        self.assertFalse(self.link("o1"))
