"""read_keys: by what records are recognised, for a first load that matches both sides before it writes anything."""


def read_keys(env, store, kind, after, limit):
    """:return: one page, by id; archived records, too: one with the same reference must not be made twice"""
    model, domain_of, told = _READ[kind]
    records = env[model].with_context(active_test=False)
    found = records.search([*domain_of(env), ("id", ">", after)], order="id", limit=limit)
    refs = _refs(env, store, kind, found.ids)
    buyers = _buyers(found) if kind == "partner" else ()
    return {
        "records": [
            {"id": record.id, "ref": refs.get(record.id)}
            | told(record)
            | ({"buyer": record.id in buyers} if kind == "partner" else {})
            for record in found
        ],
        "next": found.ids[-1] if len(found) == limit else None,
    }


def _products(env):
    # sudo: which products are the addon's own (shipping, discount); the service user may not read external ids.
    own = env["ir.model.data"].sudo().search([("module", "=", "clarity_bridge"), ("model", "=", "product.product")])
    return [("id", "not in", own.mapped("res_id"))]


def _product(product):
    return {
        "name": product.name,
        "active": product.active and product.sale_ok and product.type != "combo",
        "keys": _filled(sku=product.default_code, barcode=product.barcode),
    }


def _partners(env):
    """Whoever may be a customer: no address or contact of another one, no company of ours, no colleague."""
    # sudo: which partners are the companies of this database; the service user need not be in each.
    own = env["res.company"].sudo().search([]).partner_id
    return [("parent_id", "=", False), ("partner_share", "=", True), ("id", "not in", own.ids)]


def _partner(partner):
    email = partner.email_normalized or partner.email
    return {
        "name": partner.name or "",
        "active": partner.active,
        "keys": _filled(email=email, vat=partner.vat, name=partner.name),
    }


def _buyers(partners):
    """Who has ordered, for himself or through a contact, or is kept as a customer in Odoo's accounting."""
    orders = partners.env["sale.order"]._read_group(
        [("partner_id", "child_of", partners.ids), ("state", "!=", "cancel")], ["partner_id"]
    )
    ordered = {partner.commercial_partner_id.id for (partner,) in orders} | {partner.id for (partner,) in orders}
    return {partner.id for partner in partners if partner.customer_rank > 0 or partner.id in ordered}


def _prices(_env):
    return [("pricelist_id.active", "=", True)]


def _price(item):
    return {"name": f"{item.pricelist_id.name}: {item.name}", "active": True, "keys": {}}


def _filled(**keys):
    return {name: value.strip() for name, value in keys.items() if value and value.strip()}


_READ = {
    "product": ("product.product", _products, _product),
    "partner": ("res.partner", _partners, _partner),
    "price": ("product.pricelist.item", _prices, _price),
}
KINDS = tuple(_READ)
_LINKED = {"product": "product", "partner": "customer"}


def _refs(env, store, kind, ids):
    """id -> what the storefront calls it; a guest is nobody there."""
    if kind not in _LINKED:
        return {}
    # sudo: links are the addon's own records, the service user has no rights on the table.
    links = (
        env["clarity.link"]
        .sudo()
        .search(
            [
                ("store", "=", store),
                ("kind", "=", _LINKED[kind]),
                ("res_model", "=", _READ[kind][0]),
                ("res_id", "in", ids),
            ],
            order="id",
        )
    )
    return {link.res_id: link.clarity_ref for link in links if not link.clarity_ref.startswith("guest:")}
