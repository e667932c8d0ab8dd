import type { EventType } from '../../../shared/events.ts'
import type { Entity } from '../../../shared/switches.ts'
import type { Reply } from '../../clarity/call.ts'
import type { Batch } from '../../clarity/paging.ts'
import { customerToOdoo } from '../../flows/customer-to-odoo.ts'
import type { Flow } from '../../flows/flow.ts'
import { productToOdoo } from '../../flows/product-to-odoo.ts'
import type { Loader } from '../../load/loader.ts'
import type { Candidate, MatchRules } from '../../load/match.ts'
import type { LoadRow } from '../../load/types.ts'
import { customerRules, ofCustomer, ofPartner, ofProduct, ofStoreProduct, productRules } from './keys.ts'
import { aimed, eventOf, keyedPages, type LoaderParts, linksOf, recordPages, shareOf, silent } from './parts.ts'

/** Products of the storefront: made in Odoo, or linked to the one that has their SKU or barcode. */
export const productsToOdoo = (parts: LoaderParts): Loader =>
  toOdoo(parts, {
    entity: 'product',
    type: 'product.updated',
    kind: 'product',
    model: 'product.product',
    rules: productRules(true),
    read: (since) => parts.clarity.products(since),
    // Whether it is still sold is part of what is brought over.
    candidate: (record) => ({ ...ofStoreProduct(record), foreignKey: undefined }),
    flow: (...known) => productToOdoo(aimed(parts.masters.product, ...known)),
    // Odoo takes no second product of one barcode, and orders could not tell two of one SKU apart.
    choices: ({ why }) => (why === 'archived' ? ['new', 'skip'] : why === 'several_here' ? ['skip'] : ['link', 'skip']),
  })

/** Registered customers: made as partners, or linked to the one that has their VAT number or e-mail address. */
export const customersToOdoo = (parts: LoaderParts): Loader =>
  toOdoo(parts, {
    entity: 'customer',
    type: 'customer.updated',
    kind: 'customer',
    model: 'res.partner',
    rules: customerRules(true),
    read: (since) => parts.clarity.customers(since),
    candidate: ofCustomer,
    flow: (...known) => customerToOdoo(aimed(parts.masters.customer, ...known)),
    choices: ({ why, targets }) =>
      targets.length === 0 || why === 'archived' || why === 'taken' ? ['new', 'skip'] : ['link', 'new', 'skip'],
  })

interface ToOdoo<Record> {
  entity: Entity
  type: EventType
  kind: 'product' | 'customer'
  model: string
  rules: MatchRules
  /** In the order of their changes. */
  read(since?: string): AsyncIterable<Reply<Batch<Record>>>
  candidate(record: Record): Candidate
  flow(...known: Known): Flow
  choices: Loader['choices']
}

type Known = Parameters<typeof aimed> extends [unknown, ...infer Rest] ? Rest : never

function toOdoo<Record extends { id: string; updatedAt: string }>(
  parts: LoaderParts,
  { entity, type, kind, model, rules, read, candidate, flow, choices }: ToOdoo<Record>,
): Loader {
  const { db, switches, links } = parts
  const refs = new Map<string, string>()
  const lane = (row: LoadRow) => `${kind}:${row.source?.id}`
  return {
    ...{ entity, direction: 'toOdoo', rules, choices },
    async *sources() {
      for await (const page of recordPages(read())) yield page.map(candidate)
    },
    async *targets(signal) {
      refs.clear()
      for await (const page of keyedPages(parts, kind === 'product' ? 'product' : 'partner', signal)) {
        for (const { id, ref } of page) if (ref !== null) refs.set(ref, String(id))
        yield page.map(kind === 'product' ? ofProduct : ofPartner)
      }
    },
    async links(sources) {
      const own = await linksOf(db, { kind, model, from: 'clarity' }, sources)
      // What Odoo itself has linked stands above what we remember.
      for (const { id } of sources) {
        const ref = refs.get(id)
        if (ref !== undefined) own.set(id, ref)
      }
      return own
    },
    async *work(pending) {
      const share = await shareOf(switches, type)
      // Rows stand in the order in which their records were read: those before the first that waits are through.
      const [first] = await pending.next(0, 1)
      for await (const page of recordPages(read(first?.source?.changedAt))) {
        const rows = await pending.bySource(page.map(({ id }) => id))
        if (rows.length === 0) {
          if ((await pending.next(0, 1)).length === 0) return
          continue
        }
        const records = new Map(page.map((record) => [record.id, record]))
        yield { rows, lane, bring: (some) => bringPage(some, records) }
      }

      /** What is linked is looked up at once, and when the lanes are ours: nobody links one meanwhile. */
      function bringPage(rows: readonly LoadRow[], records: ReadonlyMap<string, Record>) {
        const ids = rows.map((row) => row.source?.id ?? '')
        const run = flow(new Map(rows.map((row) => [row.source?.id ?? '', row])), links.getMany(kind, ids))
        return rows.map(async (row) => {
          const record = records.get(row.source?.id ?? '')
          if (!record) throw new Error('a row without its record')
          return run(eventOf(row, lane(row), type, share, record, record.updatedAt), silent)
        })
      }
    },
  }
}
