from odoo import api, fields, models

from ..tools import pairing

_COUNTS = ("waiting", "failed", "held", "delivered_last_hour")


class ClarityStatus(models.TransientModel):
    """How the bridge is, as its panel says it: asked when somebody looks, signed as events are."""

    _name = "clarity.status"
    _description = "Clarity Status"

    sentence = fields.Char(readonly=True)
    failed = fields.Integer(
        "To Mend", readonly=True, help="Records that failed until somebody corrects or replays them."
    )
    held = fields.Integer("To Decide", readonly=True, help="Records that wait for somebody's word.")
    waiting = fields.Integer("On Their Way", readonly=True)
    delivered_last_hour = fields.Integer("Delivered Within the Hour", readonly=True)
    outbox_waiting = fields.Integer("Events Waiting in Odoo", readonly=True)
    outbox_failed = fields.Integer("Events Given Up in Odoo", readonly=True)
    is_known = fields.Boolean(readonly=True)
    has_panel = fields.Boolean(readonly=True)

    @api.model
    def default_get(self, fields_list):
        return super().default_get(fields_list) | self._now()

    @api.model
    def _now(self):
        # sudo: a sales manager may know how the outbox does; its address and secret stay here.
        events = self.env["clarity.event"].sudo()
        values = {
            "outbox_waiting": events._summary()["pending"],
            "outbox_failed": events.search_count([("state", "=", "failed")]),
            "has_panel": bool(self.env["clarity.pairing"]._paired().get("panel")),
        }
        endpoint = events._endpoint()
        if not endpoint:
            return values | {"sentence": self.env._("No bridge is connected: see Settings > Clarity.")}
        counters = pairing.counters(endpoint)
        if not all(isinstance(counters.get(name), int) for name in _COUNTS):
            return values | {"sentence": self.env._("The bridge does not answer; what it is owed waits here.")}
        values |= {name: counters[name] for name in _COUNTS} | {"is_known": True}
        if counters["failed"] or counters["held"]:
            return values | {"sentence": self.env._("Something needs you: open the panel.")}
        return values | {"sentence": self.env._("All is well.")}

    def action_open_panel(self):
        panel = self.env["clarity.pairing"]._paired()["panel"]
        page = "/attention" if self.failed or self.held else "/"
        return {"type": "ir.actions.act_url", "url": f"{panel}{page}", "target": "new"}
