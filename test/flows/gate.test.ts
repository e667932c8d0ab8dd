import { describe, expect, it } from 'vitest'
import { gate, proposal, type SwitchPorts } from '../../clarity-extension/flows/gate.ts'
import { type Owner, ruleOf } from '../../shared/switches.ts'

const on: SwitchPorts = {
  enabled: async () => true,
  owner: async (entity, group) => {
    const owner = ruleOf(entity).owners[group]
    if (!owner) throw new Error('no owner')
    return owner
  },
}
const owned = (owners: Record<string, Owner>): SwitchPorts => ({
  ...on,
  owner: async (entity, group) => owners[group] ?? on.owner(entity, group),
})

describe('the gate before every flow', () => {
  it('lets an entity without owners through', async () => {
    expect(await gate(on, 'order.created', false)).toEqual({ open: true, share: {} })
  })

  it('skips with the direction that is off, and that one only', async () => {
    const off: SwitchPorts = { ...on, enabled: async (_entity, direction) => direction === 'toClarity' }
    expect(await gate(off, 'order.created', false)).toEqual({
      open: false,
      outcome: {
        kind: 'skip',
        reason: 'switched_off',
        detail: 'Orders are switched off from the storefront to Odoo.',
      },
    })
    expect(await gate(off, 'sale_order.changed', false)).toMatchObject({ open: true })
  })

  it('skips a change of the side that is the record of nothing', async () => {
    expect(await gate(on, 'product.updated', false)).toMatchObject({
      open: false,
      outcome: { kind: 'skip', reason: 'not_the_record', detail: 'Products: Odoo is the record (content, price).' },
    })
  })

  it('says what a flow may write when each side is the record of something', async () => {
    const mixed = owned({ price: { side: 'clarity', otherwise: 'ignore' } })
    expect(await gate(mixed, 'product.updated', false)).toEqual({
      open: true,
      share: { content: 'ignore', price: 'write' },
    })
  })

  it('lets a flow propose, and write once a person accepted', async () => {
    const proposing = owned({ price: { side: 'odoo', otherwise: 'propose' } })
    expect(await gate(proposing, 'product.updated', false)).toMatchObject({ share: { price: 'propose' } })
    expect(await gate(proposing, 'product.updated', true)).toMatchObject({
      share: { price: 'write', content: 'ignore' },
    })
    expect(proposal('product', ['price'], { storefront: '12.00', odoo: '10.00' })).toMatchObject({
      kind: 'review',
      cause: 'proposed_change',
      message: expect.stringContaining('Products: price changed'),
    })
  })
})
