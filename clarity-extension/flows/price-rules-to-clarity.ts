import { odooEnvelope } from '../../shared/events.ts'
import { type Answer, correct, done, type Outcome, type Problem, skip } from '../../shared/outcome.ts'
import { digest } from '../mapping/order/digest.ts'
import type { PriceMapped, PriceRuleRow, PriceState } from '../mapping/price-to-clarity.ts'
import type { Flow, WroteBy } from './flow.ts'
import { problemsOf } from './problems.ts'
import type { PutResult } from './product-to-clarity.ts'

/** pricelist_item.changed from Odoo -> a price rule in the storefront per product that the rule is for. */
export interface PriceFlowPorts {
  /** Joins the rule with the others that wait and publishes them together. */
  publish(changed: ChangedPrice): Promise<Outcome>
}

export interface ChangedPrice {
  /** Of the rule in Odoo. */
  itemId: number
  eventId: number
}

export const priceRulesToClarity =
  (ports: PriceFlowPorts): Flow =>
  async (event, trace) => {
    const envelope = odooEnvelope.safeParse(JSON.parse(event.payload.toString('utf8')))
    if (!envelope.success) return correct(...problemsOf(envelope.error))
    if (envelope.data.type !== 'pricelist_item.changed')
      return skip('not_for_us', `${envelope.data.type} has its own flow`)
    const outcome = await ports.publish({ itemId: envelope.data.data.item_id, eventId: event.id })
    trace.step('publish', 'detail' in outcome && outcome.detail ? outcome.detail : outcome.kind)
    return outcome
  }

export interface PublishPricePorts {
  readPrices(ids: number[]): Promise<Answer<PriceState[]>>
  /** By id of the rule in Odoo: every price rule that was made of it. */
  links(ids: number[]): Promise<Map<number, PriceLink[]>>
  map(price: PriceState): Promise<Answer<PriceMapped>>
  putPriceRules(rows: PriceRuleRow[]): Promise<Answer<PutResult[]>>
  saveLinks(links: PublishedPrice[]): Promise<void>
  /** ISO 8601. */
  now(): string
}

export interface PriceLink {
  clarityId: string
  /** The rule's key in the storefront. */
  key: string
  hash: string | null
}

export type PublishedPrice = PriceLink & { itemId: number; wroteBy: WroteBy }

interface Plan {
  itemId: number
  rows: (PriceRuleRow & { hash: string })[]
  wroteBy: WroteBy
  /** What ends the attempt, besides what the storefront refuses. */
  outcome: Outcome
}

const ENDED = 'ended'
const MOST_ROWS = 500

/**
 * Many rules in one read and one bulk write. The storefront keeps no rule for all products or a category, and computes none from
 * costs: such a rule is parked with its reason, for a person to name products. A rule that went ends now.
 * @returns an outcome per rule, in the same order
 */
export const publishPrices =
  (ports: PublishPricePorts) =>
  async (changed: ChangedPrice[]): Promise<Outcome[]> => {
    // Of several events of one rule the newest brought what is written.
    const events = new Map(changed.map(({ itemId, eventId }) => [itemId, eventId]))
    const ids = [...events.keys()]
    const read = await ports.readPrices(ids)
    if (!read.ok) return changed.map(() => read.outcome)
    const states = new Map(read.value.map((state) => [state.id, state]))
    const links = await ports.links(ids)
    const plans = await Promise.all(
      [...events].map(([itemId, eventId]) =>
        planOf(ports, { itemId, eventId }, states.get(itemId), links.get(itemId) ?? []),
      ),
    )
    const failures = await put(ports, plans)
    const outcomes = new Map(plans.map((plan) => [plan.itemId, failures.get(plan.itemId) ?? plan.outcome]))
    return changed.map(({ itemId }) => outcomes.get(itemId) ?? skip('unchanged'))
  }

