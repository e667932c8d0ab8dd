from odoo.fields import Command
from odoo.tests import tagged

from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestAmounts(BridgeCase):
    """The storefront's amounts of a line, where Odoo's own rounding gives others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tax = cls.env["account.tax"].create
        cls.five = tax({"name": "Five", "amount": 5})
        cls.inside = tax({"name": "Inside", "amount": 19, "price_include_override": "tax_included"})
        cls.state, cls.city = tax({"name": "State", "amount": 5}), tax({"name": "City", "amount": 9.975})
        cls.group = tax(
            {
                "name": "Group",
                "amount_type": "group",
                "children_tax_ids": [Command.set((cls.state + cls.city).ids)],
            }
        )

    def wish(self, taxes, figures, price="9.75", quantity="1", total=None, **changes):
        """Lines of one price, each with what it must show: (subtotal, tax)."""
        refs = [f"L{index}" for index, _ in enumerate(figures, 1)]
        tax_ids = {"$set": taxes.ids}
        lines = [self.line(ref, price=price, quantity=quantity, tax_ids=tax_ids) for ref in refs]
        wanted = [
            {"ref": ref, "subtotal": f"{subtotal:.2f}", "tax": f"{tax:.2f}"}
            for ref, (subtotal, tax) in zip(refs, figures, strict=True)
        ]
        amount_tax = sum(tax for _, tax in figures)
        amount_total = sum(subtotal for subtotal, _ in figures) + amount_tax
        expect = {"amount_total": f"{amount_total:.2f}", "amount_tax": f"{amount_tax:.2f}", "lines": wanted}
        return self.order(lines=lines, expect=expect, **changes)

    def written(self, *args, **kwargs):
        [result] = self.apply(self.wish(*args, **kwargs))
        self.assertEqual(result["status"], "created", result)
        return self.env["sale.order"].browse(result["res_id"])

    def figures(self, order):
        return [(line.price_subtotal, round(line.price_tax, 2)) for line in order.order_line]

    def test_per_line_and_per_document_in_both_settings(self):
        for method in ("round_globally", "round_per_line"):
            self.env.company.tax_calculation_rounding_method = method
            for figures in ([(9.75, 0.49)] * 3, [(9.75, 0.49), (9.75, 0.48), (9.75, 0.49)]):
                order = self.written(self.five, figures)
                self.assertEqual(self.figures(order), figures)
                self.assertEqual(round(order.amount_tax, 2), round(sum(tax for _, tax in figures), 2))
                invoice = order._create_invoices()
                invoice.action_post()
                self.assertEqual(
                    (invoice.amount_tax, invoice.amount_total), (order.amount_tax, order.amount_total), method
                )

    def test_line_without_tax_keeps_its_subtotal(self):
        for method in ("round_globally", "round_per_line"):
            self.env.company.tax_calculation_rounding_method = method
            # Odoo rounds 0.5 * 9.41 = 4.705 up.
            none = self.env["account.tax"]
            order = self.written(none, [(4.7, 0.0), (4.71, 0.0)], price="9.41", quantity="0.5")
            self.assertEqual(self.figures(order), [(4.7, 0.0), (4.71, 0.0)])
            self.assertEqual(order.amount_total, 9.41)
            invoice = order._create_invoices()
            self.assertEqual(invoice.amount_total, 9.41)

    def test_line_that_odoo_shows_is_left_alone(self):
        order = self.written(self.five, [(9.75, 0.49)])
        self.assertFalse(order.order_line.extra_tax_data)

    def test_included_prices_and_several_taxes(self):
        self.env.company.tax_calculation_rounding_method = "round_per_line"
        inside = self.written(self.inside, [(18.1, 3.43), (18.09, 3.44)], price="21.53")
        self.assertEqual(self.figures(inside), [(18.1, 3.43), (18.09, 3.44)])
        both = self.written(self.group, [(33.33, 5.0), (33.33, 4.99)], price="33.33")
        self.assertEqual(self.figures(both), [(33.33, 5.0), (33.33, 4.99)])
        invoice = both._create_invoices()
        self.assertEqual(invoice.amount_tax, 9.99)
        by_tax = {line.tax_line_id: -line.balance for line in invoice.line_ids.filtered("tax_line_id")}
        self.assertEqual(by_tax, {self.state: 3.34, self.city: 6.65})

    def test_invoices_of_parts_add_up_to_the_order(self):
        for method in ("round_globally", "round_per_line"):
            self.env.company.tax_calculation_rounding_method = method
            self.shirt.invoice_policy = "delivery"
            order = self.written(self.inside, [(25.13, 4.78)], price="9.97", quantity="3")
            invoices = self.env["account.move"]
            for _part in range(3):
                order.order_line.qty_delivered = invoices.line_ids and order.order_line.qty_delivered + 1 or 1
                invoices += order._create_invoices()
            invoices.action_post()
            self.assertEqual(len(invoices), 3)
            self.assertAlmostEqual(sum(invoices.mapped("amount_tax")), 4.78)
            self.assertAlmostEqual(sum(invoices.mapped("amount_total")), 29.91)
            order.order_line.qty_delivered = 2
            back = order._create_invoices(final=True)
            back.action_post()
            self.assertEqual(back.move_type, "out_refund")
            last = invoices[-1]
            self.assertEqual((back.amount_tax, back.amount_total), (last.amount_tax, last.amount_total), method)

    def test_changed_quantity_is_computed_anew_and_keeps_price_and_discount(self):
        order = self.written(self.five, [(9.75, 0.48), (9.75, 0.49)])
        order.order_line[0].product_uom_qty = 2
        self.assertEqual(self.figures(order), [(19.5, 0.98), (9.75, 0.49)])
        self.assertEqual(order.order_line[0].price_unit, 9.75)

    def test_edited_order_keeps_the_new_figures(self):
        operation = self.wish(self.five, [(9.75, 0.48), (9.75, 0.49)], ref="edited")
        [first] = self.apply(operation)
        changed = self.wish(self.five, [(19.5, 0.97), (19.5, 0.98)], quantity="2", ref="edited")
        changed |= {"hash": "h2", "version": "2026-01-02T00:00:00.000Z"}
        [again] = self.apply(changed)
        self.assertEqual(again["status"], "updated", again)
        order = self.env["sale.order"].browse(first["res_id"])
        self.assertEqual((order.state, self.figures(order)), ("sale", [(19.5, 0.97), (19.5, 0.98)]))

    def test_more_than_rounding_is_held_with_odoos_own_figures(self):
        [result] = self.apply(self.wish(self.five, [(9.75, 0.46), (9.75, 0.51)]))
        self.assertProblem(result, "review", "totals_differ")
        self.assertEqual(result["problems"][0]["field"], "/expect/lines")
        self.assertEqual([line["tax"] for line in result["computed"]["lines"]], ["0.49", "0.49"])

    def test_a_later_storefront_version_replaces_what_was_kept(self):
        operation = self.wish(self.five, [(9.75, 0.48), (9.75, 0.49)], ref="later", follow=[])
        [first] = self.apply(operation)
        changed = self.wish(self.five, [(9.75, 0.49), (9.75, 0.48)], ref="later", follow=[])
        changed |= {"hash": "h2", "version": "2026-01-02T00:00:00.000Z"}
        [again] = self.apply(changed)
        self.assertEqual(again["status"], "updated", again)
        order = self.env["sale.order"].browse(first["res_id"])
        self.assertEqual(self.figures(order), [(9.75, 0.49), (9.75, 0.48)])
