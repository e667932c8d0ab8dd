"""
What an edit in the storefront does to an order that Odoo has confirmed: what it still allows is written, and where it
does not, nothing is, and a person sees what differs.
"""

from odoo.fields import Command

from .changes import changes
from .orders import DELIVERIES, quantity
from .problems import problem

# Whoever ordered, in what currency, and from where the goods leave: another answer is another order.
_FIXED = {
    "partner_id",
    "company_id",
    "currency_id",
    "pricelist_id",
    "fiscal_position_id",
    "warehouse_id",
    "state",
}
# What an invoice states of a line.
_INVOICED = {"product_id", "price_unit", "discount", "tax_ids", "product_uom_id"}


class Edit:
    """
    :param difference: of `group.changes`: what the storefront's order would change in Odoo's
    :ivar writes: what may be written, in the order in which it is to be written
    :ivar problems: why a person must decide; empty where everything may be written
    :ivar differences: every field in which both orders differ, for that person to compare
    """

    def __init__(self, order, difference):
        self.order, self.env = order, order.env
        self.writes, self.problems, self.differences = {}, [], []
        # Order line -> the reference it gives up, because a new line of another product takes its place.
        self.replaced = {}
        for name, value in difference.items():
            if name == "order_line":
                self._lines(value)
            elif order._fields[name].type == "one2many":
                # What the storefront says of its payments is its own.
                self.writes[name] = value
            else:
                self._field(name, value)
        if order.locked and order.state == "sale" and not self._harmless(difference):
            message = self.env._("%s is locked in Odoo. Unlock it there, or change it by hand.", order.name)
            self.problems.insert(0, problem("not_editable", message))

    def write(self):
        """Write it. Open deliveries follow; what was done already stays as it was."""
        for line, ref in self.replaced.items():
            line.clarity_ref = ref
        if "carrier_id" in self.writes:
            self._open().carrier_id = self.writes["carrier_id"]
        if self.writes:
            # A new address is for the open deliveries, too: there are no others, or a person would decide.
            self.order.with_context(update_delivery_shipping_partner=True).write(self.writes)

    def _harmless(self, difference):
        return not (set(difference) & (_FIXED | {"order_line", "partner_invoice_id", "partner_shipping_id"}))

    def _field(self, name, value):
        order, label = self.order, self.order._fields[name]._description_string(self.env)
        self.differences.append(
            {"field": label, "odoo": _shown(order, name, order[name]), "storefront": _shown(order, name, value)}
        )
        if name in _FIXED:
            message = self.env._(
                "%(order)s is confirmed: %(field)s cannot change any more.", order=order.name, field=label
            )
            self.problems.append(problem("not_editable", message, f"/{name}"))
        elif name == "partner_shipping_id" and (done := self._done()):
            self._delivered(label, f"/{name}", done)
        elif name == "carrier_id" and self._done() and not self._open():
            self._delivered(label, f"/{name}", self._done())
        elif name == "partner_invoice_id" and (invoices := posted_invoices(order)):
            self._is_invoiced(label, f"/{name}", invoices)
        else:
            self.writes[name] = value

    def _lines(self, commands):
        lines, allowed = self.order.order_line, []
        for command in commands:
            if command[0] == Command.CREATE:
                allowed.append(command)
                self._differs(command[2].get("clarity_ref"), command[2].get("name"), "", None, command[2])
                continue
            line = lines.browse(command[1])
            if command[0] == Command.DELETE:
                allowed += self._take_away(line)
            else:
                allowed += self._change(line, command[2])
        if allowed:
            self.writes["order_line"] = allowed

    def _take_away(self, line):
        """A line of a confirmed order cannot be removed: nothing of it is ordered any more."""
        if not line.product_uom_qty:
            return []
        self._differs(line.clarity_ref, line.name, line, {"product_uom_qty": 0}, None)
        at = f"/order_line/{line.clarity_ref}"
        if line.qty_delivered:
            self._delivered(line.name, at, self._done())
        elif line.qty_invoiced:
            self._is_invoiced(line.name, at, line.invoice_lines.move_id)
        return [Command.update(line.id, {"product_uom_qty": 0})]

    def _change(self, line, values):
        changed = changes(line, values)
        at = f"/order_line/{line.clarity_ref}"
        self._differs(line.clarity_ref, line.name, line, changed, None)
        ordered = values.get("product_uom_qty", line.product_uom_qty)
        if "product_uom_qty" in changed and ordered < line.qty_delivered:
            self._delivered(line.name, at, self._done())
        elif line.qty_invoiced and (_INVOICED & set(changed) or ordered < line.qty_invoiced):
            self._is_invoiced(line.name, at, line.invoice_lines.move_id)
        elif "product_id" in changed and not line.product_updatable:
            if line.qty_delivered:
                self._delivered(line.name, at, self._done())
            self.replaced[line] = f"{line.clarity_ref}~{line.id}"
            return [Command.update(line.id, {"product_uom_qty": 0}), Command.create(values)]
        return [Command.update(line.id, values)]

    def _differs(self, ref, name, line, changed, created):
        said = name or (line.product_id.display_name if line else "") or ""
        if created is not None:
            row = {"odoo": None, "storefront": quantity(float(created.get("product_uom_qty") or 0))}
            self.differences.append({"line": ref, "field": self.env._("New line: %s", said)} | row)
            return
        for field, value in changed.items():
            label = line._fields[field]._description_string(self.env)
            self.differences.append(
                {
                    "line": ref,
                    "field": f"{said}: {label}",
                    "odoo": _shown(line, field, line[field]),
                    "storefront": _shown(line, field, value),
                }
            )

    def _delivered(self, what, at, pickings):
        names = ", ".join(pickings.mapped("name"))
        message = self.env._("%(what)s was delivered already (%(pickings)s).", what=what, pickings=names)
        self.problems.append(problem("already_delivered", message, at))

    def _is_invoiced(self, what, at, invoices):
        names = ", ".join(invoices.mapped("display_name"))
        message = self.env._("%(what)s was invoiced already (%(invoices)s).", what=what, invoices=names)
        self.problems.append(problem("already_invoiced", message, at))

    def _done(self):
        return self.order.picking_ids.filtered(lambda p: p.state == "done" and p.picking_type_code in DELIVERIES)

    def _open(self):
        return self.order.picking_ids.filtered(
            lambda p: p.state not in ("done", "cancel") and p.picking_type_code in DELIVERIES
        )


def posted_invoices(order):
    return order.invoice_ids.filtered(lambda move: move.state == "posted" and move.move_type == "out_invoice")


def _shown(record, name, value):
    """A value as a person reads it, as text or None."""
    field = record._fields[name]
    if field.type == "many2many" and isinstance(value, list):
        value = record.env[field.comodel_name].browse(value[0][2])
    elif field.type == "many2one" and isinstance(value, int) and not isinstance(value, bool):
        value = record.env[field.comodel_name].browse(value)
    if field.relational:
        return ", ".join(value.mapped("display_name")) or None if value else None
    if field.type in ("float", "monetary"):
        return quantity(float(value or 0))
    return str(value)[:200] if value or value == 0 else None
