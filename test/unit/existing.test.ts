import { describe, expect, it } from 'vitest'
import { defaultLookups } from '../../clarity-extension/mapping/defaults/lookups.ts'
import { existingRecords } from '../../clarity-extension/ports/existing.ts'
import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import { retry } from '../../shared/outcome.ts'

type Asked = Parameters<OdooClient['choices']>[0]
const find = (model: string, by: object, more: object = {}) => ({ $find: { model, by, ...more } })
const names = { carrier: 'Express', archived: 'Pigeon', twice: 'Twin' }

function odoo(asked: Asked[number][] = []) {
  const choice = (value: string, more: object = {}) => ({
    id: 1,
    value,
    label: value,
    active: true,
    unique: true,
    ...more,
  })
  const there = [choice('Express'), choice('Pigeon', { active: false }), choice('Twin', { unique: false })]
  return {
    choices: async (wishes: Asked) => {
      asked.push(...wishes)
      const choices = wishes.map(({ values = [] }) => {
        const items = there.filter(({ value }) => values.includes(value))
        return { readable: true, total: items.length, items }
      })
      return { ok: true, value: { choices } } as never
    },
  }
}

describe('records that values name', () => {
  const part = {
    model: 'sale.order',
    values: {
      carrier_id: find('delivery.carrier', { name: names.carrier }),
      team_id: find('crm.team', { name: 'Nobody' }),
      user_id: find('res.users', { login: names.archived }),
      tag_ids: { $set: [find('crm.tag', { name: names.twice })] },
      state_id: find('res.country.state', { code: 'IL', 'country_id.code': 'US' }),
      maybe: find('crm.team', { name: 'Nobody else' }, { optional: true }),
      order_line: {
        $lines: { key: 'clarity_ref', items: [{ product_id: find('product.product', { default_code: 'NO-SKU' }) }] },
      },
    },
    origins: { '/order_line/$lines/items/0': '/items/2', '/team_id': '/attributes/team' },
    asked: { '/team_id': { table: 'customer_tag', key: 'x' } },
  }

  it('are looked for in one call, and what is missing, archived or there twice is told on both sides at once', async () => {
    const asked: Asked[number][] = []
    const problems = await existingRecords(odoo(asked))([part], defaultLookups)
    expect(problems.map(({ code, field, target, value }) => [code, field, target, value])).toEqual([
      ['unmapped_customer_tag', '/attributes/team', '/team_id', 'x'],
      ['archived', undefined, '/user_id', 'Pigeon'],
      ['ambiguous_match', undefined, '/tag_ids/$set/0', 'Twin'],
      ['unknown_sku', '/items/2', '/order_line/$lines/items/0/product_id', 'NO-SKU'],
    ])
    for (const { message, remedy } of problems) expect([message, remedy].join('')).toMatch(/\..*\.$/)
    expect(asked.map(({ model, values }) => [model, values])).toContainEqual(['product.product', ['NO-SKU']])
    expect(asked.some(({ model }) => model === 'res.country.state')).toBe(false)
  })

  it('are not known to be missing where Odoo cannot be asked', async () => {
    const away = async () => ({ ok: false as const, outcome: retry('network', 'away') })
    expect(await existingRecords({ choices: away })([part], defaultLookups)).toEqual([])
  })
})
