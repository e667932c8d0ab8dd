{
    "name": "Clarity Bridge",
    "summary": "Orders from a Clarity storefront into Odoo, deliveries and stock back",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Clarity",
    "website": "https://clarity.example",
    "license": "LGPL-3",
    "depends": ["sale_stock", "stock_delivery", "account"],
    "external_dependencies": {"python": ["requests"]},
    "data": [
        "security/clarity_bridge_groups.xml",
        "security/ir.model.access.csv",
        "data/product_data.xml",
    ],
    "installable": True,
}
