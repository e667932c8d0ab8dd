"""Which stock rules a procurement may follow, asked of the database once for lines that may follow the same ones."""

from .bulk import memory
from .overrides import is_as_known

_REPLACED = {"_search_rule_for_warehouses": {"stock"}}


def search(rules, plain, routes, packaging, product, warehouses, domain):
    """
    :param plain: Odoo's own search, which takes the same arguments
    :return: what it returned for another line whose question was the same
    """
    remembered = memory(rules.env.cr)
    if remembered is None or not is_as_known(rules, _REPLACED):
        return plain(routes, packaging, product, warehouses, domain)
    # Of all that Odoo's search looks at, the routes are what differs between products.
    allowed = [route.id for route in warehouses.route_ids if rules._filter_warehouse_routes(product, warehouses, route)]
    key = (
        "stock_rules",
        rules.env.uid,
        rules.env.su,
        rules.env.context,
        tuple(routes.ids) if routes else (),
        tuple(packaging.package_type_id.route_ids.ids) if packaging else (),
        tuple((product.route_ids | product.categ_id.total_route_ids).ids),
        tuple(warehouses.ids) if warehouses else (),
        tuple(allowed),
        repr(domain),
    )
    if key not in remembered:
        remembered[key] = plain(routes, packaging, product, warehouses, domain)
    return remembered[key]
