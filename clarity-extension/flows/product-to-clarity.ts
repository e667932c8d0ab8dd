import { odooEnvelope } from '../../shared/events.ts'
import { type Answer, correct, done, type Outcome, skip } from '../../shared/outcome.ts'
import { type FieldGroup, fieldGroups } from '../../shared/switches.ts'
import { digest } from '../mapping/order/digest.ts'
import type { ProductMapped, ProductRow, ProductState } from '../mapping/product-to-clarity.ts'
import type { Flow, Share, WroteBy } from './flow.ts'
import { proposal } from './gate.ts'
import { changedGroups, type GroupHashes, groupsOf, hashesAfter, parseHashes } from './group-hashes.ts'
import { problemsOf } from './problems.ts'

/** product.changed from Odoo -> the product in the storefront, under its SKU as key. */
export interface ProductFlowPorts {
  /** Joins the product with the others that wait and publishes them together. */
  publish(changed: ChangedProduct): Promise<Outcome>
}

export interface ChangedProduct {
  id: number
  eventId: number
  share: Share
}

export const productToClarity =
  (ports: ProductFlowPorts): Flow =>
  async (event, trace) => {
    const envelope = odooEnvelope.safeParse(JSON.parse(event.payload.toString('utf8')))
    if (!envelope.success) return correct(...problemsOf(envelope.error))
    if (envelope.data.type !== 'product.changed') return skip('not_for_us', `${envelope.data.type} has its own flow`)
    const outcome = await ports.publish({ id: envelope.data.data.product_id, eventId: event.id, share: event.share })
    trace.step('publish', 'detail' in outcome && outcome.detail ? outcome.detail : outcome.kind)
    return outcome
  }

export interface PublishProductPorts {
  readProducts(ids: number[]): Promise<Answer<ProductState[]>>
  /** By Odoo's id: the key in the storefront, and what was last written there. */
  links(ids: number[]): Promise<Map<number, ProductLink>>
  /** @param isNew it takes the fields of every group, whoever is their record afterwards */
  map(product: ProductState, written: ReadonlySet<FieldGroup>, isNew: boolean): Promise<Answer<ProductMapped>>
  putProducts(rows: ProductRow[]): Promise<Answer<PutResult[]>>
  saveLinks(links: PublishedProduct[]): Promise<void>
}

export interface ProductLink {
  /** Null while it came from the storefront and was never written there. */
  key: string | null
  hash: string | null
}

export interface PublishedProduct {
  productId: number
  clarityId: string
  key: string
  hash: string
  wroteBy: WroteBy
}

export type PutResult =
  | { status: 'ok'; id: string }
  | { status: 'rejected'; code: string; message: string; field?: string | undefined }

/** What is to be done for one product: rows to put, or an outcome at once. */
type Plan =
  | { outcome: Outcome }
  | { rows: ProductRow[]; productId: number; hash: string; said: string; proposed: FieldGroup[]; wroteBy: WroteBy }

/** Of one that is no longer for sale there. */
const GONE = 'gone'

/**
 * Many products in one read and one bulk write. What the storefront shows already, our own write included, is not sent again.
 * @returns an outcome per product, in the same order
 */
export const publishProducts =
  (ports: PublishProductPorts) =>
  async (changed: ChangedProduct[]): Promise<Outcome[]> => {
    const ids = [...new Set(changed.map(({ id }) => id))]
    const read = await ports.readProducts(ids)
    if (!read.ok) return changed.map(() => read.outcome)
    const states = new Map(read.value.map((state) => [state.id, state]))
    const links = await ports.links(ids)
    const plans = await Promise.all(changed.map((one) => planOf(ports, one, states.get(one.id), links.get(one.id))))
    const outcomes = await put(ports, plans)
    return plans.map((plan, index) => outcomes[index] ?? ('outcome' in plan ? plan.outcome : done(plan.said)))
  }

