"""The storefront's amounts on an order's lines, where Odoo's own rounding gives others.

Odoo 19 keeps given amounts of a line in `extra_tax_data`: its tax engine takes them as they are, on the order and
on the invoice made of it, whether the company rounds per line or globally, as long as quantity, price and discount
are unchanged.
"""

from collections import defaultdict

from .operation import decimal
from .orders import money
from .problems import problem


def keep(order, expect):
    """Give the lines of an order the storefront's amounts, unless Odoo shows them by itself.

    :param expect: `expect` of the operation
    :return: a line that is off by more than rounding explains, as a problem; else None
    """
    wanted = {line["ref"]: line for line in expect.get("lines") or ()}
    # What is invoiced stays as it is.
    lines = order.order_line.filtered(lambda line: line.clarity_ref in wanted and not line.qty_invoiced)
    if order.state == "cancel" or (_lines_shown(lines, wanted) and _totals_shown(order, expect)):
        return None
    own = {line: _own(line) for line in lines}
    for line in lines:
        if not _explained(line, own[line]["tax_details"], wanted[line.clarity_ref]):
            return _fault(line, own[line]["tax_details"], wanted[line.clarity_ref])
    for line in lines:
        subtotal, tax = _figures(wanted[line.clarity_ref])
        line.extra_tax_data = extra_tax_data(line, own[line], line.product_uom_qty, subtotal, tax)
    return None


def share(line, quantity):
    """Of a line's amounts, those of a part of its quantity on an invoice, so that all invoices add up to the line.

    :param quantity: negative where an invoice takes back what an earlier one has
    :return: `extra_tax_data` for that invoice line
    """
    ordered, before = line.product_uom_qty, line.qty_invoiced
    after = before + quantity
    if not ordered or before < 0 or not 0 <= after <= ordered:
        # More than was ordered has no amount of the storefront's: Odoo computes it.
        return {"computation_key": _key(line)}
    amounts = []
    for whole in (line.price_subtotal, line.price_tax):
        upto = [line.currency_id.round(whole * part / ordered) for part in (before, after)]
        amounts.append(upto[1] - upto[0])
    return extra_tax_data(line, _own(line), quantity, *amounts)


def extra_tax_data(line, own, quantity, subtotal, tax):
    """:param own: a base line with its `tax_details`, which tell how the tax is split over several taxes"""
    taxes = own["tax_details"]["taxes_data"]
    currency = line.currency_id
    taken = _split(currency, taxes, tax)
    bases = defaultdict(float)
    for data, amount in zip(taxes, taken, strict=True):
        for later in data["taxes"]:
            bases[later] += amount
    manual = {}
    for data, amount in zip(taxes, taken, strict=True):
        if data["tax"].has_negative_factor:
            # A reverse charge cancels itself out: Odoo's own figures do.
            manual[str(data["tax"].id)] = {}
            continue
        manual[str(data["tax"].id)] = {
            "tax_amount_currency": currency.round(amount),
            "base_amount_currency": currency.round(subtotal + bases[data["tax"]]),
        }
    return {
        "computation_key": _key(line),
        "manual_total_excluded_currency": currency.round(subtotal),
        # Odoo reads the subtotal only where there are amounts of tax: without a tax, those of none.
        "manual_tax_amounts": manual or {"0": {}},
        "currency_id": currency.id,
        "price_unit": line.price_unit,
        "discount": line.discount,
        "quantity": quantity,
    }


def _key(line):
    """Lines of one key are rounded together: every line stands alone, also where other orders are on the invoice."""
    return f"clarity,{line.id}"


def _own(line):
    """Odoo's own computation, unrounded, whatever amounts the line was given."""
    base = line._prepare_base_line_for_taxes_computation(extra_tax_data={})
    company = line.company_id
    line.env["account.tax"]._add_tax_details_in_base_line(base, company, rounding_method="round_globally")
    return base


def _split(currency, taxes, tax):
    """The tax of a line over its taxes: each as Odoo rounds it, the difference on the largest."""
    raw = [data["raw_tax_amount_currency"] for data in taxes]
    amounts = [currency.round(amount) for amount in raw]
    normal = [index for index, data in enumerate(taxes) if not data["tax"].has_negative_factor]
    if normal:
        largest = max(normal, key=lambda index: abs(raw[index]))
        amounts[largest] = currency.round(amounts[largest] + tax - sum(amounts))
    return amounts


def _lines_shown(lines, wanted):
    for line in lines:
        subtotal, tax = _figures(wanted[line.clarity_ref])
        differs = line.currency_id.compare_amounts
        if differs(line.price_subtotal, subtotal) or differs(line.price_tax, tax):
            return False
    return True


def _totals_shown(order, expect):
    differs = order.currency_id.compare_amounts
    return not any(
        name in expect and differs(order[name], float(decimal(expect[name]))) for name in ("amount_total", "amount_tax")
    )


def _explained(line, details, wanted):
    """Whether rounding explains the difference between Odoo's unrounded figures and the storefront's."""
    subtotal, tax = _figures(wanted)
    most = (wanted.get("within", 1) + 0.001) * line.currency_id.rounding
    own_subtotal = details["raw_total_excluded_currency"]
    own_tax = details["raw_total_included_currency"] - own_subtotal
    return abs(own_subtotal - subtotal) <= most and abs(own_tax - tax) <= most


def _fault(line, details, wanted):
    env, currency = line.env, line.currency_id
    subtotal, tax = _figures(wanted)
    own_subtotal = details["raw_total_excluded_currency"]
    own_tax = details["raw_total_included_currency"] - own_subtotal
    pairs = [("price_subtotal", own_subtotal, subtotal), ("price_tax", own_tax, tax)]
    name, shown, given = max(pairs, key=lambda pair: abs(pair[1] - pair[2]))
    message = env._(
        "%(line)s: %(label)s is %(shown)s in Odoo and %(wanted)s in the storefront.",
        line=line.name,
        label=line._fields[name]._description_string(env),
        shown=money(currency, shown),
        wanted=money(currency, given),
    )
    return problem("totals_differ", message, "/expect/lines", line.clarity_ref)


def _figures(wanted):
    return float(decimal(wanted["subtotal"])), float(decimal(wanted["tax"]))
