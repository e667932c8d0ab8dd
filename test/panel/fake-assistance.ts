import { correctSku } from '../../clarity-extension/assist/corrections.ts'
import { reason } from '../../clarity-extension/assist/reasons.ts'
import { fieldsOfRecords } from '../../clarity-extension/assist/schema.ts'
import { suggest } from '../../clarity-extension/assist/suggest.ts'
import { suggestValues } from '../../clarity-extension/assist/values.ts'
import type { PanelPorts, RuleSuggestions, SuggestionsPort } from '../../clarity-extension/http/ports.ts'
import type { Action, RuleSetting, WatchRule } from '../../clarity-extension/watch/anomalies/rules.ts'
import { recordRules, seriesNames } from '../../clarity-extension/watch/anomalies/rules.ts'
import type { Anomaly } from '../../clarity-extension/watch/anomalies/types.ts'
import type { FakeLedger } from './fake-ledger.ts'

type Ledger = Pick<FakeLedger, 'broken' | 'moves' | 'now' | 'events'>
const HOUR = 3_600_000
const PAGE = 50

/** Anomalies as they come to a shop: none while it is empty, many in a long history. */
export function fakeAnomalies(ledger: Ledger): PanelPorts['anomalies'] {
  const verdicts = new Map<number, { verdict: 'useful' | 'normal'; by: string }>()
  const actions = new Map<WatchRule, Action>([
    ['quantity', 'hold'],
    ['tax', 'off'],
  ])
  const check = () => {
    if (ledger.broken) throw new Error('the store is away')
  }
  const all = (): Anomaly[] => {
    const count = ledger.events.length === 0 ? 0 : ledger.events.length > 1_000 ? 180 : samples.length
    return Array.from({ length: count }, (_, at) => {
      const sample = samples[at % samples.length]
      if (!sample) throw new Error('there are samples')
      const began = ledger.now() - (at * 5 + 2) * HOUR
      const said = verdicts.get(count - at)
      return {
        id: count - at,
        event_id: null,
        subject: null,
        direction: 'high' as const,
        expected: null,
        hours: 0,
        action: 'notify' as const,
        ...sample,
        began_at: began,
        last_at: began + HOUR,
        ended_at: at === 0 ? null : began + 2 * HOUR,
        verdict: said?.verdict ?? null,
        decided_by: said?.by ?? null,
        decided_at: said ? ledger.now() : null,
      }
    })
  }
  const setting = (rule: WatchRule): RuleSetting => ({
    rule,
    action: actions.get(rule) ?? 'notify',
    tolerance: rule === 'price' ? 1.25 : 1,
  })
  return {
    async list({ cursor, open }) {
      check()
      const found = all().filter(
        ({ id, verdict }) => (cursor === undefined || id < cursor) && (!open || verdict === null),
      )
      return {
        rows: found.slice(0, PAGE),
        next: found.length > PAGE ? (found[PAGE - 1]?.id ?? null) : null,
        learningHours: ledger.events.length === 0 ? 504 : 0,
      }
    },
    async decide(id, verdict, by) {
      check()
      verdicts.set(id, { verdict, by })
      return (
        all().find((one) => one.id === id) ?? { ...(all()[0] ?? fallback(ledger.now())), id, verdict, decided_by: by }
      )
    },
    async chart(series, hours) {
      check()
      const from = Math.floor(ledger.now() / HOUR) - hours
      const empty = ledger.events.length === 0
      return {
        series,
        from: from * HOUR,
        hours: Array.from({ length: hours }, (_, at) => hourAt(from + at, at === hours - 4, empty)),
      }
    },
    async rules() {
      check()
      return [...seriesNames, ...recordRules].map(setting)
    },
    async changeRule(rule, action, by) {
      check()
      actions.set(rule, action)
      ledger.moves.push(`anomaly ${rule} ${action} by ${by}`)
      return setting(rule)
    },
  }
}

const samples: (Pick<Anomaly, 'rule' | 'about' | 'seen' | 'low' | 'high'> & Partial<Anomaly>)[] = [
  { rule: 'orders', about: 'orders', direction: 'low', seen: 1, low: 14, high: 41, expected: 26, hours: 3 },
  {
    rule: 'quantity',
    about: 'MUG-BLUE',
    seen: 500,
    low: 1,
    high: 24,
    event_id: 1157,
    subject: '#3188',
    action: 'hold',
  },
  {
    rule: 'price',
    about: 'LAMP-OAK',
    direction: 'low',
    seen: 5.99,
    low: 39.9,
    high: 95.8,
    event_id: 1150,
    subject: '#3186',
  },
  { rule: 'duplicate', about: '3181', seen: 2, low: 0, high: 10, event_id: 1148, subject: '#3182' },
  { rule: 'failures', about: 'failures', seen: 38, low: 0, high: 5.2, expected: 1.1, hours: 1 },
  { rule: 'latency', about: 'latency', seen: 1840, low: 190, high: 690, expected: 362, hours: 6 },
  { rule: 'stockLevel', about: 'CHAIR-PINE', seen: 4200, low: 0, high: 310 },
  { rule: 'discount', about: 'MUG-BLUE', seen: 95, low: 0, high: 40, event_id: 1140, subject: '#3170' },
  { rule: 'tax', about: 'DE', direction: 'low', seen: 7, low: 19, high: 19, event_id: 1139, subject: '#3169' },
]

const fallback = (now: number): Anomaly => ({
  id: 1,
  rule: 'orders',
  about: 'orders',
  event_id: null,
  subject: null,
  direction: 'low',
  began_at: now,
  last_at: now,
  ended_at: null,
  seen: 0,
  low: 1,
  high: 9,
  expected: 4,
  hours: 1,
  action: 'notify',
  verdict: null,
  decided_by: null,
  decided_at: null,
})

