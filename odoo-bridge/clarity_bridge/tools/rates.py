"""Exchange rates at which storefront orders in another currency are kept."""

from decimal import Decimal

from .operation import instant


def read_rates(env, store, orders):
    """:param orders: `{ref, currency, date}` each

    :return: `{ref, rate, date, fixed}` each. `rate` is how many units of the currency one of the company's is worth;
        None where Odoo has none by that date: its own conversion would then silently take a later one, or one to
        one. An order that was written with a rate keeps it (`fixed`), whatever the table says now.
    """
    refs = [order["ref"] for order in orders]
    # sudo: links are the addon's own records, the service user has no rights on the table.
    links = (
        env["clarity.link"].sudo().search([("store", "=", store), ("kind", "=", "order"), ("clarity_ref", "in", refs)])
    )
    written = env["sale.order"].browse(links.mapped("res_id")).exists().grouped("id")
    order_of = {link.clarity_ref: written.get(link.res_id) for link in links}
    return [_rate(env, wish, order_of.get(wish["ref"])) for wish in orders]


def _rate(env, wish, order):
    if order and order.clarity_rate and order.clarity_currency_id.name == wish["currency"]:
        return _answer(wish, order.clarity_rate, order.clarity_rate_date, True)
    company, date = env.company, instant(wish["date"]).date()
    currency = env["res.currency"].search([("name", "=", wish["currency"])])
    entry = env["res.currency.rate"].search(
        [
            ("currency_id", "=", currency.id),
            ("name", "<=", date),
            ("company_id", "in", (False, company.root_id.id)),
        ],
        order="name desc",
        limit=1,
    )
    if not entry:
        return _answer(wish, None, None, False)
    rate = currency._get_conversion_rate(company.currency_id, currency, company, date)
    return _answer(wish, rate, entry.name, False)


def _answer(wish, rate, date, fixed):
    return {
        "ref": wish["ref"],
        "rate": rate and format(Decimal(repr(rate)), "f"),
        "date": date and date.isoformat(),
        "fixed": fixed,
    }
