import { describe, expect, it } from 'vitest'
import type { PartnerState } from '../../clarity-extension/mapping/customer-to-clarity.ts'
import { knownByKey, type Mapped } from '../../clarity-extension/ports/match.ts'
import type { Customer } from '../../shared/entities.ts'
import { type Answer, retry } from '../../shared/outcome.ts'

const ann: Customer = {
  ...{ id: 'cus_1', externalKey: 'partner-42', type: 'person', name: 'Ann', email: 'ann@shop.example', active: true },
  ...{ addresses: [], contacts: [], attributes: {}, updatedAt: '2026-11-26T06:00:00.000Z' },
} as never
const own = { email: 'ann@shop.example' }
const mapped = {
  ok: true,
  hash: 'h',
  by: [],
  origins: {},
  operations: [{ kind: 'customer', ref: 'cus_1', match: own }],
}

/** What Odoo is told to look for. */
async function matchOf(record: Customer, partner: Answer<PartnerState | undefined>, linked = false): Promise<unknown> {
  const ports = knownByKey(
    {
      read: () => Promise.reject(new Error('nothing is read')),
      link: async () => (linked ? { version: null, hash: null } : undefined),
      map: async () => ({ ok: true, value: mapped as unknown as Mapped }),
      deliver: () => Promise.reject(new Error('nothing is delivered')),
      saveLink: async () => {},
    },
    async () => partner,
  )
  const answer = await ports.map(record, new Set())
  return answer.ok ? answer.value.operations[0]?.match : answer.outcome.kind
}
const partner = (email: string | null): Answer<PartnerState> => ({
  ok: true,
  value: { ref: 'partner-42', id: 42, email } as PartnerState,
})

describe('an account that the bridge made', () => {
  it('is its partner’s by the key it got, while it is not linked', async () => {
    expect(await matchOf(ann, partner('Ann@shop.example'))).toEqual({ id: 42 })
    expect(await matchOf(ann, partner('Ann@shop.example'), true)).toEqual(own)
  })

  it('is nobody’s by a key that another Odoo gave, or the storefront itself', async () => {
    expect(await matchOf(ann, partner('bob@shop.example'))).toEqual(own)
    expect(await matchOf(ann, partner(null))).toEqual(own)
    expect(await matchOf(ann, { ok: true, value: undefined })).toEqual(own)
    expect(await matchOf({ ...ann, externalKey: 'erp-7' }, partner('ann@shop.example'))).toEqual(own)
  })

  it('waits while Odoo cannot say whose it is', async () => {
    expect(await matchOf(ann, { ok: false, outcome: retry('network', 'no answer') })).toBe('retry')
  })
})
