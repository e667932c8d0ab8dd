from urllib.parse import quote

from odoo import fields, models
from odoo.exceptions import UserError


class ClarityLinked(models.AbstractModel):
    """What came from the storefront, with a way to its record and to what the bridge did with it."""

    _name = "clarity.linked"
    _description = "Linked with the Storefront"

    # compute_sudo: whether there is a link, for everyone who may read the record; links are for sales people.
    clarity_is_linked = fields.Boolean("In the Storefront", compute="_compute_clarity_is_linked", compute_sudo=True)
    clarity_has_panel = fields.Boolean(compute="_compute_clarity_is_linked", compute_sudo=True)

    def _compute_clarity_is_linked(self):
        has_panel = bool(self.env["clarity.pairing"]._paired().get("panel"))
        for record in self:
            record.clarity_is_linked = bool(record._clarity_links())
            record.clarity_has_panel = has_panel and record.clarity_is_linked

    def action_view_clarity_links(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("clarity_bridge.clarity_link_action")
        return action | {"domain": self._clarity_domain(), "context": {}}

    def action_view_clarity_trace(self):
        """The panel's list of what happened to it; the panel asks who one is."""
        self.ensure_one()
        panel = self.env["clarity.pairing"]._paired().get("panel")
        term = self._clarity_term()
        if not panel or not term:
            raise UserError(
                self.env._("Connect the bridge by code under Settings > Clarity: then Odoo knows where its panel is.")
            )
        return {"type": "ir.actions.act_url", "url": f"{panel}/activity?q={quote(term)}", "target": "new"}

    def _clarity_domain(self):
        """Which links are this record's."""
        return [("res_model", "=", self._name), ("res_id", "in", self.ids)]

    def _clarity_links(self):
        # sudo: a stock user has no rights on links; this says only what the record is called in the storefront.
        return self.env["clarity.link"].sudo().search(self._clarity_domain(), order="id")

    def _clarity_term(self):
        """What the panel finds it by."""
        return self._clarity_links()[:1].clarity_ref
