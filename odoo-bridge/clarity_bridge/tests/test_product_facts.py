from odoo import Command
from odoo.tests import tagged

from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestProductFacts(BridgeCase):
    def test_type_category_and_tags_of_each_product(self):
        root = self.env["product.category"].create({"name": "Clarity"})
        self.shirt.categ_id = self.env["product.category"].create({"name": "Shirts", "parent_id": root.id})
        tag = self.env["product.tag"].create({"name": "Summer"})
        self.shirt.product_tag_ids = [Command.link(tag.id)]
        self.env["product.product"].create({"name": "Twin", "default_code": "T-MUG"})
        self.assertEqual(
            self.bridge.product_facts(["T-SHIRT", "T-MUG", "NONE"])["products"],
            [
                {
                    "sku": "T-SHIRT",
                    "type": "consu",
                    "category": "Clarity / Shirts",
                    "categories": ["Clarity", "Clarity / Shirts"],
                    "tags": ["Summer"],
                    "storable": True,
                }
            ],
        )
