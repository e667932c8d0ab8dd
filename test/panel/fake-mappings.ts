import type { MappingDesk, PreviewReport } from '../../clarity-extension/http/mapping-ports.ts'
import { defaultLookups } from '../../clarity-extension/mapping/defaults/lookups.ts'
import { orderToOdoo } from '../../clarity-extension/mapping/defaults/order-to-odoo.ts'
import { map } from '../../clarity-extension/mapping/engine.ts'
import { deliveredRules } from '../../clarity-extension/mapping/rule-sets.ts'
import type { RuleSet } from '../../clarity-extension/mapping/rules.ts'
import type { Described } from '../../clarity-extension/mapping/validate.ts'
import { activate, begin, type History, type Moved, saveDraft } from '../../clarity-extension/mapping/versions.ts'
import { fieldsOf } from '../../clarity-extension/sandbox/odoo/models.ts'
import { correct } from '../../shared/outcome.ts'
import type { FakeLedger } from './fake-ledger.ts'

const START = Date.parse('2026-11-18T09:00:00Z')
const at = (hours: number): string => new Date(START + hours * 3_600_000).toISOString()

/** The rulebook in memory, for the panel's own tests: what stands in it follows the ledger's scenario. */
export function fakeMappings(ledger: FakeLedger): MappingDesk & { histories: Map<string, History> } {
  const histories = new Map<string, History>()
  const known = () => {
    if (ledger.broken) throw new Error('the store is away')
    if (histories.size === 0) for (const one of scenario(ledger.events.length)) histories.set(one.name, one)
    if (ledger.events.length === 0) histories.clear()
    return histories
  }

  return {
    histories,
    delivered: deliveredRules,
    tables: async () => defaultLookups,
    fields: async () => ({ ...described('sale.order', channel), ...described('sale.order.line') }),
    rulebook: {
      histories: async () => [...known().values()],
      history: async (name) => known().get(name),
      async move(name, _note, by, change) {
        const before = known().get(name)
        if (!before) return undefined
        const moved: Moved = change(before, { by, at: new Date(ledger.now()).toISOString() })
        if (moved.ok) histories.set(name, moved.history)
        return moved
      },
      async touched(name, version) {
        if (!known().has(name) || version > 2) return []
        const orders = ledger.events.filter(({ type, state }) => type === 'order.created' && state === 'done')
        return orders.slice(0, 20).map((event, index) => ({
          kind: 'order',
          clarityId: event.lane.slice(6),
          eventId: event.id,
          subject: event.subject,
          odooModel: 'sale.order',
          odooId: 400 + index,
          odooName: `S00${400 + index}`,
          writtenAt: event.receivedAt,
          superseded: index % 5 === 4,
        }))
      },
      counts: async () => new Map([[2, 1204]]),
    },
    async rehearse({ payload }, rules) {
      const { data } = JSON.parse(payload)
      const lines = Array.isArray(data?.items)
        ? { order_line: data.items.map(({ sku, quantity }: Line) => ({ sku, quantity })) }
        : {}
      const simple: RuleSet = { ...orderToOdoo, rules: (rules ?? orderToOdoo).rules.filter(isSimple) }
      const mapped = map(simple, data ?? {}, { lookups: defaultLookups, company: { currency: 'EUR' } })
      if (!mapped.ok) return { ok: false, outcome: correct(...mapped.problems) }
      return { ok: true, writes: { 'order:1': { values: { ...mapped.values, ...lines } } }, held: [] }
    },
    preview: async (rules) =>
      report(
        ledger,
        rules.rules.some(({ to }) => to === 'commitment_date'),
      ),
    replay: async (ids, by) => {
      ledger.moves.push(`replay ${ids.length} by ${by}`)
      return { moved: ids.length }
    },
    replayTouched: async (name, version, by) => {
      ledger.moves.push(`replay ${name}@${version} by ${by}`)
      return { moved: 16 }
    },
  }
}

const channel = { x_studio_channel: { string: 'Channel', type: 'char', required: false, readonly: false } }

function described(model: string, more: Described[string] = {}): Described {
  const fields = Object.entries(fieldsOf(model) ?? {}).map(
    ([name, { string, type, relation, required = false, readonly = false }]) =>
      [name, { string, type, required, readonly, ...(relation !== undefined && { relation }) }] as const,
  )
  return { [model]: { ...Object.fromEntries(fields), ...more } }
}

interface Line {
  sku: string
  quantity: string
}

/** Rules that need nothing but the record itself. */
const isSimple = ({ to, from, jsonata, record, ref }: RuleSet['rules'][number]): boolean =>
  from !== undefined && !jsonata && !record && !ref && to !== 'date_order'

function scenario(events: number): History[] {
  return deliveredRules.map(({ rules }) => {
    const first = begin(rules, { by: 'bridge', at: at(0) })
    if (rules.name !== orderToOdoo.name) return first
    const channel = { to: 'x_studio_channel', about: 'Where the order came from.', from: 'attributes.channel' }
    const versions = events > 1_000 ? 30 : 1
    let history = first
    for (let index = 0; index < versions; index++) {
      const set = { ...rules, rules: [{ ...channel, about: `Try ${index}.` }, ...rules.rules] }
      const who = { by: 'ann', at: at(index + 1) }
      history = ok(saveDraft(history, set, 0, who))
      history = ok(activate(history, history.draft?.revision ?? 0, `Channel in its own field, take ${index + 1}`, who))
    }
    const draft = { ...rules, rules: [{ ...channel, to: 'x_studio_source' }, ...rules.rules] }
    return ok(saveDraft(history, draft, 0, { by: 'bob', at: at(50) }))
  })
}

function ok(moved: Moved): History {
  if (!moved.ok) throw new Error(moved.message)
  return moved.history
}

function report(ledger: FakeLedger, delivery: boolean): PreviewReport {
  const orders = ledger.events.filter(({ type }) => type === 'order.created').slice(0, 40)
  const items = orders.map(({ id, lane, subject, state }, index) => ({
    eventId: id,
    lane,
    subject,
    state,
    before: state === 'dead' ? 'correct' : 'mapped',
    after: 'mapped',
    verdict: state === 'dead' ? ('released' as const) : ('changed' as const),
    changes: delivery
      ? [{ at: `/order:${index}/values/commitment_date`, kind: 'added' as const, after: '2026-12-03 00:00:00' }]
      : [
          { at: `/order:${index}/values/origin`, kind: 'changed' as const, before: String(index), after: subject },
          { at: `/order:${index}/values/x_studio_channel`, kind: 'added' as const, after: 'ebay' },
        ],
  }))
  const released = items.filter(({ verdict }) => verdict === 'released').length
  const changed = items.length - released
  return {
    tried: items.length,
    changed,
    released,
    broken: 0,
    untried: 0,
    fields:
      changed === 0
        ? []
        : delivery
          ? [{ field: 'order · commitment_date', count: changed, before: null, after: '2026-12-03 00:00:00' }]
          : [{ field: 'order · origin', count: changed, before: '1', after: '#3201' }],
    items,
  }
}