async function planOf(
  ports: PublishProductPorts,
  { id, share, eventId }: ChangedProduct,
  state: ProductState | undefined,
  link: ProductLink | undefined,
): Promise<Plan> {
  if (!state?.sku || !isForSale(state)) return withdraw({ id, share, eventId }, state, link)
  if (state.shared && state.active) return { outcome: correct(sharedSku(state.sku)) }

  const isRenamed = link?.key !== undefined && link.key !== null && link.key !== state.sku
  const before = isRenamed ? {} : parseHashes(link?.hash)
  const now: GroupHashes = {}
  for (const group of fieldGroups) {
    if (share[group] === undefined || share[group] === 'ignore') continue
    const mapped = await ports.map(state, new Set([group]), false)
    if (!mapped.ok) return { outcome: mapped.outcome }
    now[group] = digest(mapped.value.row)
  }
  const groups = changedGroups(before, now)
  if (groups.length === 0) return { outcome: skip('unchanged', 'the storefront already shows this') }
  const proposed = groups.filter((group) => share[group] === 'propose')
  if (proposed.length === groups.length) return { outcome: proposal('product', proposed, { sku: state.sku }) }

  const mapped = await ports.map(state, groupsOf(share, 'write'), !link || isRenamed)
  if (!mapped.ok) return { outcome: mapped.outcome }
  // The storefront's SKU never changes: a renamed product is another one there, and the old one ends.
  const ended = isRenamed && link?.key ? [{ externalKey: link.key, active: false }] : []
  const said = `${state.sku} ${link ? 'updated' : 'published'}`
  return {
    rows: [mapped.value.row, ...ended],
    productId: id,
    hash: hashesAfter(before, now, proposed),
    said,
    proposed,
    wroteBy: { by: mapped.value.by, eventId },
  }
}

export const isForSale = ({ for_sale, type }: ProductState): boolean => for_sale && type !== 'combo'

/** Not for sale (any more): the storefront keeps it, inactive. */
function withdraw(
  { id, share, eventId }: ChangedProduct,
  state: ProductState | undefined,
  link: ProductLink | undefined,
): Plan {
  const why = !state ? 'was deleted in Odoo' : !state.sku ? 'has no internal reference' : 'is not for sale in Odoo'
  if (!link?.key) return { outcome: skip('not_for_us', `the product ${why}`) }
  if (share.content !== 'write') return { outcome: skip('not_the_record', `the product ${why}`) }
  if (link.hash === GONE) return { outcome: skip('unchanged', 'the storefront shows it as inactive already') }
  return {
    rows: [{ externalKey: link.key, active: false }],
    ...{ productId: id, hash: GONE, proposed: [], wroteBy: { by: [], eventId } },
    said: `${link.key} is inactive in the storefront: it ${why}`,
  }
}

/** Outcomes of what was put, by place; what succeeded is remembered. */
async function put(ports: PublishProductPorts, plans: Plan[]): Promise<(Outcome | undefined)[]> {
  const rows = plans.flatMap((plan, place) => ('rows' in plan ? plan.rows.map((row) => ({ row, place })) : []))
  const outcomes: (Outcome | undefined)[] = plans.map(() => undefined)
  const ids = new Map<number, string>()
  for (let start = 0; start < rows.length; start += MOST_ROWS) {
    const part = rows.slice(start, start + MOST_ROWS)
    const answer = await ports.putProducts(part.map(({ row }) => row))
    part.forEach(({ row, place }, index) => {
      const result = answer.ok ? answer.value[index] : undefined
      if (result?.status === 'ok') ids.set(place, ids.get(place) ?? result.id)
      else outcomes[place] = answer.ok ? correct(rejected(row, result)) : answer.outcome
    })
  }
  const written = plans.flatMap((plan, place): PublishedProduct[] => {
    const clarityId = ids.get(place)
    const [row] = 'rows' in plan ? plan.rows : []
    if (!('rows' in plan) || !row || clarityId === undefined || outcomes[place]) return []
    if (plan.proposed.length > 0) outcomes[place] = proposal('product', plan.proposed, { sku: row.externalKey })
    return [{ productId: plan.productId, clarityId, key: row.externalKey, hash: plan.hash, wroteBy: plan.wroteBy }]
  })
  if (written.length > 0) await ports.saveLinks(written)
  return outcomes
}

/** As many as the storefront takes in one call. */
const MOST_ROWS = 500

const sharedSku = (sku: string) => ({
  code: 'ambiguous_match',
  field: '/sku',
  value: sku,
  message: `Several products in Odoo have the internal reference ${sku}.`,
  remedy: 'Give each product its own internal reference in Odoo; both are then published by themselves.',
})

const rejected = ({ externalKey }: ProductRow, result: PutResult | undefined) => ({
  code: 'storefront_refused',
  field: (result?.status === 'rejected' && result.field) || '/sku',
  value: externalKey,
  message: `The storefront refuses the product ${externalKey}: ${result?.status === 'rejected' ? result.message : 'no result'}`,
  remedy: 'Correct the product in Odoo, or the rule that writes the field, and replay.',
})
