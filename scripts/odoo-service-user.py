# In `odoo shell`: the addon's service user with the rights a merchant would give it, and an API key for it.
from datetime import datetime, timedelta

login = "clarity-bridge"
user = env["res.users"].with_context(no_reset_password=True, active_test=False).search([("login", "=", login)])
if not user:
    # With payments: the default mapping posts what the storefront has captured.
    group = env.ref("clarity_bridge.group_service_accounting")
    user = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create({"name": "Clarity Bridge", "login": login, "group_ids": [(6, 0, [group.id])]})
    )
expires = datetime.now() + timedelta(days=180)
key = env(user=user)["res.users.apikeys"]._generate(None, "Clarity Bridge", expires)
env.cr.commit()
print(f"ODOO_LOGIN={login}")
print(f"KEY={key}")
