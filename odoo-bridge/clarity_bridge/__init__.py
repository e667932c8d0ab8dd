from . import models


def uninstall_hook(env):
    """Leave no secret behind."""
    env["ir.config_parameter"].search([("key", "=like", "clarity_bridge.%")]).unlink()
