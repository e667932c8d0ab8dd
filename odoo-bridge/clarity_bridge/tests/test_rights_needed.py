"""Every right of this module is needed: take one away, and something that the bridge or a person does is denied."""

from functools import partial

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .money import MoneyCase

_RIGHTS = ("read", "write", "create", "unlink")

#: Access line -> right -> what is denied without it: a method below. A right that is not here has to go from the file.
NEEDED_BY = {
    "access_res_partner_service": {"write": "customer_changes", "create": "customer_is_new"},
    "access_clarity_payment_service": {
        "write": "payment_is_captured",
        "create": "order_is_paid",
        "unlink": "payment_is_withdrawn",
    },
    "access_clarity_return_service": {"write": "return_changes", "create": "return_is_asked_for"},
    "access_clarity_return_line_service": {
        "write": "return_is_of_another_quantity",
        "create": "return_is_asked_for",
        "unlink": "return_loses_a_line",
    },
    "access_product_category_service": {"create": "product_of_a_new_category"},
    "access_product_template_service": {"write": "product_changes", "create": "product_is_new"},
    "access_product_product_service": {"write": "product_changes", "create": "product_is_new"},
    "access_product_attribute_service": {"create": "variant_of_a_new_attribute"},
    "access_product_attribute_value_service": {"create": "variant_of_a_new_value"},
    "access_product_template_attribute_line_service": {
        "write": "variant_of_a_new_value",
        "create": "variant_of_a_new_attribute",
    },
    "access_product_template_attribute_value_service": {
        "write": "variant_of_a_withdrawn_value",
        "create": "variant_of_a_new_value",
    },
    "access_clarity_link_salesman": {"read": "salesman_looks_up_links"},
    "access_clarity_link_manager": {"unlink": "manager_deletes_a_link"},
    "access_clarity_event_manager": {
        "read": "manager_opens_an_event",
        "write": "manager_sends_an_event_again",
        "unlink": "manager_deletes_an_event",
    },
    "access_clarity_payment_salesman": {"read": "salesman_opens_an_order"},
    "access_clarity_payment_invoice": {"read": "accountant_opens_an_order"},
    "access_clarity_return_salesman": {"read": "salesman_opens_an_order"},
    "access_clarity_return_invoice": {"read": "accountant_opens_an_order"},
    "access_clarity_return_line_invoice": {"read": "accountant_opens_a_return"},
    "access_clarity_return_line_salesman": {"read": "salesman_opens_a_return"},
    "access_clarity_status_manager": {"read": "manager_opens_the_status", "create": "manager_opens_the_status"},
}

#: Group of this module -> group of Odoo that it brings along -> what is denied without it.
IMPLIED_FOR = {
    "group_service": {
        "sales_team.group_sale_salesman_all_leads": "order_of_somebody_else_changes",
        "stock.group_stock_user": "return_is_received",
    },
    "group_service_products": {"clarity_bridge.group_service": "product_is_new"},
    "group_service_accounting": {
        "clarity_bridge.group_service": "payment_is_booked",
        "account.group_account_invoice": "payment_is_booked",
    },
}


class Undo(Exception):
    """Whatever was done is to be as if it had not been."""


