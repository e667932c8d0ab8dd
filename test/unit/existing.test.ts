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
    company: null,
    ...more,
  })
  const there = [
    choice('Express'),
    choice('Pigeon', { active: false }),
    choice('Twin', { unique: false }),
    choice('Twin', { unique: false }),
    ...['One', 'Two'].map((company) => choice('BNK1', { unique: false, company })),
    ...['One', 'One', 'Two'].map((company) => choice('BNK2', { unique: false, company })),
    ...['One', null].map((company) => choice('BNK3', { unique: false, company })),
  ]
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

  it('of one name in two companies are told apart by the record’s own, where it is written; two in one company are not', async () => {
    const of = async (journal: string, company?: string) => {
      const company_id = company && { company_id: find('res.company', { name: company }) }
      const values = { journal_id: find('account.journal', { code: journal }), ...company_id }
      const problems = await existingRecords(odoo())([{ model: 'account.payment', values }], defaultLookups)
      return problems.filter(({ target }) => target === '/journal_id').map(({ code }) => code)
    }
    expect([await of('BNK1'), await of('BNK1', 'Two')]).toEqual([[], []])
    expect([await of('BNK2'), await of('BNK2', 'One'), await of('BNK2', 'Two')]).toEqual([
      ['ambiguous_match'],
      ['ambiguous_match'],
      [],
    ])
    expect([await of('BNK3'), await of('BNK3', 'One'), await of('BNK3', 'Two')]).toEqual([
      ['ambiguous_match'],
      ['ambiguous_match'],
      [],
    ])
  })

  it('are not known to be missing where Odoo cannot be asked', async () => {
    const away = async () => ({ ok: false as const, outcome: retry('network', 'away') })
    expect(await existingRecords({ choices: away })([part], defaultLookups)).toEqual([])
  })
})
