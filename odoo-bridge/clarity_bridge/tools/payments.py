"""Money of storefront orders: whose payments are whose, matching them with invoices, and paying back, exactly once."""

from odoo import Command

from .emission import is_on
from .problems import problem

MATCH_SETTING = "clarity_bridge.match_payments"
_BOOKED = ("in_process", "paid")


def payments_of(orders):
    """Registered payments of these storefront orders, both ways."""
    # sudo: links are the addon's own records, the service user has no rights on the table.
    Link = orders.env["clarity.link"].sudo()
    known = Link.search([("res_model", "=", "sale.order"), ("kind", "=", "order"), ("res_id", "in", orders.ids)])
    ids = []
    for link in known:
        pattern = link.clarity_ref.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "/%"
        ids += Link.search(
            [("store", "=", link.store), ("kind", "=", "payment"), ("clarity_ref", "=like", pattern)]
        ).mapped("res_id")
    Payment = orders.env["account.payment"]
    return Payment.browse(ids).exists() | Payment.search([("clarity_order_id", "in", orders.ids)])


def match_orders(orders):
    """Match what was paid for these orders with their open invoices."""
    for invoice in orders.invoice_ids.filtered(lambda move: move.move_type == "out_invoice" and move.state == "posted"):
        match_invoices(invoice)


def match_invoices(invoice):
    """Reconcile an open invoice with the payments of its storefront orders, oldest first."""
    orders = invoice.line_ids.sale_line_ids.order_id
    if not orders or not is_on(invoice.env, MATCH_SETTING) or invoice.state != "posted":
        return
    paid = payments_of(orders).filtered(lambda payment: payment.payment_type == "inbound" and payment.state in _BOOKED)
    for payment in paid.sorted(lambda payment: (payment.date, payment.id)):
        if invoice.currency_id.is_zero(invoice.amount_residual):
            return
        reconcile(payment, invoice)


def reconcile(payment, move):
    """Match a registered payment with an invoice or credit note. Without a journal entry they only know each other."""
    if not payment.move_id:
        if move not in payment.invoice_ids:
            payment.invoice_ids |= move
        return
    lines = (_open_lines(payment.move_id) + _open_lines(move)).filtered(lambda line: line.account_id.reconcile)
    for _account, some in lines.grouped("account_id").items():
        if len(some.move_id) == 2:  # noqa: PLR2004 - the payment's and the invoice's
            some.reconcile()


def book_fees(payments):
    """Book what the provider keeps: from the money that is on its way to the bank to the account of its fees, once.

    A payment without a journal entry has no money on its way: it is matched when the bank tells of it, fee and all.

    :return: the payments for which an entry was made
    """
    due = payments.filtered(_has_open_fee)
    for company, some in due.grouped("company_id").items():
        moves = payments.env["account.move"].with_company(company).create([_fee_entry(payment) for payment in some])
        for payment, move in zip(some, moves, strict=True):
            payment.clarity_fee_move_id = move
        moves.action_post()
    return due


def _has_open_fee(payment):
    if not payment.clarity_fee_account_id or not payment.move_id or not payment.outstanding_account_id:
        return False
    return not payment.clarity_fee_move_id and not payment.currency_id.is_zero(payment.clarity_fee)


def _fee_entry(payment):
    company, currency = payment.company_id, payment.currency_id
    balance = currency._convert(payment.clarity_fee, company.currency_id, company, payment.date)
    there = payment.outstanding_account_id
    lines = [
        {"account_id": account.id, "name": payment.memo, "currency_id": currency.id}
        | {"amount_currency": sign * payment.clarity_fee, "balance": sign * balance}
        for account, sign in ((payment.clarity_fee_account_id, 1), (there, -1))
    ]
    return {
        "move_type": "entry",
        "journal_id": payment.journal_id.id,
        "date": payment.date,
        "ref": payment.env._("Provider fee of %s", payment.name),
        "line_ids": [Command.create(line) for line in lines],
    }


def paid_back(order, currency):
    """What went back to the customer already in this currency: by us or by hand."""
    payments = payments_of(order).filtered(lambda one: one.payment_type == "outbound" and one.state in _BOOKED)
    credited = order.clarity_return_ids.move_ids.reconciled_payment_ids
    payments |= credited.filtered(lambda one: one.payment_type == "outbound")
    return sum(payments.filtered(lambda one: one.currency_id == currency).mapped("amount"))


def owed(order, currency):
    """What the storefront says went back: by refunded payments or by returns, often the same money told twice."""
    refunded = order.clarity_payment_ids.filtered(lambda one: one.state == "refunded" and one.currency_id == currency)
    returns = order.clarity_return_ids.filtered(lambda one: one.status == "refunded" and one.currency_id == currency)
    return max(sum(refunded.mapped("amount")), sum(returns.mapped("refund_amount")))


def pay_back(order, on):
    """Register what the storefront has paid back and Odoo does not hold yet.

    :param on: date of the payments
    :return: (payments, problem); the problem is None where all of it is registered
    """
    env = order.env
    # The customer's money, also where the order is converted to the company's currency.
    currency = order.clarity_payment_ids.currency_id[:1] or order.currency_id
    left = currency.round(owed(order, currency) - paid_back(order, currency))
    payments = env["account.payment"]
    # What was refunded as a payment goes back where it came from, the rest where most of the money is.
    sources = order.clarity_payment_ids.filtered(lambda one: one.state in ("captured", "refunded")).sorted(
        lambda one: (one.state != "refunded", -one.amount, one.id)
    )
    for source in sources:
        given = _given_back(order, source)
        part = min(left, source.amount - given)
        if currency.compare_amounts(part, 0) <= 0:
            continue
        if not source.journal_id:
            message = env._("No journal is known for payments by %s.", source.method)
            return payments, problem("business_rule", message, "/clarity_payment_ids", source.method)
        payments |= _back(order, source, part, on)
        left = currency.round(left - part)
    if currency.compare_amounts(left, 0) > 0 and sources:
        message = env._("More was refunded than was paid: %s.", currency.format(left))
        return payments, problem("business_rule", message, "/clarity_payment_ids")
    payments.action_post()
    return payments, None


def _back(order, source, amount, on):
    journal = source.journal_id
    values = {
        "payment_type": "outbound",
        "partner_type": "customer",
        "partner_id": order.partner_invoice_id.commercial_partner_id.id,
        "amount": amount,
        "currency_id": source.currency_id.id,
        "date": on,
        "journal_id": journal.id,
        "memo": f"{order.origin or order.name} {source.transaction or ''}".strip(),
        "payment_reference": source.transaction,
        "clarity_order_id": order.id,
        "clarity_payment_id": source.id,
    }
    return order.env["account.payment"].with_company(journal.company_id).create(values)


def _given_back(order, source):
    payments = payments_of(order).filtered(lambda one: one.payment_type == "outbound" and one.state in _BOOKED)
    return sum(payments.filtered(lambda one: one.clarity_payment_id == source).mapped("amount"))


def _open_lines(move):
    return move.line_ids.filtered(
        lambda line: line.account_id.account_type in ("asset_receivable", "liability_payable") and not line.reconciled
    )
