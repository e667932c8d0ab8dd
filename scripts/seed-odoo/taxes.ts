import { z } from 'zod'
import type { Catalogue, TaxCode } from '../../clarity-extension/sandbox/catalogue.ts'
import { amount } from '../../shared/money.ts'
import type { Odoo } from './odoo.ts'

/**
 * One active sales tax per rate, named as in the catalogue: the chart's own with the same rate is taken over, a second one
 * is archived, or else a tax could not be found by its rate. @returns ids by code
 */
export async function seedTaxes(odoo: Odoo, taxes: Catalogue['taxes']): Promise<Map<TaxCode, number>> {
  const domain = [
    ['type_tax_use', '=', 'sale'],
    ['amount_type', '=', 'percent'],
    ['price_include', '=', false],
  ]
  const present = await odoo.search('account.tax', domain, { name: z.string(), amount: z.number() })
  const found = new Map<TaxCode, number>()
  for (const { code, name, rate } of taxes) {
    const same = present.filter((tax) => amount(tax.amount).eq(rate))
    const chosen = same.find((tax) => tax.name === name) ?? same[0]
    const values = { name, price_include_override: 'tax_excluded' }
    if (chosen && chosen.name !== name) await odoo.write('account.tax', [chosen.id], values)
    const others = same.filter((tax) => tax !== chosen).map(({ id }) => id)
    await odoo.write('account.tax', others, { active: false })
    const [made] = chosen
      ? [chosen.id]
      : await odoo.create('account.tax', [
          { ...values, amount: Number(rate), amount_type: 'percent', type_tax_use: 'sale' },
        ])
    if (made) found.set(code, made)
  }
  return found
}
