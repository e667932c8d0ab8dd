import { describe, expect, it } from 'vitest'
import { createCircuit } from '../../clarity-extension/connections/circuit.ts'
import { liveClient } from '../../clarity-extension/connections/live.ts'
import { correct, retry } from '../../shared/outcome.ts'

const silent = async () => ({ ok: false as const, outcome: retry('network', 'nobody answers') })
const answered = async () => ({ ok: true as const, value: 1 })
const times = async (count: number, run: () => Promise<unknown>) => {
  for (let i = 0; i < count; i++) await run()
}

describe('the circuit of a connection', () => {
  it('opens after ten calls in a row without an answer, and then lets none through', async () => {
    const circuit = createCircuit('odoo', () => 7)
    await times(9, () => circuit.run(silent))
    expect(circuit.state()).toBe('closed')
    await circuit.run(silent)
    expect(circuit.state()).toBe('open')
    let called = false
    const answer = await circuit.run(async () => {
      called = true
      return answered()
    })
    expect(called).toBe(false)
    expect(answer).toEqual({
      ok: false,
      outcome: {
        kind: 'refused',
        connection: 'odoo',
        cause: 'circuit_open',
        message: 'It did not answer 10 calls in a row. nobody answers',
      },
    })
    expect(circuit.lastError()).toEqual({ cause: 'network', message: 'nobody answers', at: 7 })
  })

  it('counts calls in a row: one answer begins anew', async () => {
    const circuit = createCircuit('odoo')
    for (let round = 0; round < 3; round++) {
      await times(9, () => circuit.run(silent))
      await circuit.run(answered)
    }
    expect(circuit.state()).toBe('closed')
  })

  it('is not opened by what one record can cause', async () => {
    const circuit = createCircuit('odoo')
    await times(30, () => circuit.run(async () => ({ ok: false, outcome: retry('server_error', 'builtins.Boom') })))
    const problem = { code: 'unknown_sku', message: 'no', remedy: 'mend' }
    await times(30, () => circuit.run(async () => ({ ok: false, outcome: correct(problem) })))
    expect(circuit.state()).toBe('closed')
  })

  it('is closed by who found that the side answers', async () => {
    const circuit = createCircuit('clarity')
    await times(10, () => circuit.run(silent))
    circuit.close()
    expect(await circuit.run(answered)).toEqual({ ok: true, value: 1 })
  })

  it('lets a bug through as a bug', async () => {
    const circuit = createCircuit('clarity')
    await expect(circuit.run(() => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug')
  })
})

describe('a client whose settings change', () => {
  it('is the same for who holds it; calls under way end on the one before', async () => {
    let made = 0
    const gate = Promise.withResolvers<void>()
    const make = () => {
      made += 1
      const number = made
      return {
        async slow() {
          await gate.promise
          return { ok: true as const, value: number }
        },
      }
    }
    const live = liveClient(make, createCircuit('odoo'))
    const first = live.client.slow()
    live.renew()
    gate.resolve()
    expect(await first).toEqual({ ok: true, value: 1 })
    expect(await live.client.slow()).toEqual({ ok: true, value: 2 })
  })
})
