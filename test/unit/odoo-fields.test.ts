import { describe, expect, it } from 'vitest'
import { defaultRuleSets } from '../../clarity-extension/mapping/order.ts'
import { odooFields } from '../../clarity-extension/ports/odoo-fields.ts'
import { retry } from '../../shared/outcome.ts'

const sets = Object.values(defaultRuleSets)
const char = { string: 'Text', type: 'char', required: false, readonly: false }
const lines = { string: 'Lines', type: 'one2many', relation: 'sale.order.line', required: false, readonly: false }

function setup() {
  const clock = { now: 1_000_000 }
  const odoo = { away: false, calls: [] as string[][], fields: { name: char } as Record<string, typeof char> }
  const fields = odooFields(
    {
      async describe(models) {
        odoo.calls.push([...models])
        if (odoo.away) return { ok: false, outcome: retry('network', 'away') }
        const known = models.filter((model) => model !== 'account.tax')
        const shown = known.map((model) => [
          model,
          model === 'sale.order' ? { ...odoo.fields, order_line: lines } : odoo.fields,
        ])
        return { ok: true, value: { models: Object.fromEntries(shown) } }
      },
    },
    () => clock.now,
  )
  return { clock, odoo, fields }
}

describe("Odoo's fields", () => {
  it('are asked for once, with those of the lines, and remembered', async () => {
    const { odoo, fields } = setup()
    const described = await fields.of(sets)
    expect(Object.keys(described)).toEqual(expect.arrayContaining(['sale.order', 'res.partner', 'sale.order.line']))
    expect(described, 'not shown to the service user').not.toHaveProperty('account.tax')
    await fields.of(sets)
    expect(odoo.calls).toHaveLength(2)
    expect(odoo.calls[1]).toEqual(['sale.order.line'])
  })

  it('that are old do until newer ones are there', async () => {
    const { clock, odoo, fields } = setup()
    await fields.of(sets)
    odoo.fields = { renamed: char }
    clock.now += 11 * 60_000
    expect((await fields.of(sets))['res.partner']).toHaveProperty('name')
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect((await fields.of(sets))['res.partner']).toEqual({ renamed: char })
  })

  it('are asked for again before somebody is told that one is missing, but not at every order', async () => {
    const { clock, odoo, fields } = setup()
    await fields.of(sets)
    odoo.fields = { x_studio_new: char }
    clock.now += 20_000
    expect((await fields.renewed(sets))['sale.order']).toHaveProperty('x_studio_new')
    const asked = odoo.calls.length
    await fields.renewed(sets)
    expect(odoo.calls).toHaveLength(asked)
  })

  it('that cannot be had are not checked, and nobody waits for them twice', async () => {
    const { clock, odoo, fields } = setup()
    odoo.away = true
    expect(await fields.of(sets)).toEqual({})
    expect(await fields.of(sets)).toEqual({})
    expect(odoo.calls).toHaveLength(1)
    odoo.away = false
    clock.now += 20_000
    expect(await fields.of(sets)).toHaveProperty(['sale.order'])
    odoo.away = true
    clock.now += 20 * 60_000
    expect(await fields.renewed(sets), 'what was known stays').toHaveProperty(['sale.order'])
  })
})
