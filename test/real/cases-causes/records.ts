import type { Order } from '../../../shared/entities.ts'
import type { Chains } from '../../support/cause-chain.ts'
import { withTax } from '../../support/shop.ts'
import { earlyReturn } from './returns.ts'
import { create, newOrder, products, stage, unpaid, write } from './standing.ts'
import { inShop, priceForAll, unknownStock } from './told-by-odoo.ts'

/** What a mapping cannot know: products, values, rates, and what Odoo itself says. */
export function recordChains(mend: () => Promise<unknown>): Chains {
  const sold = (sku: string) => () => ({ items: [{ sku, quantity: '1' }] })
  const noted = (note: string) => () => ({ note })
  let twin = 0
  const exotic = newOrder({
    order: (given) => withTax(given, 'exotic', '13'),
    says: /total/i,
    repair: async () => write('account.tax', (await taxes('Exotic'))[0], { amount: 13 }),
    end: 'replay',
  })
  return {
    unknown_sku: newOrder(
      {
        placed: sold('CAUSE-NEW'),
        says: /CAUSE-NEW/,
        repair: () => create('product.product', { name: 'New', default_code: 'CAUSE-NEW', is_storable: true }),
        end: 'replay',
      },
      () => inShop('CAUSE-NEW'),
    ),
    archived: newOrder(
      {
        placed: sold('TOTE-NAT'),
        says: /TOTE-NAT.*archived/,
        repair: async () => write('product.product', await archived('TOTE-NAT'), { active: true }),
        end: 'replay',
      },
      async () => write('product.product', (await products('TOTE-NAT'))[0], { active: false }),
    ),
    ambiguous_match: newOrder(
      {
        placed: sold('TEA-EARL'),
        says: /TEA-EARL/,
        repair: () => write('product.product', twin, { default_code: 'TEA-EARL-2' }),
        end: 'replay',
      },
      async () => {
        twin = await create('product.product', { name: 'The other tea', default_code: 'TEA-EARL', is_storable: true })
      },
    ),
    business_rule: newOrder({ placed: noted('business_rule'), says: /[Pp]repayment/, repair: mend, end: 'replay' }),
    invalid_value: newOrder({ placed: noted('invalid_value'), says: /2026-02-31/, repair: mend, end: 'replay' }),
    unexpected: newOrder(
      {
        placed: noted('unexpected'),
        says: /an app of a third party/,
        repair: () => stage.odoo.psql('drop trigger unexpected on sale_order'),
        end: 'replay',
      },
      () =>
        stage.odoo.psql(`
          create function unexpected() returns trigger language plpgsql as
            $$ begin raise exception 'an app of a third party'; end $$;
          create trigger unexpected before insert on sale_order for each row
            when (new.note like '%unexpected%') execute function unexpected()`),
    ),
    no_rate: newOrder(
      {
        order: (given) => ({ ...inEuros(unpaid(given)), placedAt: '2026-01-15T10:00:00Z' }),
        says: /EUR/,
        remedy:
          "Enter the rate of EUR in Odoo (Accounting › Configuration › Currencies), with a date on or before the order's, and replay.",
        repair: async () => create('res.currency.rate', { currency_id: await euro(), name: '2026-01-01', rate: 0.8 }),
        end: 'replay',
      },
      async () => {
        await write('res.currency', await euro(), { active: true })
        await create('product.pricelist', { name: 'Euros', currency_id: await euro() })
      },
    ),
    totals_differ: {
      ...exotic,
      async fault() {
        await create('account.tax', { name: 'Exotic', amount: 10, amount_type: 'percent', type_tax_use: 'sale' })
        await stage.panel('PUT', '/lookups/tax/entry', { key: 'exotic', result: 'Exotic' })
        return exotic.fault()
      },
    },
    not_for_sale: newOrder(
      {
        placed: sold('MUG-WHT'),
        says: /may not be sold/,
        repair: async () => write('product.product', (await products('MUG-WHT'))[0], { sale_ok: true }),
        end: 'replay',
      },
      async () => write('product.product', (await products('MUG-WHT'))[0], { sale_ok: false }),
    ),
    inventory_rejected: unknownStock(),
    price_rule_unsupported: priceForAll(),
    unknown_reference: earlyReturn(),
  }
}

const taxes = (name: string) => stage.admin<number[]>('account.tax', 'search', { domain: [['name', '=', name]] })
const archived = async (sku: string) => {
  const [row] = await stage.odoo.psql<{ id: number }>('select id from product_product where default_code = $1', [sku])
  return row?.id
}
const euro = async () => {
  const [row] = await stage.odoo.psql<{ id: number }>("select id from res_currency where name = 'EUR'")
  return row?.id
}
const inEuros = (order: Order): Order => ({
  ...order,
  currency: 'EUR',
  payments: order.payments.map((payment) => ({ ...payment, currency: 'EUR' })),
})
