import { describe, expect, it } from 'vitest'
import { createCircuit } from '../../clarity-extension/connections/circuit.ts'
import { liveClient } from '../../clarity-extension/connections/live.ts'
import { createRotation } from '../../clarity-extension/connections/rotation.ts'
import type { KeyFacts, OdooSettings } from '../../clarity-extension/connections/settings.ts'
import { createSignatureWatch } from '../../clarity-extension/watch/signatures.ts'
import { type Answer, correct, type OutcomeOf, refused, retry } from '../../shared/outcome.ts'

const silent = async () => ({ ok: false as const, outcome: retry('network', 'nobody answers') })
const answered = async () => ({ ok: true as const, value: 1 })
const times = async (count: number, run: () => Promise<unknown>) => {
  for (let i = 0; i < count; i++) await run()
}

describe('the circuit of a connection', () => {
  it('opens after ten calls in a row without an answer, and then lets none through', async () => {
    const noted: unknown[] = []
    const circuit = createCircuit(
      'odoo',
      (error) => noted.push(error),
      () => 7,
    )
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
    // Of each call that was made, and of none that was kept back.
    expect(noted).toEqual(Array(10).fill({ cause: 'network', message: 'nobody answers', at: 7 }))
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

describe('a rotation', () => {
  const gone: OutcomeOf<'retry'> = retry('timeout', 'Odoo did not answer in time')
  const unauthorized: OutcomeOf<'refused'> = refused('odoo', 'unauthorized', 'Odoo refuses the key')
  type Failed = { ok: false; outcome: OutcomeOf<'retry' | 'refused'> }

  function setup(failing: Partial<Record<'makeKey' | 'ping' | 'setWebhookSecret' | 'retireKeys', Failed>> = {}) {
    const told: string[] = []
    let key: KeyFacts | null = null
    let settings: OdooSettings = { url: 'http://odoo', db: 'main', apiKey: 'old-key-of-Odoo', transport: 'json2' }
    const listeners: (() => void)[] = []
    const tell = async () => {
      for (const listener of listeners) listener()
    }
    const odoo = {
      settings: () => settings,
      key: () => key,
      onChange: (listener: () => void) => void listeners.push(listener),
      async change(change: Partial<OdooSettings>, by: string, facts?: KeyFacts) {
        told.push(`change ${JSON.stringify(change)} by ${by}`)
        settings = { ...settings, ...change }
        key = facts ?? null
        await tell()
      },
      async noteKey(facts: KeyFacts) {
        key = facts
        told.push('noted')
        await tell()
      },
      addSecret: async (_secret: string, until: number | null) => void told.push(`accept ${until}`),
      dropSecret: async () => void told.push('drop'),
    }
    const answer = async <T>(
      name: keyof typeof failing,
      value: T,
      ...args: string[]
    ): Promise<Failed | { ok: true; value: T }> => {
      told.push([name, ...args].join(' '))
      return failing[name] ?? { ok: true, value }
    }
    const rotation = createRotation({
      connections: {
        book: { odoo, clarity: { addSecret: odoo.addSecret } },
        clarity: { rotateWebhookSecret: async () => ({ ok: false, outcome: gone }) },
        odoo: {
          makeKey: () => answer('makeKey', { key: 'new-key-of-Odoo', ends_at: '2027-01-01T00:00:00Z' }),
          retireKeys: (keep, retire) => answer('retireKeys', { retired: 1 }, keep, retire),
          setWebhookSecret: () => answer('setWebhookSecret', { signing: true }),
        },
      },
      endpoint: async (): Promise<Answer<string>> => ({ ok: false, outcome: gone }),
      log: { info: () => {}, warn: () => {} },
      now: () => 1_000,
      keyOverlapMs: 0,
      works: () => answer('ping', true),
    })
    return { rotation, told, key: () => key }
  }

  it('takes the new key once it has worked, then revokes the old one', async () => {
    const { rotation, told, key } = setup()
    expect(await rotation.rotateKey('ann')).toEqual({ ok: true, value: { endsAt: Date.UTC(2027, 0, 1) } })
    await expect.poll(() => told).toContain('noted')
    expect(told).toEqual([
      'makeKey',
      'ping',
      'change {"apiKey":"new-key-of-Odoo"} by ann',
      'retireKeys new-key- old-key-',
      'noted',
    ])
    expect(key()?.previous).toBeNull()
    rotation.stop()
  })

  it('keeps the old key where the new one does not work or no answer came', async () => {
    for (const failing of [{ ping: failed(unauthorized) }, { makeKey: failed(gone) }]) {
      const { rotation, told } = setup(failing)
      expect(await rotation.rotateKey('ann')).toMatchObject({ ok: false })
      expect(told.filter((one) => one.startsWith('change') || one.startsWith('retire'))).toEqual([])
      rotation.stop()
    }
  })

  it('is one rotation for two clicks at once', async () => {
    const { rotation, told } = setup()
    await Promise.all([rotation.rotateKey('ann'), rotation.rotateKey('ben')])
    expect(told.filter((one) => one === 'makeKey')).toHaveLength(1)
    rotation.stop()
  })

  it('accepts a new webhook secret before Odoo signs with it, and keeps accepting it where no answer came', async () => {
    const well = setup()
    expect((await well.rotation.rotateSecret('odoo', 'ann')).ok).toBe(true)
    expect(well.told).toEqual(['accept null', 'setWebhookSecret', 'accept 601000'])
    const lost = setup({ setWebhookSecret: failed(gone) })
    await lost.rotation.rotateSecret('odoo', 'ann')
    expect(lost.told).toEqual(['accept null', 'setWebhookSecret'])
    const no = setup({ setWebhookSecret: failed(unauthorized) })
    await no.rotation.rotateSecret('odoo', 'ann')
    expect(no.told).toEqual(['accept null', 'setWebhookSecret', 'drop'])
    for (const { rotation } of [well, lost, no]) rotation.stop()
  })

  function failed(outcome: Failed['outcome']): Failed {
    return { ok: false, outcome }
  }
})

describe('refused webhooks', () => {
  it('are an alert when a side has every event refused, over when one is accepted', () => {
    const told: string[] = []
    const watch = createSignatureWatch({
      notice: (title) => told.push(title),
      clear: (title) => told.push(`over: ${title}`),
      now: () => 5,
    })
    const raised = () => told.filter((one) => !one.startsWith('over'))
    watch.refused('odoo', 'bad_signature')
    watch.accepted('odoo')
    watch.refused('odoo', 'bad_signature')
    watch.refused('odoo', 'bad_signature')
    expect(raised()).toEqual([])
    for (let n = 0; n < 5; n++) watch.refused('odoo', 'bad_signature')
    watch.refused('clarity', 'too_old')
    expect(raised()).toEqual(["Odoo's webhooks are refused"])
    expect(watch.refusedSince('clarity')).toBe(5)
    watch.accepted('odoo')
    expect(told.at(-1)).toBe("over: Odoo's webhooks are refused")
    expect(watch.refusedSince('odoo')).toBeUndefined()
  })
})
