import pino from 'pino'
import { beforeEach, expect, it } from 'vitest'
import { createAudit } from '../../clarity-extension/audit/audit.ts'
import { ATTEMPT_LIMIT } from '../../clarity-extension/ledger/policy.ts'
import { alertSignals } from '../../clarity-extension/ports/signals.ts'
import { createSeal } from '../../clarity-extension/privacy/seal.ts'
import { type AlertOptions, type Alerts, createAlerts } from '../../clarity-extension/watch/alerts/alerts.ts'
import type { Channel, Notice } from '../../clarity-extension/watch/alerts/channels.ts'
import { transientCauses } from '../../shared/causes/transient.ts'
import { correct, done, refused, retry } from '../../shared/outcome.ts'
import { bench, event, onBothStores } from './store-support.ts'

const chat: Channel = {
  id: 'ops',
  kind: 'chat',
  name: 'Ops',
  enabled: true,
  url: 'https://chat.example.com/hooks/s3cret',
}

onBothStores('alerts', (it_) => {
  let alerts: Alerts
  let sent: Notice[]

  const make = (more: Partial<AlertOptions> = {}) =>
    createAlerts({
      ...more,
      store: it_.store,
      seal: createSeal(['a key of at least 32 characters, for tests']),
      log: pino({ level: 'silent' }),
      signals: alertSignals(it_.store, it_.queries, {
        diskOf: undefined,
        expiries: async () => [],
        sweeps: async () => [],
        now: () => it_.now(),
      }),
      panelUrl: 'https://bridge.example.com',
      allowPrivate: false,
      now: () => it_.now(),
      deliver: async (_to, notice) => void sent.push(notice),
    })

  let key: 'valid' | 'expired'
  let runs: number[]
  beforeEach(async () => {
    await it_.store.db.deleteFrom('alerts').execute()
    sent = []
    runs = []
    key = 'valid'
    await it_.anew({ probe: async () => key === 'valid' })
    alerts = make()
    await alerts.change({ rules: {}, channels: [chat] }, 'ada')
  })

  const told = () => sent.map(({ state, alerts: about }) => `${state} ${about.map((one) => one.key).join(', ')}`)

  it('CASES 38: an expired key during 500 queued orders: one alert, no attempt burnt, all delivered once it is replaced, none twice', async () => {
    key = 'expired'
    await it_.ledger.start(async ({ id, attempt }) => {
      if (key === 'expired') return refused('odoo', 'unauthorized', 'Odoo refuses the key.')
      runs.push(id)
      return attempt === 1 ? done('applied') : done('late')
    })
    await Promise.all(Array.from({ length: 500 }, (_, index) => it_.ledger.ingest(event(`order:${index}`))))
    await it_.ledger.idle()
    for (let look = 0; look < 3; look++) await alerts.look()
    expect(told()).toEqual(['raised authentication:odoo'])
    expect(sent[0]?.alerts[0]).toMatchObject({
      severity: 'critical',
      title: 'Odoo refuses us: The key is not accepted',
      text: expect.stringContaining('Enter a valid key'),
      url: 'https://bridge.example.com/admin/connections',
    })
    const burnt = await it_.store.db.selectFrom('events').select('id').where('attempts', '>', 0).execute()
    expect(burnt).toEqual([])

    key = 'valid'
    await it_.ledger.resumeConnection('odoo', 'ada')
    await it_.ledger.idle()
    await alerts.look()
    expect(told()).toEqual(['raised authentication:odoo', 'cleared authentication:odoo'])
    expect(new Set(runs).size).toBe(500)
    expect(runs).toHaveLength(500)
    const late = await it_.store.db.selectFrom('events').select('id').where('message', '=', 'late').execute()
    expect(late).toEqual([])
  })

  it('tell what time did not heal: after the last attempt each cause has its alert with what to do, and one replay delivers it', async () => {
    const codes = Object.keys(transientCauses) as (keyof typeof transientCauses)[]
    let healed = false
    await it_.ledger.start(async ({ lane }) => {
      const code = lane.slice('order:'.length)
      if (healed) return done('applied')
      if (code === 'bug') throw new Error('a case that nobody knew')
      return retry(code, `It is ${code}.`)
    })
    for (const code of codes) await it_.ledger.ingest(event(`order:${code}`))
    await it_.ledger.idle()
    await alerts.look()
    expect(sent).toEqual([])
    for (let attempt = 1; attempt < ATTEMPT_LIMIT; attempt++) await it_.later(5 * 60 * 60_000)
    await alerts.look()
    const raised = sent.flatMap(({ alerts: about }) => about)
    for (const code of codes) {
      const { title, meaning, remedy } = transientCauses[code]
      const [alert, ...others] = raised.filter(({ key: of }) => of === `dead_letters:${code}`)
      expect(others).toEqual([])
      expect(alert, code).toMatchObject({ title: `1 could not be delivered: ${title}`, text: `${meaning} ${remedy}` })
    }
    healed = true
    for (const cause of codes) expect(await it_.ledger.replay({ cause }, 'ada')).toEqual({ moved: 1 })
    await it_.ledger.idle()
    await alerts.look()
    expect((await alerts.active()).filter(({ rule }) => rule === 'dead_letters')).toEqual([])
    expect((await it_.queries.failures()).total).toBe(0)
  })

  it('tell two causes in one message, once; more of a cause is no further alert; two replicas are one voice', async () => {
    const causes = ['unknown_sku', 'archived']
    await it_.ledger.start(async ({ id }) => correct({ code: causes[id % 2] ?? '', message: 'no', remedy: 'mend it' }))
    for (let index = 0; index < 4; index++) await it_.ledger.ingest(event(`order:${index}`))
    await it_.ledger.idle()
    const replica = make()
    await Promise.all([alerts.look(), replica.look()])
    const keys = sent.flatMap(({ alerts: about }) => about.map((one) => one.key)).sort()
    expect(keys).toEqual(['dead_letters:archived', 'dead_letters:unknown_sku'])
    await it_.ledger.ingest(event('order:9'))
    await it_.ledger.idle()
    await alerts.look()
    expect(sent.flatMap(({ alerts: about }) => about)).toHaveLength(2)
    expect((await alerts.active()).map(({ title }) => title).sort()).toContainEqual(
      expect.stringMatching(/^3 could not/),
    )
  })

  it('look by themselves where something newly waits, once for a burst, and when it is mended', async () => {
    let healed = false
    alerts = make({ soonMs: 5, mendedMs: 5 })
    const { ledger } = bench(it_.store, { observe: (fact) => alerts.observe(fact) })
    await ledger.start(async () =>
      healed ? done('applied') : correct({ code: 'unknown_sku', message: 'no', remedy: 'mend it' }),
    )
    for (let index = 0; index < 5; index++) await ledger.ingest(event(`order:${index}`))
    await ledger.idle()
    await expect.poll(told).toEqual(['raised dead_letters:unknown_sku'])
    healed = true
    await ledger.replay({ cause: 'unknown_sku' }, 'ada')
    await ledger.idle()
    await expect.poll(() => told().slice(1)).toEqual(['cleared dead_letters:unknown_sku'])
    await ledger.stop()
  })

  it('are silent for a while, and tell nobody that they are over', async () => {
    await it_.ledger.pauseConnection('odoo', 'ada')
    await it_.store.db.updateTable('connections').set({ cause: 'unauthorized' }).where('name', '=', 'odoo').execute()
    await alerts.look()
    const [alert] = await alerts.active()
    expect(await alerts.silence(alert?.id ?? 0, it_.now() + 60_000, 'ada')).toBe(true)
    await it_.ledger.resumeConnection('odoo', 'ada')
    await alerts.look()
    expect(told()).toEqual(['raised authentication:odoo'])
    expect(await alerts.recent()).toHaveLength(1)
    expect(await alerts.silence(alert?.id ?? 0, it_.now(), 'ada')).toBe(false)
  })

  it('say what somebody saw, for an hour', async () => {
    await it_.ledger.start(async () => done('applied'))
    alerts.notice('subscription', 'The storefront stopped telling us', 'It is set right.')
    await alerts.look()
    await alerts.look()
    expect(told()).toEqual(['raised subscription:The storefront stopped telling us'])
    await it_.later(61 * 60_000)
    await alerts.look()
    expect(told()).toHaveLength(2)
  })

  it('keep passwords and addresses sealed, and out of the audit', async () => {
    const rows = await it_.store.db.selectFrom('settings').selectAll().where('key', '=', 'alerts').execute()
    expect(JSON.stringify(rows)).not.toContain('s3cret')
    const { rows: changes } = await createAudit(it_.store).list({ action: 'alerts.change', limit: 1 })
    expect(changes[0]?.who).toBe('ada')
    expect(JSON.stringify(changes)).not.toContain('s3cret')
    expect((await alerts.settings()).channels).toEqual([chat])
  })
})
