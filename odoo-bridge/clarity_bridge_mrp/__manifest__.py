{
    "name": "Clarity Bridge: Kits",
    "summary": "Stock and deliveries of kits in a Clarity storefront",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Clarity",
    "website": "https://clarity.example",
    "license": "LGPL-3",
    "depends": ["clarity_bridge", "sale_mrp"],
    "auto_install": True,
    "installable": True,
}
