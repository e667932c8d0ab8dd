"""
The note in the chatter of a new transfer that says which order it was made from, for all transfers of a batch at
once.

It is what `message_post_with_source` posts for each: the same template, author, parent and hooks. Nobody is told of
a note unless he follows notes; a transfer that somebody follows in this way is told of Odoo's way.
"""

from markupsafe import escape

from .overrides import is_as_known

_REPLACED_OF_MOVE = {"_assign_picking_post_process": {"stock", "sale_stock"}}
_REPLACED = {
    "message_post_with_source": {"mail", "mass_mailing"},
    "message_post": {"mail", "sms", "rating"},
    "_message_compute_parent_id": {"mail"},
    "_notify_thread": {"mail", "sms"},
    "_notify_get_recipients": {"mail"},
    "_notify_thread_with_out_of_office": {"mail"},
}
_TEMPLATE = "mail.message_origin_link"


def post(groups):
    """Do what `_assign_picking_post_process(new=True)` does for each group of moves.

    :return: whether it is done; if not, it is to be done Odoo's way
    """
    moves = groups[0]
    notes = {group.picking_id: group.sale_line_id.order_id for group in groups}
    pickings = moves.env["stock.picking"].concat(*notes)
    plain = is_as_known(moves, _REPLACED_OF_MOVE) and is_as_known(pickings, _REPLACED)
    if not plain or any(len(order) > 1 for order in notes.values()) or moves.env.user._is_public():
        return False
    _post({picking: order for picking, order in notes.items() if order})
    return True


def _post(notes):
    if not notes:
        return
    pickings = next(iter(notes)).browse().concat(*notes)
    _template, view = pickings._get_source_from_ref(_TEMPLATE)
    render = pickings.env["mail.render.mixin"]._render_template_qweb_view
    bodies = {
        picking.id: render(view, picking._name, picking.ids, add_context={"self": picking, "origin": order})[picking.id]
        for picking, order in notes.items()
    }
    pickings = pickings._fallback_lang()
    company = pickings.env.company
    author, email = pickings[0]._message_compute_author(None, None)
    parents = _parents(pickings)
    domains = pickings.sudo()._mail_get_alias_domains(default_company=company)  # sudo: as Odoo reads them
    companies = pickings._mail_get_companies(default=company)
    replies = pickings._notify_get_reply_to(default=email, author_id=author)
    subtype = pickings.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note")
    values = [
        {
            "email_add_signature": True,
            "author_id": author,
            "author_guest_id": False,
            "email_from": email,
            "model": picking._name,
            "res_id": picking.id,
            "body": escape(bodies[picking.id]),
            "message_type": "notification",
            "parent_id": parents.get(picking.id, False),
            "subject": False,
            "subtype_id": subtype,
            "partner_ids": [],
            "incoming_email_to": False,
            "incoming_email_cc": False,
            "outgoing_email_to": False,
            "record_alias_domain_id": domains[picking.id].id,
            "record_company_id": companies[picking.id].id,
            "reply_to": replies[picking.id],
        }
        for picking in pickings
    ]
    for picking, one in zip(pickings, values, strict=True):
        one.update(picking._process_attachments_for_post(None, [], one))
    messages = pickings._message_create(values)
    told = pickings.env["mail.followers"]._get_recipient_data(pickings, "notification", subtype, [])
    for picking, message, one in zip(pickings, messages, values, strict=True):
        picking._message_post_after_hook(message, one)
        if told[picking.id]:
            picking._notify_thread(message, one)


def _parents(pickings):
    """Picking id -> id of the message that its next one follows."""
    if not pickings._mail_flat_thread:
        return {}
    # sudo: only their ids are used, as Odoo does.
    messages = pickings.env["mail.message"].sudo()
    found = messages.search(
        [("res_id", "in", pickings.ids), ("model", "=", pickings._name), ("message_type", "!=", "user_notification")]
    )
    newest = found.sorted(
        lambda message: (message.message_type in ("comment", "email"), message.date or message.create_date, message.id)
    )
    return {message.res_id: message.id for message in newest}
