import type { Odoo } from './odoo.ts'

/** What the merchant of the sandbox has chosen under Settings: variants, several warehouses, tax per line, the bridge. */
export async function seedSettings(odoo: Odoo, webhook: { url: string; secret: string } | undefined): Promise<void> {
  const wishes = { group_product_variant: true, group_stock_multi_locations: true }
  const ids = await odoo.create('res.config.settings', [wishes])
  await odoo.call('res.config.settings', 'execute', { ids })

  // The storefront rounds tax per line; an Odoo that rounds per tax rate would differ by a cent now and then.
  const companies = await odoo.search('res.company', [], {})
  const company_ids = companies.map(({ id }) => id)
  await odoo.write('res.company', company_ids, { tax_calculation_rounding_method: 'round_per_line' })

  if (!webhook) return
  await odoo.call('ir.config_parameter', 'set_param', { key: 'clarity_bridge.url', value: webhook.url })
  await odoo.call('ir.config_parameter', 'set_param', { key: 'clarity_bridge.secret', value: webhook.secret })
}
