"""What a storefront's return becomes in Odoo: a return delivery, credit notes for the invoices, and money back."""

from collections import defaultdict

from odoo import Command
from odoo.fields import Date
from odoo.tools import float_compare

from .edits import posted_invoices
from .exchange import in_orders
from .orders import DELIVERIES
from .payments import pay_back, payments_of, reconcile
from .problems import problem


def fault_of(one):
    """What is wrong with a return before anything is made of it, as a problem, or None."""
    env = one.env
    sold_in = one.order_id.clarity_currency_id or one.order_id.currency_id
    if one.currency_id != sold_in:
        message = env._(
            "The return is in %(its)s and its order in %(orders)s.", its=one.currency_id.name, orders=sold_in.name
        )
        return problem("business_rule", message, "/currency_id", one.currency_id.name)
    for line in one.line_ids:
        if not line.order_line_id:
            message = env._("%(order)s has no line %(line)s.", order=one.order_id.name, line=line.line_ref)
            return problem("not_found", message, "/line_ids", line.line_ref)
    return None


def receive(one):
    """Make the return delivery for goods that come back, unless it is there.

    :return: (whether something was made, problem)
    """
    if one.picking_ids.filtered(lambda picking: picking.state != "cancel"):
        return False, None
    by_picking = defaultdict(dict)
    for line in one.line_ids.filtered(lambda line: line.restock and line.quantity):
        moves = line.order_line_id.move_ids.filtered(
            lambda move: move.picking_type_id.code in DELIVERIES and not move.origin_returned_move_id
        )
        done = moves.filtered(lambda move: move.state == "done")
        for product, some in done.grouped("product_id").items():
            # A kit's line has moves of its components: so many of each go into one piece.
            ordered = sum(
                moves.filtered(lambda move, product=product: move.product_id == product).mapped("product_uom_qty")
            )
            wanted = line.quantity * ordered / (line.order_line_id.product_uom_qty or line.quantity)
            for move in some.sorted("id"):
                part = min(wanted, _returnable(move) - by_picking[move.picking_id].get(move, 0))
                if part > 0:
                    by_picking[move.picking_id][move] = by_picking[move.picking_id].get(move, 0) + part
                    wanted -= part
            if float_compare(wanted, 0, precision_digits=6) > 0:
                return False, _not_delivered(line)
        if not done and line.product_id.type == "consu":
            return False, _not_delivered(line)
    for picking, quantities in by_picking.items():
        if quantities:
            _return_picking(one, picking, quantities)
    return bool(by_picking), None


def validate(one):
    """:return: whether there was something to validate"""
    todo = one.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))
    for picking in todo:
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        picking.with_context(skip_backorder=True).button_validate()
    return bool(todo)


def reject(one):
    """:return: whether an open return delivery was cancelled"""
    todo = one.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))
    todo.action_cancel()
    return bool(todo)


def refund(one):
    """Credit what was invoiced, to the cent of the refund, and register the money that went back.

    :return: (whether something was made, problem)
    """
    currency, order = one.currency_id, one.order_id
    if currency.is_zero(one.refund_amount):
        # A refund of nothing leaves no document behind.
        return False, None
    made, credits = False, one.move_ids.filtered(lambda move: move.state != "cancel")
    invoices = posted_invoices(order)
    if invoices and not credits:
        credits, fault = _credit(one, invoices)
        if fault:
            return False, fault
        made = True
    drafts = credits.filtered(lambda move: move.state == "draft")
    drafts.action_post()
    payments, fault = pay_back(order, Date.context_today(one))
    if fault:
        return False, fault
    _match(order, credits)
    return made or bool(drafts) or bool(payments), None


def _returnable(move):
    returned = move.returned_move_ids.filtered(lambda back: back.state != "cancel")
    taken = sum(back.quantity if back.state == "done" else back.product_uom_qty for back in returned)
    return move.quantity - taken


def _not_delivered(line):
    message = line.env._(
        "Only what was delivered can come back: %(product)s, %(quantity)s.",
        product=line.product_id.display_name,
        quantity=line.quantity,
    )
    return problem("not_delivered", message, "/line_ids", line.line_ref)


def _return_picking(one, picking, quantities):
    wizard = one.env["stock.return.picking"].create({"picking_id": picking.id})
    for line in wizard.product_return_moves:
        line.quantity = quantities.get(line.move_id, 0)
    back = one.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
    back.clarity_return_id = one


def _credit(one, invoices):
    """:return: (draft credit notes whose total is the refund, problem)"""
    parts, fault = _parts(one, invoices)
    credits = one.env["account.move"]
    if fault:
        return credits, fault
    for invoice, lines in parts.items():
        credits |= _reverse(one, invoice, lines)
    last = credits[-1:]
    currency, target = last.currency_id, in_orders(one, one.refund_amount)
    _credit_delivery(credits, target)
    difference = currency.round(target - sum(credits.mapped("amount_total")))
    fee = min(in_orders(one, one.restocking_fee), -difference) if difference < 0 else 0
    if fee:
        _adjust(last, one.env._("Restocking fee"), -fee)
    _adjust(last, one.env._("Difference to the refund of the storefront"), currency.round(difference + fee))
    # Tax of what was added is rounded on its own: the last cent is a line without tax.
    rest = currency.round(target - sum(credits.mapped("amount_total")))
    _add_line(last, one.env._("Rounding"), rest, one.env["account.tax"], "clarity_bridge.product_rounding")
    return credits, None


