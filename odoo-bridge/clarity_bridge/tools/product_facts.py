"""product_facts: what conditions may ask about the products of an order."""


def read_product_facts(env, skus):
    """One row per SKU that means one active product."""
    products = env["product.product"].search([("default_code", "in", skus)], order="id")
    by_code = products.grouped("default_code")
    return [_facts(product) for product in by_code.values() if len(product) == 1]


def _facts(product):
    path, category = [], product.categ_id
    while category:
        path.insert(0, category.complete_name)
        category = category.parent_id
    return {
        "sku": product.default_code,
        "type": product.type,
        "category": path[-1] if path else "",
        "categories": path,
        "tags": (product.product_tag_ids | product.additional_product_tag_ids).mapped("name"),
        "storable": product.is_storable,
    }
