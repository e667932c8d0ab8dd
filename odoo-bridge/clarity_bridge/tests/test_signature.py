import json
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..tools.signature import is_secret, sign

HERE = Path(__file__).parent
COPY = HERE / "vectors.json"
#: The repository's own, which the TypeScript side reads; absent where the addon stands alone.
SHARED = HERE.parents[2] / "shared" / "vectors.json"


@tagged("post_install", "-at_install")
class TestSignature(BaseCase):
    def test_vectors(self):
        vectors = json.loads(COPY.read_text())["vectors"]
        self.assertGreater(len(vectors), 3)
        for vector in vectors:
            with self.subTest(vector["name"]):
                headers = sign(vector["body"].encode(), vector["secrets"], vector["id"], vector["timestamp"])
                matches = set(headers["webhook-signature"].split(" ")) & set(vector["signature"].split(" "))
                self.assertEqual(bool(matches), vector["fault"] != "bad_signature")

    def test_published_vector_to_the_letter(self):
        headers = sign(
            b'{"test": 2432232314}',
            ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
        )
        self.assertEqual(
            headers,
            {
                "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
                "webhook-timestamp": "1614265330",
                "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            },
        )

    def test_copy_is_the_repositorys(self):
        if SHARED.exists():
            self.assertEqual(json.loads(COPY.read_text()), json.loads(SHARED.read_text()))

    def test_secrets(self):
        for text, usable in (
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", True),
            ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", False),
            ("whsec_c2hvcnQ=", False),
            ("whsec_not base64 at all, is it?", False),
            ("whsec_" + "A" * 88, False),
        ):
            self.assertEqual(is_secret(text), usable, text)
