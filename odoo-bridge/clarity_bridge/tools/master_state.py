"""read_state of master data: products, registered customers and rules of price lists, many at a time."""

from .orders import quantity


def read_products(env, _store, refs):
    """Products by id, archived ones, too. A reference that several active products share is told as such."""
    products = env["product.product"].with_context(active_test=False).search([("id", "in", _ids(refs))], order="id")
    codes = [code for code in products.mapped("default_code") if code]
    twins = env["product.product"]._read_group([("default_code", "in", codes)], ["default_code"], ["__count"])
    shared = {code for code, count in twins if count > 1}
    paths = {}
    return {"products": [_product(product, product.product_tmpl_id, shared, paths) for product in products]}


def _product(product, template, shared, paths):
    """What a product has from its template is read there: through the product Odoo works it out field by field."""
    company = product.env.company
    return {
        "id": product.id,
        "sku": product.default_code or None,
        "shared": product.default_code in shared,
        "name": template.name,
        "template": {"id": template.id, "variants": template.product_variant_count},
        "options": {
            value.attribute_id.name: value.product_attribute_value_id.name
            for value in product.product_template_attribute_value_ids
        },
        "description": template.description_sale or None,
        "category": _path(template.categ_id, paths),
        "uom": template.uom_id.name,
        "price": quantity(product.lst_price),
        "currency": template.currency_id.name,
        "taxes": [tax.name for tax in template.taxes_id if tax.company_id == company],
        "barcode": product.barcode or None,
        "weight": quantity(product.weight),
        "type": template.type,
        "storable": template.is_storable,
        "for_sale": template.sale_ok,
        "active": product.active,
    }


def read_partners(env, store, refs):
    """Registered customers by their storefront id; who is nobody there yet by the key that he would get."""
    # sudo: links are the addon's own records, the service user has no rights on the table.
    links = (
        env["clarity.link"]
        .sudo()
        .search(
            [
                ("store", "=", store),
                ("kind", "=", "customer"),
                ("res_model", "=", "res.partner"),
                ("clarity_ref", "in", refs),
            ],
            order="id",
        )
    )
    wanted = {link.clarity_ref: link.res_id for link in links}
    for ref in refs:
        if ref not in wanted and ref.startswith(_KEY):
            for partner in _ids([ref.removeprefix(_KEY)]):
                wanted[ref] = partner
    alive = env["res.partner"].browse(wanted.values()).exists()
    by_id = {partner.id: partner for partner in alive}
    limits = _credit_limits(alive)
    return {
        "partners": [
            {
                "ref": ref,
                "id": partner.id,
                "name": partner.name or "",
                "company": partner.is_company,
                "email": partner.email or None,
                "phone": partner.phone or None,
                "vat": partner.vat or None,
                "price_list": partner.property_product_pricelist.name or None,
                "on_hold": partner.clarity_on_hold,
                "active": partner.active,
            }
            | ({"credit_limit": limits[partner.id]} if partner.id in limits else {})
            for ref, res_id in wanted.items()
            if (partner := by_id.get(res_id))
        ]
    }


#: The storefront's key of an account is this and the partner's id.
_KEY = "partner-"


def read_prices(env, _store, refs):
    """Rules of price lists by id, with the references of the products each is for."""
    items = env["product.pricelist.item"].search([("id", "in", _ids(refs))], order="id")
    return {"prices": [_price(item) for item in items]}


READERS = {"product": read_products, "partner": read_partners, "price": read_prices}


def _price(item):
    products = item.product_id or item.product_tmpl_id.product_variant_ids
    return {
        "id": item.id,
        "price_list": {"id": item.pricelist_id.id, "name": item.pricelist_id.name, "active": item.pricelist_id.active},
        "currency": item.currency_id.name,
        "applied_on": _APPLIED[item.applied_on],
        "skus": [product.default_code for product in products if product.default_code and product.active],
        "compute": item.compute_price,
        "price": quantity(item.fixed_price) if item.compute_price == "fixed" else None,
        "percent": quantity(item.percent_price) if item.compute_price == "percentage" else None,
        "base": item.base if item.compute_price != "fixed" else None,
        "min_quantity": quantity(item.min_quantity),
        "from": _instant(item.date_start),
        "to": _instant(item.date_end),
    }


_APPLIED = {"3_global": "all", "2_product_category": "category", "1_product": "product", "0_product_variant": "product"}


def _credit_limits(partners):
    """By partner id: its own limit, else the company's; None where there is none, nothing where it may not be read."""
    field = partners._fields["credit_limit"]
    if not partners._has_field_access(field, "read"):
        return {}
    fallback = field.get_company_dependent_fallback(partners)
    general = quantity(fallback) if partners.env.company.account_use_credit_limit else None
    return {
        partner.id: general if partner.credit_limit == fallback else quantity(partner.credit_limit)
        for partner in partners
    }


def _path(category, known):
    if category.id not in known:
        known[category.id] = [*_path(category.parent_id, known), category.name] if category else []
    return known[category.id]


def _ids(refs):
    return [int(ref) for ref in refs if ref.isdecimal() and int(ref) < 2**31]


def _instant(moment):
    return moment.isoformat(timespec="milliseconds") + "Z" if moment else None
