"""read_history: what customers have ordered before, for rules about new and regular customers."""

from collections import defaultdict

from odoo.fields import Date

from .orders import money


def read_history(env, store, requests):
    """:param requests: `{customer, order}` each: references of the storefront. That order itself does not count

    :return: `{orders, value, tags}` each: confirmed orders of the customer and everybody of its company, their total in
        the company's currency, and the tags of the customer. None for a customer that is not linked.
    """
    links = _links(env, store, "customer", [one["customer"] for one in requests])
    own = _links(env, store, "order", [one["order"] for one in requests])
    partners = env["res.partner"].browse(set(links.values())).exists()
    totals = _totals(env, partners.commercial_partner_id)
    return [_history(env, one, links, own, partners, totals) for one in requests]


def _links(env, store, kind, refs):
    # sudo: links are the addon's own records, the service user has no rights on the table.
    found = (
        env["clarity.link"]
        .sudo()
        .search([("store", "=", store), ("kind", "=", kind), ("clarity_ref", "in", refs), ("res_id", "!=", False)])
    )
    return {link.clarity_ref: link.res_id for link in found}


def _totals(env, owners):
    """(count, total in the company's currency) by commercial partner, in one query per company's currencies."""
    company, today = env.company, Date.today()
    groups = env["sale.order"]._read_group(
        [("partner_id", "child_of", owners.ids), ("state", "=", "sale")],
        ["partner_id", "currency_id"],
        ["__count", "amount_total:sum"],
    )
    totals = defaultdict(lambda: [0, 0.0])
    for partner, currency, count, total in groups if owners else ():
        owner = totals[partner.commercial_partner_id]
        owner[0] += count
        owner[1] += currency._convert(total, company.currency_id, company, today)
    return totals


def _history(env, request, links, own, partners, totals):
    partner = partners.filtered(lambda one: one.id == links.get(request["customer"]))
    if not partner:
        return None
    company = env.company
    count, total = totals[partner.commercial_partner_id]
    order = env["sale.order"].browse(own.get(request["order"], [])).exists()
    if order.state == "sale" and order.partner_id.commercial_partner_id == partner.commercial_partner_id:
        count -= 1
        total -= order.currency_id._convert(order.amount_total, company.currency_id, company, Date.today())
    return {
        "orders": count,
        "value": money(company.currency_id, total),
        "tags": [{"id": tag.id, "name": tag.name} for tag in partner.category_id],
    }
