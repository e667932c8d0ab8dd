"""read_history: what customers have ordered before, for rules about new and regular customers."""

from collections import defaultdict

from odoo.fields import Date

from .orders import money


def read_history(env, store, requests):
    """:param requests: `{customer, order}` each: references of the storefront. That order itself does not count

    :return: `{orders, value, tags}` each: confirmed orders of the customer and everybody of its company, their total in
        the company's currency, and the tags of the customer. None for a customer that is not linked.
    """
    partners = _linked(env["res.partner"], store, "customer", [one["customer"] for one in requests])
    orders = _linked(env["sale.order"], store, "order", [one["order"] for one in requests])
    totals = _totals(env, env["res.partner"].union(*partners.values()).commercial_partner_id)
    return [_history(partners.get(one["customer"]), orders.get(one["order"]), totals) for one in requests]


def _linked(Model, store, kind, refs):
    """Records by reference, of those that are linked and there."""
    # sudo: links are the addon's own records, the service user has no rights on the table.
    links = (
        Model.env["clarity.link"]
        .sudo()
        .search([("store", "=", store), ("kind", "=", kind), ("clarity_ref", "in", refs), ("res_id", "!=", False)])
    )
    there = Model.browse(set(links.mapped("res_id"))).exists()
    return {link.clarity_ref: there & Model.browse(link.res_id) for link in links}


def _totals(env, owners):
    """(count, total in the company's currency) of confirmed orders by commercial partner, in one query."""
    totals = defaultdict(lambda: [0, 0.0])
    if not owners:
        return totals
    groups = env["sale.order"]._read_group(
        [("partner_id", "child_of", owners.ids), ("state", "=", "sale")],
        ["partner_id", "currency_id"],
        ["__count", "amount_total:sum"],
    )
    for partner, currency, count, total in groups:
        owner = totals[partner.commercial_partner_id]
        owner[0] += count
        owner[1] += _in_company_currency(env, currency, total)
    return totals


def _history(partner, order, totals):
    if not partner:
        return None
    owner = partner.commercial_partner_id
    count, total = totals[owner]
    if order and order.state == "sale" and order.partner_id.commercial_partner_id == owner:
        count -= 1
        total -= _in_company_currency(order.env, order.currency_id, order.amount_total)
    return {
        "orders": count,
        "value": money(partner.env.company.currency_id, total),
        "tags": [{"id": tag.id, "name": tag.name} for tag in partner.category_id],
    }


def _in_company_currency(env, currency, amount):
    return currency._convert(amount, env.company.currency_id, env.company, Date.today())
