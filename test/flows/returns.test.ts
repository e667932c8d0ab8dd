import { describe, expect, it } from 'vitest'
import { type ReturnToClarityPorts, returnToClarityFlow } from '../../clarity-extension/flows/return-to-clarity.ts'
import { type ReturnToOdooPorts, returnToOdooFlow } from '../../clarity-extension/flows/return-to-odoo.ts'
import { defaultLookups } from '../../clarity-extension/mapping/defaults/lookups.ts'
import { type ReturnState, returnToOperation } from '../../clarity-extension/mapping/return.ts'
import { type ReturnRequest, returnRequest } from '../../shared/entities.ts'
import { retry, review } from '../../shared/outcome.ts'
import { fixture, quiet } from './support.ts'

const context = { lookups: defaultLookups, company: { currency: 'USD' } }

function toOdoo(change: Partial<ReturnToOdooPorts> = {}) {
  const calls: string[] = []
  const wroteBy: string[] = []
  let link: { version: string | null; hash: string | null } | undefined
  const ports: ReturnToOdooPorts = {
    async readReturn() {
      calls.push('read')
      return { ok: false, outcome: retry('network', 'away') }
    },
    map: async (request) => ({ ok: true, value: returnToOperation(request, context) }),
    async apply({ kind, ref, follow }) {
      calls.push(`${kind} ${ref} ${follow?.join('+')}`)
      return { ok: true, value: { status: 'created', res_id: 3, name: 'S00012: 501' } }
    },
    link: async () => link,
    async saveLink({ updatedAt }, _, hash, { by, eventId }) {
      link = { version: updatedAt, hash }
      wroteBy.push(`${eventId} ${by.map(({ name, version }) => `${name}@${version}`)}`)
    },
    ...change,
  }
  return { calls, wroteBy, run: returnToOdooFlow(ports) }
}

describe('return-to-odoo', () => {
  it('brings every status once; the same content again is nothing to do', async () => {
    const { run, calls, wroteBy } = toOdoo()
    expect(await run(fixture('return.created', { status: 'requested' }), quiet)).toMatchObject({ kind: 'done' })
    expect(await run(fixture('return.created', { status: 'requested' }), quiet)).toMatchObject({ reason: 'unchanged' })
    const later = { status: 'refunded', updatedAt: '2027-01-01T00:00:00.000Z' }
    expect(await run(fixture('return.updated', later), quiet)).toMatchObject({ kind: 'done' })
    expect(await run(fixture('return.created', { status: 'requested' }), quiet)).toMatchObject({ reason: 'stale' })
    const { id } = JSON.parse(fixture('return.created').payload.toString()).data
    expect(calls).toEqual([`return ${id} `, `return ${id} receive+refund`])
    expect(wroteBy).toEqual([expect.stringMatching(/^\d+ return-to-odoo@1$/), expect.any(String)])
  })

  it('reads what the snapshot does not say, and keeps no link of what Odoo did not take', async () => {
    const { run, calls } = toOdoo()
    expect(await run(fixture('return.created', { items: undefined }), quiet)).toEqual(retry('network', 'away'))
    expect(calls).toEqual(['read'])
    const held = review('not_delivered', 'Only what was delivered can come back')
    const refusing = toOdoo({ apply: async () => ({ ok: false, outcome: held }) })
    expect(await refusing.run(fixture('return.created'), quiet)).toEqual(held)
    expect(await refusing.run(fixture('return.created'), quiet)).toEqual(held)
  })
})

const state: ReturnState = {
  ref: '501',
  id: 3,
  version: '2026-11-22T09:00:00.000Z',
  order: { id: 12, ref: '1001' },
  status: 'approved',
  currency: 'USD',
  received: 'all',
  credited: '0.00',
  open: '0.00',
  credit_notes: [],
}

function toClarity(change: Partial<ReturnToClarityPorts> = {}, now: ReturnState | undefined = state) {
  const calls: string[] = []
  const { data } = JSON.parse(fixture('return.created').payload.toString())
  let request: ReturnRequest = returnRequest.parse({ ...data, status: 'approved' })
  const ports: ReturnToClarityPorts = {
    readReturnState: async () => ({ ok: true, value: now }),
    readReturn: async () => ({ ok: true, value: request }),
    async patchReturn(id, { status }, key) {
      calls.push(`${id} ${status} ${key}`)
      request = { ...request, status }
      return { ok: true, value: {} }
    },
    ...change,
  }
  return { calls, run: returnToClarityFlow(ports) }
}

describe('return-to-clarity', () => {
  it('tells that the goods are back, once', async () => {
    const { run, calls } = toClarity()
    expect(await run(fixture('return.changed'), quiet)).toMatchObject({ kind: 'done' })
    expect(await run(fixture('return.changed'), quiet)).toMatchObject({ kind: 'skip', reason: 'unchanged' })
    expect(calls).toEqual(['501 received return:501:received:'])
  })

  it('has nothing to tell of a return whose link is gone', async () => {
    const { run, calls } = toClarity({ readReturnState: async () => ({ ok: true, value: undefined }) })
    expect(await run(fixture('return.changed'), quiet)).toMatchObject({ kind: 'skip', reason: 'not_for_us' })
    expect(calls).toEqual([])
  })
})
