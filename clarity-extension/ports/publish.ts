import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import { type Answer, correct, type Outcome } from '../../shared/outcome.ts'
import type { ClarityClient } from '../clarity/client.ts'
import { batcher } from '../delivery/batcher.ts'
import { type Limit, ONE_AT_A_TIME } from '../delivery/limit.ts'
import type { CustomerToClarityPorts } from '../flows/customer-to-clarity.ts'
import type { WroteBy } from '../flows/flow.ts'
import {
  type ChangedPrice,
  type PriceFlowPorts,
  type PriceLink,
  publishPrices,
} from '../flows/price-rules-to-clarity.ts'
import {
  type ChangedProduct,
  type ProductFlowPorts,
  type ProductLink,
  publishProducts,
} from '../flows/product-to-clarity.ts'
import type { Link, Links } from '../links.ts'
import { type PartnerState, partnerToChange } from '../mapping/customer-to-clarity.ts'
import { withExpressions } from '../mapping/expressions/mapped.ts'
import type { ExpressionPool } from '../mapping/expressions/pool.ts'
import type { MasterContext } from '../mapping/masters/context.ts'
import type { Body } from '../mapping/masters/to-clarity.ts'
import { priceToRows } from '../mapping/price-to-clarity.ts'
import { productToRow } from '../mapping/product-to-clarity.ts'

export interface PublishParts {
  clarity: ClarityClient
  odoo: Pick<OdooClient, 'readState'>
  links: Links
  store: string
  context(): Promise<Answer<MasterContext>>
  expressions: Pick<ExpressionPool, 'evaluate'>
  now?: () => number
}

export interface Publishing {
  productToClarity: ProductFlowPorts
  priceToClarity: PriceFlowPorts
  customerToClarity: CustomerToClarityPorts
}

/** As many as one read may name; what waits meanwhile is read together. */
const RECORDS_PER_CALL = 500

const PRODUCT = 'product.product'
const PRICE = 'product.pricelist.item'

/** What the flows of master data to the storefront need, from the real parts. */
export function publishing({
  clarity,
  odoo,
  links,
  store,
  context,
  expressions,
  now = Date.now,
}: PublishParts): Publishing {
  const mapped = async <T>(map: (context: MasterContext) => Body<T>): Promise<Answer<T>> => {
    const known = await context()
    if (!known.ok) return known
    const body = await withExpressions(known.value, expressions, map)
    return body.ok ? body : { ok: false, outcome: correct(...body.problems) }
  }

  const inTurn = oneAfterAnother()
  const products = publishProducts({
    async readProducts(ids) {
      const reply = await inTurn(() => odoo.readState(store, 'product', ids.map(String)))
      return reply.ok ? { ok: true, value: reply.value.products } : reply
    },
    async links(ids) {
      const found = await links.manyByOdoo(PRODUCT, ids)
      const published = found.filter(({ kind }) => kind === 'product')
      return new Map(published.map(({ odooId, clarityHash }) => [odooId, toldOf(clarityHash)]))
    },
    map: (product, written, isNew) => mapped((known) => productToRow(product, written, isNew, known)),
    putProducts: (rows) => clarity.putProducts(rows),
    saveLinks: (published) =>
      links.save(
        ...published.map(({ productId, clarityId, key, hash, wroteBy }) => ({
          kind: 'product',
          clarityId,
          odooModel: PRODUCT,
          odooId: productId,
          clarityHash: toldText(key, hash),
          ...stamped(wroteBy),
        })),
      ),
  })

  const prices = publishPrices({
    async readPrices(ids) {
      const reply = await odoo.readState(store, 'price', ids.map(String))
      return reply.ok ? { ok: true, value: reply.value.prices } : reply
    },
    async links(ids) {
      const found = await links.manyByOdoo(PRICE, ids)
      const byItem = Map.groupBy(found, ({ odooId }) => odooId)
      return new Map([...byItem].map(([id, own]) => [id, own.map(priceLink)]))
    },
    map: (price) => mapped((known) => priceToRows(price, known)),
    putPriceRules: (rows) => clarity.putPriceRules(rows),
    saveLinks: (published) =>
      links.save(
        ...published.map(({ itemId, clarityId, key, hash, wroteBy }) => ({
          kind: 'price_rule',
          clarityId,
          odooModel: PRICE,
          odooId: itemId,
          odooName: key,
          clarityHash: hash,
          ...stamped(wroteBy),
        })),
      ),
    now: () => new Date(now()).toISOString(),
  })

  // While one batch is written to the storefront the next is read, one at a time; the same product is never in both.
  const productCalls = batcher<ChangedProduct, Outcome>({
    limit: TWO_AT_A_TIME,
    maxItems: RECORDS_PER_CALL,
    keys: ({ id }) => [String(id)],
    send: products,
  })
  const priceCalls = batcher<ChangedPrice, Outcome>({ limit: ONE_AT_A_TIME, maxItems: RECORDS_PER_CALL, send: prices })
  const partnerCalls = batcher<string, Answer<PartnerState | undefined>>({
    limit: ONE_AT_A_TIME,
    maxItems: RECORDS_PER_CALL,
    async send(customerIds) {
      const reply = await odoo.readState(store, 'partner', customerIds)
      const found = new Map(reply.ok ? reply.value.partners.map((partner) => [partner.ref, partner]) : [])
      return customerIds.map((id) => (reply.ok ? { ok: true, value: found.get(id) } : reply))
    },
  })

  return {
    productToClarity: { publish: (changed) => productCalls.submit(changed) },
    priceToClarity: { publish: (changed) => priceCalls.submit(changed) },
    customerToClarity: {
      readPartner: (customerId) => partnerCalls.submit(customerId),
      told: async (customerId) => (await links.get('customer', customerId))?.clarityHash,
      map: (partner, written) => mapped((known) => partnerToChange(partner, written, known)),
      patchCustomer: (id, body, key, traceparent) => clarity.patchCustomer(id, body, key, { traceparent }),
      saveTold: ({ ref, id, name }, clarityHash, wroteBy) =>
        links.save({
          kind: 'customer',
          clarityId: ref,
          odooModel: 'res.partner',
          odooId: id,
          odooName: name,
          clarityHash,
          ...stamped(wroteBy),
        }),
    },
  }
}

const TWO_AT_A_TIME: Limit = { ...ONE_AT_A_TIME, size: 2 }

/** Work begins when the work before has ended, well or not. */
function oneAfterAnother(): <T>(work: () => Promise<T>) => Promise<T> {
  let before: Promise<unknown> = Promise.resolve()
  return (work) => {
    const own = before.then(work)
    before = own.catch(() => undefined)
    return own
  }
}

/** What ended was written by no rules. */
const stamped = (wroteBy: WroteBy): { wroteBy?: WroteBy } => (wroteBy.by.length > 0 ? { wroteBy } : {})

/** What the storefront was told of a product stands behind the key it was told under. */
const toldText = (key: string, hash: string): string => `${key}\n${hash}`

function toldOf(text: string | null): ProductLink {
  const [key = '', hash = ''] = text?.split('\n') ?? []
  return key ? { key, hash } : { key: null, hash: null }
}

const priceLink = ({ clarityId, odooName, clarityHash }: Link): PriceLink => ({
  clarityId,
  key: odooName ?? '',
  hash: clarityHash,
})