async function planOf(
  ports: PublishPricePorts,
  { itemId, eventId }: ChangedPrice,
  state: PriceState | undefined,
  links: PriceLink[],
): Promise<Plan> {
  const fault = state?.price_list.active ? unsupported(state) : undefined
  const wanted =
    state?.price_list.active && !fault ? await ports.map(state) : { ok: true as const, value: { rows: [], by: [] } }
  if (!wanted.ok) return { itemId, rows: [], wroteBy: { by: [], eventId }, outcome: wanted.outcome }
  const wroteBy = { by: wanted.value.by, eventId }
  const before = new Map(links.map((link) => [link.key, link.hash]))
  const keys = new Set(wanted.value.rows.map(({ externalKey }) => externalKey))
  const ended = links
    .filter(({ key, hash }) => !keys.has(key) && hash !== ENDED)
    .map(({ key }) => ({ externalKey: key, to: ports.now(), hash: ENDED }))
  const changed = wanted.value.rows
    .map((row) => ({ ...row, hash: digest(row) }))
    .filter((row) => before.get(row.externalKey) !== row.hash)
  const rows = [...changed, ...ended]
  return { itemId, rows, wroteBy, outcome: fault ? correct(fault) : said(changed.length, ended.length, keys.size) }
}

function said(changed: number, ended: number, wanted: number): Outcome {
  if (changed + ended > 0) return done(`${changed} price rules written, ${ended} ended`)
  return wanted > 0
    ? skip('unchanged', 'the storefront already has this rule')
    : skip('not_for_us', 'the rule names no product that the storefront could know')
}

function unsupported({ applied_on, compute, base, price_list }: PriceState): Problem | undefined {
  const where = `The rule of “${price_list.name}”`
  if (applied_on !== 'product') {
    const all = applied_on === 'all' ? 'all products' : 'a category'
    return {
      code: 'price_rule_unsupported',
      field: '/applied_on',
      message: `${where} is for ${all}; the storefront keeps price rules by SKU.`,
      remedy: 'Name the products in rules of their own in Odoo, or set this price in the storefront and dismiss this.',
    }
  }
  if (compute === 'formula' || (compute === 'percentage' && base !== 'list_price')) {
    return {
      code: 'price_rule_unsupported',
      field: '/compute',
      message: `${where} is computed from ${base === 'list_price' ? 'a formula' : (base ?? 'a formula')}; the storefront knows fixed prices and percentages of its own price.`,
      remedy:
        'Give a fixed price or a percentage of the sales price in Odoo, or set this price in the storefront and dismiss this.',
    }
  }
  return undefined
}

/** What the storefront refused, by rule; what it took is remembered. */
async function put(ports: PublishPricePorts, plans: Plan[]): Promise<Map<number, Outcome>> {
  const rows = plans.flatMap(({ itemId, wroteBy, rows: own }) =>
    own.map(({ hash, ...row }) => ({ row, hash, itemId, wroteBy })),
  )
  const failures = new Map<number, Outcome>()
  for (let start = 0; start < rows.length; start += MOST_ROWS) {
    const part = rows.slice(start, start + MOST_ROWS)
    const answer = await ports.putPriceRules(part.map(({ row }) => row))
    const written = part.flatMap(({ row, hash, itemId, wroteBy }, index) => {
      const result = answer.ok ? answer.value[index] : undefined
      if (result?.status === 'ok') return [{ clarityId: result.id, key: row.externalKey, hash, itemId, wroteBy }]
      failures.set(itemId, answer.ok ? correct(rejected(row, result)) : answer.outcome)
      return []
    })
    if (written.length > 0) await ports.saveLinks(written)
  }
  return failures
}

const rejected = ({ externalKey }: PriceRuleRow, result: PutResult | undefined): Problem => ({
  code: 'storefront_refused',
  field: (result?.status === 'rejected' && result.field) || '/sku',
  value: externalKey,
  message: `The storefront refuses the price rule ${externalKey}: ${result?.status === 'rejected' ? result.message : 'no result'}`,
  remedy: 'Publish the product first, or correct the rule in Odoo, and replay.',
})