def _parts(one, invoices):
    """invoice -> {invoice line: (quantity, return line)}, the pieces that other returns have credited left out."""
    parts = defaultdict(dict)
    others = (one.order_id.clarity_return_ids - one).filtered("move_ids").line_ids
    for line in one.line_ids.filtered("quantity"):
        sale_line = line.order_line_id
        skip = sum(others.filtered(lambda other, ref=line.line_ref: other.line_ref == ref).mapped("quantity"))
        skip += sum(found for part in parts.values() for found, of in part.values() if of.order_line_id == sale_line)
        wanted = line.quantity
        for invoiced in sale_line.invoice_lines.filtered(lambda some: some.move_id in invoices).sorted("id"):
            there = invoiced.product_uom_id._compute_quantity(invoiced.quantity, sale_line.product_uom_id)
            skipped = min(skip, there)
            skip -= skipped
            part = min(wanted, there - skipped)
            if part > 0:
                had = parts[invoiced.move_id].get(invoiced, (0, line))[0]
                parts[invoiced.move_id][invoiced] = (had + part, line)
                wanted -= part
        if float_compare(wanted, 0, precision_digits=6) > 0:
            message = one.env._("%s was not invoiced. Make the credit note by hand.", line.product_id.display_name)
            return {}, problem("not_invoiced", message, "/line_ids", line.line_ref)
    return parts, None


def _reverse(one, invoice, lines):
    today = Date.context_today(one)
    credit = invoice._reverse_moves(
        [
            {
                "date": today,
                "invoice_date": today,
                "ref": one.env._("Return %(ref)s of %(invoice)s", ref=one.clarity_ref, invoice=invoice.name),
                "clarity_return_id": one.id,
                # The rate of the invoice: what was sold and taken back cancels out in the company's currency, too.
                "invoice_currency_rate": invoice.invoice_currency_rate,
            }
        ]
    )
    wanted = {invoiced.sale_line_ids: (quantity, of) for invoiced, (quantity, of) in lines.items()}
    commands = []
    for line in credit.invoice_line_ids:
        quantity, of = wanted.pop(line.sale_line_ids, (0, None)) if line.sale_line_ids else (0, None)
        if not quantity:
            # The way there is credited with the last goods only, by `_credit_delivery`.
            keep = any(line.sale_line_ids.mapped("is_delivery"))
            commands.append(Command.update(line.id, {"quantity": 0}) if keep else Command.delete(line.id))
            continue
        unit = of.order_line_id.product_uom_id
        values = {"quantity": unit._compute_quantity(quantity, line.product_uom_id)}
        if not of.restock or line.product_id.invoice_policy != "delivery":
            # Odoo would offer to invoice once more what is credited though it counts as sold.
            values["sale_line_ids"] = [Command.clear()]
        commands.append(Command.update(line.id, values))
    credit.write({"invoice_line_ids": commands})
    return credit


def _credit_delivery(credits, target):
    """A refund that is more than its goods by just what the delivery cost is a refund of the delivery."""
    difference = target - sum(credits.mapped("amount_total"))
    for credit in credits:
        ways = credit.invoice_line_ids.filtered(lambda line: any(line.sale_line_ids.mapped("is_delivery")))
        invoiced = credit.reversed_entry_id.invoice_line_ids.filtered(
            lambda line, ways=ways: line.sale_line_ids and line.sale_line_ids <= ways.sale_line_ids
        )
        whole = sum(invoiced.mapped("price_total"))
        is_it = (
            ways and not credit.currency_id.is_zero(whole) and not credit.currency_id.compare_amounts(difference, whole)
        )
        commands = [
            Command.update(line.id, {"quantity": 1, "sale_line_ids": [Command.clear()]})
            if is_it
            else Command.delete(line.id)
            for line in ways
        ]
        if commands:
            credit.write({"invoice_line_ids": commands})
        if is_it:
            difference = 0


def _adjust(credit, name, total):
    """Lines that change the credit note by this total, tax included, taxed as its goods are."""
    goods = credit.invoice_line_ids.filtered(lambda line: line.display_type == "product")
    by_tax = {taxes: sum(lines.mapped("price_total")) for taxes, lines in goods.grouped("tax_ids").items()}
    whole, left = sum(by_tax.values()), total
    for index, (taxes, share) in enumerate(by_tax.items(), start=1):
        currency = credit.currency_id
        part = left if index == len(by_tax) else currency.round(total * share / whole) if whole else 0
        left = currency.round(left - part)
        _add_line(credit, name, part, taxes, "clarity_bridge.product_discount")


def _add_line(credit, name, total, taxes, product):
    if credit.currency_id.is_zero(total):
        return
    # Included taxes are taken out of the price by Odoo, the others are taken out here.
    added = sum(tax.amount for tax in taxes if tax.amount_type == "percent" and not tax.price_include)
    values = {
        "product_id": credit.env.ref(product).id,
        "name": name,
        "quantity": 1,
        "price_unit": credit.currency_id.round(total / (1 + added / 100)),
        "tax_ids": [Command.set(taxes.ids)],
    }
    credit.write({"invoice_line_ids": [Command.create(values)]})


def _match(order, credits):
    """What was not paid is no longer owed; what was paid back settles the credit note."""
    for credit in credits:
        invoice = credit.reversed_entry_id
        if not order.currency_id.is_zero(invoice.amount_residual):
            lines = (credit + invoice).line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled
            )
            if len(lines.account_id) == 1 and len(lines.move_id) > 1:
                lines.reconcile()
        for payment in payments_of(order).filtered(lambda one: one.payment_type == "outbound"):
            if not order.currency_id.is_zero(credit.amount_residual):
                reconcile(payment, credit)
