import io

import polib

from odoo.tests import tagged
from odoo.tools.misc import file_path
from odoo.tools.translate import trans_export

from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestTranslations(BridgeCase):
    def test_translators_have_every_text(self):
        """What is in the file and in the addon is the same: `npm run odoo -- pot` writes it anew."""
        texts = io.BytesIO()
        trans_export(None, ["clarity_bridge"], texts, "po", self.env)
        exported = {entry.msgid for entry in polib.pofile(texts.getvalue().decode())}
        kept = {entry.msgid for entry in polib.pofile(file_path("clarity_bridge/i18n/clarity_bridge.pot"))}
        self.assertEqual(exported, kept, "Run npm run odoo -- pot")
