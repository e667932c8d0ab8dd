from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.signature import is_secret
from ..tools.state import iso
from .clarity_event import PREVIOUS_SECRET, SECRET

# Keys of this name come from make_key and from nowhere else.
_NAME = "Clarity Bridge (rotated)"
# So many first characters Odoo keeps in the clear, to find a key by.
_INDEX = 8


class ClarityBridge(models.AbstractModel):
    """The key that the bridge calls with and the secret that events are signed with, replaced without a failed call."""

    _inherit = "clarity.bridge"

    @api.model
    def make_key(self):
        """A further key of the calling user, for as long as its groups allow. The one it calls with stays valid."""
        self._check_service()
        days = max(self.env.user.all_group_ids.mapped("api_key_duration"), default=0) or 1
        ends_at = fields.Datetime.now() + timedelta(days=days)
        key = self.env["res.users.apikeys"]._generate(None, _NAME, ends_at)
        return {"key": key, "ends_at": iso(ends_at)}

    @api.model
    def retire_keys(self, keep, retire):
        """Revoke a key of the calling user, and what rotations that were not finished have left over."""
        self._check_service()
        for index in (keep, retire):
            if not isinstance(index, str) or len(index) != _INDEX:
                raise UserError(self.env._("keep and retire are the first %s characters of a key.", _INDEX))
        if keep == retire or not self._own_keys("index = %s", keep):
            raise UserError(self.env._("The key to keep is another one, and one of this user."))
        found = self._own_keys("index = %s", retire) | self._own_keys("name = %s AND index <> %s", _NAME, keep)
        found._remove()
        return {"retired": len(found)}

    @api.model
    def set_webhook_secret(self, secret):
        """Sign events with this secret and the one before it, so that a receiver that knows either takes them."""
        self._check_service()
        if not isinstance(secret, str) or not is_secret(secret):
            raise UserError(self.env._("secret is whsec_ followed by base64 of 24 to 64 bytes."))
        parameters = self._outbox()._parameters()
        current = parameters.get_param(SECRET)
        if current != secret:
            parameters.set_param(PREVIOUS_SECRET, current)
            parameters.set_param(SECRET, secret)
        return {"signing": bool(self._outbox()._endpoint())}

    def _own_keys(self, condition, *values):
        # Plain SQL: the first characters of a key are no field of its model.
        self.env.cr.execute(
            f"SELECT id FROM res_users_apikeys WHERE user_id = %s AND {condition}", [self.env.uid, *values]
        )
        return self.env["res.users.apikeys"].browse([row[0] for row in self.env.cr.fetchall()])
