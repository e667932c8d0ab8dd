import { describe, expect, it } from 'vitest'
import { orderReader } from '../../clarity-extension/delivery/state-reader.ts'
import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import { retry } from '../../shared/outcome.ts'

type ReadState = OdooClient['readState']

function odoo(answer: (refs: readonly string[]) => Awaited<ReturnType<ReadState>>) {
  const asked: string[][] = []
  const readState = (async (_store: string, _kind: string, refs: readonly string[]) => {
    asked.push([...refs])
    await new Promise((resolve) => setImmediate(resolve))
    return answer(refs)
  }) as ReadState
  return { asked, read: orderReader({ readState }, 'default') }
}

const state = (ref: string) => ({
  ref,
  id: Number(ref),
  name: `S${ref}`,
  state: 'sale' as const,
  delivery_status: null,
  invoice_status: 'no' as const,
  amount_total: '1.00',
  amount_tax: '0.00',
  currency: 'USD',
  version: '',
  pickings: [],
})
const holding =
  (...held: string[]) =>
  (refs: readonly string[]) => {
    const orders = refs.filter((ref) => held.includes(ref)).map(state)
    return { ok: true, value: { as_of: '2026-11-20T10:00:00Z', orders } } as Awaited<ReturnType<ReadState>>
  }

describe('the order reader', () => {
  it('asks once for what many lanes ask in one turn, each ref once, and answers each its own', async () => {
    const { asked, read } = odoo(holding('1', '2'))
    const answers = await Promise.all(['1', '2', '1', '3'].map(read))
    expect(asked).toEqual([['1', '2', '3']])
    expect(answers.map((answer) => answer.ok && answer.value?.name)).toEqual(['S1', 'S2', 'S1', undefined])
  })

  it('gathers the next read while two are under way', async () => {
    const { asked, read } = odoo(holding('1', '2', '3', '4'))
    const first = read('1')
    await new Promise((resolve) => setImmediate(resolve))
    const more = [read('2'), read('3')]
    await Promise.all([first, ...more])
    expect(asked.map((refs) => refs.length).reduce((a, b) => a + b)).toBe(3)
    expect(asked.length).toBeLessThan(3)
  })

  it('gives everybody who asked the failure of the read', async () => {
    const failure = { ok: false as const, outcome: retry('unreachable', 'No connection') }
    const { read } = odoo(() => failure)
    expect(await Promise.all([read('1'), read('2')])).toEqual([failure, failure])
  })
})