@tagged("post_install", "-at_install")
class TestRightsNeeded(MoneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = {
            "salesman": "sales_team.group_sale_salesman_all_leads",
            "manager": "sales_team.group_sale_manager",
            "accountant": "account.group_account_invoice",
        }
        cls.people = {name: new_test_user(cls.env, f"a {name}", group) for name, group in groups.items()}
        cls.products = new_test_user(cls.env, "products", "clarity_bridge.group_service_products")
        cls.accounts = new_test_user(cls.env, "accounts", "clarity_bridge.group_service_accounting")

    def setUp(self):
        super().setUp()
        self.service.group_ids = [Command.set(self.env.ref("clarity_bridge.group_service").ids)]
        self.proven = set()
        self.denials = []
        access = type(self.env["ir.model.access"])
        refuse = access._make_access_error

        def tell(records, model, right):
            self.denials.append((model, right))
            return refuse(records, model, right)

        self.patch(access, "_make_access_error", tell)

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule", "odoo.models")
    def test_without_any_one_right_something_is_denied(self):
        lines = self.of_this_module("ir.model.access")
        given = {(name, right) for name, line in lines.items() for right in _RIGHTS if line[f"perm_{right}"]}
        known = {(name, right): need for name, needs in NEEDED_BY.items() for right, need in needs.items()}
        self.assertEqual(given - set(known), set(), "Nothing needs these: delete them, or say here what does")
        self.assertEqual(set(known) - given, set(), "Not given any more")
        for (name, right), need in known.items():
            line = lines[name]
            with self.subTest(line=name, right=right, need=need):
                denied = self.denied(need, partial(line.write, {f"perm_{right}": False}))
                self.assertIn((line.model_id.model, right), denied)

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule", "odoo.models")
    def test_without_any_one_group_something_is_denied(self):
        brought = {
            (name, implied.get_external_id()[implied.id]): (group, implied)
            for name, group in self.of_this_module("res.groups").items()
            for implied in group.implied_ids
        }
        known = {(name, implied): need for name, needs in IMPLIED_FOR.items() for implied, need in needs.items()}
        self.assertEqual(set(brought), set(known), "Each needs a reason here, or has to go")
        for key, need in known.items():
            group, implied = brought[key]
            # What it brings along itself stays: the question is what its own rights are for.
            others = [Command.unlink(implied.id), *(Command.link(one.id) for one in implied.implied_ids)]
            with self.subTest(group=key, need=need):
                self.assertTrue(self.denied(need, partial(group.write, {"implied_ids": others})))

    def test_each_record_rule_is_proven(self):
        """In test_companies, which takes each of these away and sees more."""
        proven = {f"rule_clarity_{what}_company" for what in ("return", "return_line", "payment")}
        self.assertEqual(set(self.of_this_module("ir.rule")), proven)

    def of_this_module(self, model):
        known = self.env["ir.model.data"].search([("module", "=", "clarity_bridge"), ("model", "=", model)])
        return {one.name: self.env[model].browse(one.res_id) for one in known}

    def denied(self, need, take):
        """What Odoo denies of something once a right is taken away; with all rights it goes through."""
        if need not in self.proven:
            self.assertFalse(self.tried(need), "With all rights it has to go through")
            self.proven.add(need)
        return self.tried(need, take)

    def tried(self, need, take=lambda: None):
        """What is denied, empty if nothing is; everything is as before afterwards."""
        del self.denials[:]
        refused = None
        try:
            with self.env.cr.savepoint():
                act = getattr(self, need)()
                take()
                self.forget()
                refused = _refusal(act())
                raise Undo
        except Undo:
            pass
        except AccessError as exc:
            refused = exc
        self.forget()
        return refused and [*self.denials, refused]

    def forget(self):
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.registry.clear_cache("stable", "groups")

    # What needs the rights: each prepares with all of them and returns what is then done without one.

    def customer_changes(self):
        self.apply(self.customer_operation())
        return lambda: self.apply(self.newer(self.customer_operation(phone="2")))

    def customer_is_new(self):
        return lambda: self.apply(self.order())

    def customer_operation(self, **values):
        return self.customer(id="c1", hash="h1", values={"name": "Ann", "phone": "1"} | values)

    def order_is_paid(self):
        return lambda: self.apply(self.with_payments(self.said()))

    def payment_is_captured(self):
        self.apply(self.with_payments(self.said(state="authorized")))
        return lambda: self.apply(self.newer(self.with_payments(self.said())))

    def payment_is_withdrawn(self):
        self.apply(self.with_payments(self.said(), self.said("p2")))
        return lambda: self.apply(self.newer(self.with_payments(self.said())))

    def payment_is_booked(self):
        return lambda: self.apply(self.payment(), user=self.accounts)

    def order_of_somebody_else_changes(self):
        order = self.applied(ref="o1")
        order.user_id = self.people["manager"]
        return lambda: self.apply(self.newer(self.order("o1", lines=[self.line(quantity="3")])))

    def delivered(self, **changes):
        order = self.applied(ref="o1")
        self.deliver(order)
        return self.apply(self.back(**changes))[0]

    def back(self, lines=(("1", "1"),), status="requested", follow=()):
        items = [
            {"clarity_ref": ref, "line_ref": "L1", "quantity": quantity, "restock": True, "reason": "too big"}
            for ref, quantity in lines
        ]
        return self.returned(items, status, follow=list(follow), hash=f"{status} {lines}")

    def return_is_asked_for(self):
        self.applied(ref="o1")
        return lambda: self.apply(self.back())

    def return_changes(self):
        self.delivered()
        return lambda: self.apply(self.back(status="approved"))

    def return_is_of_another_quantity(self):
        self.delivered()
        return lambda: self.apply(self.back([("1", "2")]))

    def return_loses_a_line(self):
        self.delivered(lines=[("1", "1"), ("2", "1")])
        return lambda: self.apply(self.back())

    def return_is_received(self):
        self.delivered()
        return lambda: self.apply(self.back(status="received", follow=["receive", "validate"]))

    def product(self, sku="CUP", template=None, values=None, **changes):
        of = {"product_tmpl_id": {"$ref": f"product_template:{template}"}} if template else {}
        return self.article(sku, {"name": template or "Cup"} | of | (values or {}), **changes)

    def product_is_new(self):
        return lambda: self.apply(self.product(), user=self.products)

    def product_changes(self):
        self.apply(self.product(), user=self.products)
        return lambda: self.apply(
            self.newer(self.product(values={"name": "Large cup", "default_code": "CUP-L"})), user=self.products
        )

    def product_of_a_new_category(self):
        category = {
            "kind": "category",
            "ref": "Apparel",
            "version": "2026-01-01T00:00:00.000Z",
            "model": "product.category",
            "values": {"name": "Apparel", "parent_id": False},
            "match": {"name": "Apparel", "parent_id": False},
        }
        values = {"name": "Cup", "default_code": "CUP", "categ_id": {"$ref": "category:Apparel"}}
        return lambda: self.apply(self.product(values=values, ensure=[category]), user=self.products)

    def variant(self, color):
        template = {
            "kind": "product_template",
            "ref": "Polo",
            "version": "2026-01-01T00:00:00.000Z",
            "model": "product.template",
            "values": {"name": "Polo", "type": "consu", "list_price": "20"},
            "match": {"name": "Polo"},
        }
        return self.product(f"POLO-{color}", "Polo", ensure=[template], options={"Color": color})

    def variant_of_a_new_attribute(self):
        return lambda: self.apply(self.variant("Red"), user=self.products)

    def variant_of_a_new_value(self):
        self.apply(self.variant("Red"), user=self.products)
        return lambda: self.apply(self.variant("Blue"), user=self.products)

    def variant_of_a_withdrawn_value(self):
        """Of a value that was sold and taken off the template, Odoo keeps an archived row."""
        for color in ("Red", "Blue"):
            self.apply(self.variant(color), user=self.products)
        self.apply(self.order(lines=[self.line(sku="POLO-Blue")]))
        line = self.env["product.template"].search([("name", "=", "Polo")]).attribute_line_ids
        line.value_ids = [Command.unlink(line.value_ids.filtered(lambda value: value.name == "Blue").id)]
        self.link("prd_POLO-Blue", "product").unlink()
        return lambda: self.apply(self.variant("Blue") | {"match": {}}, user=self.products)

    def salesman_looks_up_links(self):
        order = self.applied().with_user(self.people["salesman"])

        def look():
            action = order.action_view_clarity_links()
            self.env["clarity.link"].with_user(self.people["salesman"]).web_search_read(
                action["domain"], {"clarity_ref": {}}
            )

        return look

    def manager_deletes_a_link(self):
        self.applied(ref="o1")
        return lambda: self.link("o1").with_user(self.people["manager"]).unlink()

    def event(self):
        self.env["clarity.event"]._insert([("key", "stock.changed", '{"data": {}}', "evt_1")])
        return self.env["clarity.event"].search([("uid", "=", "evt_1")]).with_user(self.people["manager"])

    def manager_opens_an_event(self):
        event = self.event()
        return lambda: Form(event)

    def manager_sends_an_event_again(self):
        event = self.event()
        event.sudo().state = "failed"
        return lambda: event.action_send_again()

    def manager_deletes_an_event(self):
        event = self.event()
        return lambda: event.unlink()

    def manager_opens_the_status(self):
        return lambda: Form(self.env["clarity.status"].with_user(self.people["manager"])).save()

    def salesman_opens_an_order(self):
        return self.opens_an_order("salesman")

    def accountant_opens_an_order(self):
        return self.opens_an_order("accountant")

    def opens_an_order(self, who):
        order = self.applied(ref="o1")
        return lambda: Form(order.with_user(self.people[who]))

    def salesman_opens_a_return(self):
        return self.opens_a_return("salesman")

    def accountant_opens_a_return(self):
        return self.opens_a_return("accountant")

    def opens_a_return(self, who):
        self.delivered()
        one = self.env["clarity.return"].search([], limit=1)
        return lambda: Form(one.with_user(self.people[who]))


def _refusal(results):
    """What results of `apply` say of it; other problems are none of ours and fail the test."""
    problems = [found for one in results for found in one.get("problems", ())] if isinstance(results, list) else []
    others = [found for found in problems if found["code"] != "access_denied"]
    if others:
        raise AssertionError(others)
    return problems and problems[0]["message"]