function hourAt(hour: number, odd: boolean, empty: boolean) {
  const expected = 14 + 12 * Math.sin(((hour % 24) - 7) / 3.82)
  if (empty) return { value: null, expected: null, low: null, high: null, odd: false }
  const value = odd ? 0 : Math.max(0, Math.round(expected + 3 * Math.sin(hour * 2.3)))
  return { value, expected, low: Math.max(0, expected - 9), high: expected + 11, odd }
}

/** The real matcher over a few fields; Odoo is away where the history is failing. */
export function fakeSuggestions(ledger: Ledger): SuggestionsPort {
  const refused = new Set<string>()
  const check = () => {
    if (ledger.broken) throw new Error('the store is away')
  }
  return {
    async of(entity) {
      check()
      if (ledger.events.length === 0) return { ok: true, model: 'off', suggestions: [] }
      const copies = ledger.events.length > 1_000 ? 12 : 1
      const records = Array.from({ length: copies }, (_, at) =>
        Object.fromEntries(Object.entries(record).map(([key, value]) => [at === 0 ? key : `${key}_${at}`, value])),
      )
      const made = suggest({
        entity,
        model: 'res.partner',
        described,
        fields: records.flatMap((one) => fieldsOfRecords([one])),
      })
      return { ok: true, model: 'off', suggestions: made }
    },
    async learn(entity, { path, model, field, accepted }, by) {
      check()
      ledger.moves.push(`${accepted ? 'accepted' : 'rejected'} ${entity}.${path} > ${model}.${field} by ${by}`)
    },
    async forRules({ name, rules }) {
      check()
      if (name !== 'order-to-odoo') return undefined
      if (ledger.events.length === 0) return { ok: true, entity: 'order', model: 'off', items: [], unsuggested: [] }
      const copies = ledger.events.length > 1_000 ? 60 : 1
      const items = Array.from({ length: copies }, (_, at) => ruleSuggestions(at === 0 ? '' : `_${at}`)).flat()
      const open = items.filter(({ candidates: [best] }) => !rules.some(({ to }) => to === best?.field))
      return { ok: true, entity: 'order', model: 'off', items: open, unsuggested: ['attributes.shoe_size', 'locale'] }
    },
    async placed(rules, { path, field }) {
      check()
      const found = ruleSuggestions('').find((one) => one.path === path)
      const candidate = found?.candidates.find((one) => one.field === field)
      if (!candidate || rules.rules.some(({ to }) => to === field)) return undefined
      return {
        entity: 'order',
        rules: { ...rules, rules: [...rules.rules, ...candidate.rules] },
        added: candidate.rules,
      }
    },
    async learnCorrection({ value, replacement }, accepted, by) {
      check()
      if (!accepted) refused.add(`${value} ${replacement}`)
      ledger.moves.push(`${accepted ? 'took' : 'refused'} ${replacement} for ${value} by ${by}`)
    },
    async values(table) {
      check()
      if (table !== 'payment_method') return undefined
      const records = [{ name: 'Credit Cards' }, { name: 'Bank' }]
      const named = ({ name }: { name: string }) => ({ name, result: name })
      return suggestValues({ kind: table, values: ['visa', 'bitcoin'], records }).map(({ best, others, ...rest }) => ({
        ...rest,
        best: best ? named(best) : null,
        others: others.map(named),
      }))
    },
    async corrections(id) {
      check()
      const event = ledger.events.find((one) => one.id === id)
      if (!event) return undefined
      if (event.cause !== 'unknown_sku') return []
      const made = correctSku(
        { code: 'unknown_sku', field: '/items/0/sku', value: 'MUG-BULE', message: '', remedy: '' },
        [{ sku: 'MUG-BLUE', name: 'Mug, blue' }],
      )
      return made.filter(({ value, replacement }) => !refused.has(`${value} ${replacement}`))
    },
  }
}

function ruleSuggestions(end: string): RuleSuggestions['items'] {
  const candidate = (field: string, label: string, from: string, convert?: string[]) => ({
    model: 'sale.order',
    field,
    label,
    within: null,
    rules: [{ to: field, from, ...(convert && { convert }) }],
  })
  const [delivery, gift] = [`attributes.requested_delivery${end}`, `attributes.gift_note${end}`]
  return [
    {
      path: delivery,
      confidence: 0.94,
      certain: true,
      reasons: [
        reason('alsoCalled', { name: delivery, label: 'Delivery Date', words: 'requested delivery date' }),
        reason('format', { format: 'date', matching: 12, of: 12, samples: '“2026-12-03”, “2026-12-05”' }),
      ],
      candidates: [
        candidate('commitment_date', 'Delivery Date', delivery, ['odooDatetime']),
        candidate('validity_date', 'Expiration', delivery, ['odooDate']),
      ],
    },
    {
      path: gift,
      confidence: 0.61,
      certain: false,
      reasons: [reason('similarName', { name: gift, label: 'Gift note' })],
      candidates: [candidate('x_studio_gift_note', 'Gift note', gift)],
    },
  ]
}

const record = {
  email: 'jane@example.com',
  vatNumber: 'DE811569869',
  attributes: { kundennummer: 'K-10021', shoe_size: '42' },
  website_url: 'https://a.example',
}
const text = (string: string) => ({ string, type: 'char', required: false, readonly: false, store: true })
const described = {
  'res.partner': {
    email: text('Email'),
    vat: text('Tax ID'),
    ref: text('Reference'),
    website: text('Website Link'),
    name: text('Name'),
    phone: text('Phone'),
  },
}
