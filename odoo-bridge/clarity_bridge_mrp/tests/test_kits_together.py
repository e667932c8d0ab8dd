from odoo import Command
from odoo.tests import tagged

from odoo.addons.clarity_bridge.tests.rows import RowsCase


@tagged("post_install", "-at_install")
class TestKitsTogether(RowsCase):
    def test_kits_leave_the_rows_that_odoo_leaves(self):
        kit = self.product("T-SET", is_storable=False)
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": self.shirt.id, "product_qty": 2}),
                    Command.create({"product_id": self.mug.id, "product_qty": 1}),
                ],
            }
        )
        told = self.assertSameRows(*self.two_orders(self.line("L1", "T-SET"), self.line("L2")))
        self.assertEqual(len(told["stock_picking"]), 3)
