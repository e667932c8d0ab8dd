"""Business rules an order is held to before it is confirmed, by name: each reads once for the whole group."""

from collections import defaultdict

from odoo.fields import Domain

from .orders import money
from .problems import problem


def faults(group_env, named):
    """
    :param named: orders that are written and not confirmed yet -> names of the checks that each is held to
    :return: order -> problems
    """
    found = defaultdict(list)
    for name, check in CHECKS.items():
        orders = group_env["sale.order"].concat(*(order for order, names in named.items() if name in names))
        for order, fault in check(orders) if orders else ():
            found[order].append(fault)
    return found


def _not_for_sale(orders):
    for line in orders.order_line:
        product = line.product_id
        if product and not product.sale_ok and not line.is_delivery:
            message = orders.env._("%s may not be sold in Odoo.", product.display_name)
            yield line.order_id, problem("not_for_sale", message, "/order_line", product.default_code or product.name)


def _duplicate_reference(orders):
    """The same customer's purchase order number on two orders that are not cancelled."""
    asked = orders.filtered("client_order_ref").sorted("id")
    customers = asked.partner_id.commercial_partner_id
    others = orders.env["sale.order"].search(
        Domain("client_order_ref", "in", asked.mapped("client_order_ref"))
        & Domain("partner_id.commercial_partner_id", "in", customers.ids)
        & Domain("state", "!=", "cancel")
        & Domain("id", "not in", asked.ids)
    )
    first = {(_who(order), order.client_order_ref): order for order in others.sorted("id", reverse=True)}
    for order in asked:
        same = first.setdefault((_who(order), order.client_order_ref), order)
        if same != order:
            message = order.env._(
                "%(customer)s has used the reference %(reference)s on %(other)s already.",
                customer=order.partner_id.commercial_partner_id.display_name,
                reference=order.client_order_ref,
                other=same.name,
            )
            figures = {
                "other_order": same.name,
                "other_total": money(same.currency_id, same.amount_total),
                "this_total": money(order.currency_id, order.amount_total),
            }
            yield (
                order,
                problem("duplicate_reference", message, "/client_order_ref", order.client_order_ref, figures=figures),
            )


def _who(order):
    return order.company_id.id, order.partner_id.commercial_partner_id.id


def _credit_limit(orders):
    """Odoo's own figures: what is due and what is ordered and not invoiced; orders of one batch add up."""
    ordered = defaultdict(float)
    orders = orders.filtered("company_id.account_use_credit_limit").sorted("id")
    # Computed once per transaction and company; an earlier wave of this batch may have confirmed orders since.
    orders.partner_invoice_id.commercial_partner_id.invalidate_recordset(["credit", "credit_to_invoice"])
    for order in orders:
        company = order.company_id
        # sudo: as Odoo's own warning on the order does; accountants read the limit, whoever sells is held to it.
        customer = order.partner_invoice_id.commercial_partner_id.with_company(company).sudo()
        ordered[company, customer] += order.amount_total / (order.currency_rate or 1.0)
        due = customer.credit + customer.credit_to_invoice
        total = due + ordered[company, customer]
        if customer.credit_limit and company.currency_id.compare_amounts(total, customer.credit_limit) > 0:
            amounts = {
                name: money(company.currency_id, amount)
                for name, amount in (
                    ("credit_limit", customer.credit_limit),
                    ("due_before", due),
                    ("with_this_order", total),
                )
            }
            message = order.env._(
                "%(customer)s would owe %(total)s %(currency)s; the credit limit is %(limit)s.",
                customer=customer.display_name,
                total=amounts["with_this_order"],
                currency=company.currency_id.name,
                limit=amounts["credit_limit"],
            )
            yield order, problem("credit_limit", message, "/partner_id", figures=amounts)
            # It is held: the next one is measured without it.
            ordered[company, customer] -= order.amount_total / (order.currency_rate or 1.0)


def _customer_warning(orders):
    """A sales warning that somebody wrote on the customer: Odoo 19 shows it to people, and nobody is looking here."""
    for order in orders:
        for partner in order.partner_id | order.partner_id.commercial_partner_id:
            if partner.sale_warn_msg:
                message = order.env._(
                    "The sales warning of %(customer)s says: %(warning)s",
                    customer=partner.display_name,
                    warning=partner.sale_warn_msg,
                )
                yield order, problem("customer_warning", message, "/partner_id")


def _customer_on_hold(orders):
    for order in orders:
        for partner in order.partner_id | order.partner_id.commercial_partner_id:
            if partner.clarity_on_hold:
                message = order.env._("%s is on hold in Odoo: no order on account is taken.", partner.display_name)
                yield order, problem("customer_on_hold", message, "/partner_id")


CHECKS = {
    "not_for_sale": _not_for_sale,
    "customer_warning": _customer_warning,
    "customer_on_hold": _customer_on_hold,
    "credit_limit": _credit_limit,
    "duplicate_reference": _duplicate_reference,
}
