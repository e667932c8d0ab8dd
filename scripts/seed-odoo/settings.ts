import type { Odoo } from './odoo.ts'

/** What the merchant of the sandbox has chosen under Settings: variants, several warehouses, the bridge. */
export async function seedSettings(odoo: Odoo, webhook: { url: string; secret: string } | undefined): Promise<void> {
  const wishes = { group_product_variant: true, group_stock_multi_locations: true }
  const ids = await odoo.create('res.config.settings', [wishes])
  await odoo.call('res.config.settings', 'execute', { ids })

  if (!webhook) return
  await odoo.call('ir.config_parameter', 'set_param', { key: 'clarity_bridge.url', value: webhook.url })
  await odoo.call('ir.config_parameter', 'set_param', { key: 'clarity_bridge.secret', value: webhook.secret })
}
