import type { Customer } from '../../../shared/entities.ts'
import { correct, type Outcome } from '../../../shared/outcome.ts'
import { fieldGroups } from '../../../shared/switches.ts'
import { customerToClarity } from '../../flows/customer-to-clarity.ts'
import type { Loader } from '../../load/loader.ts'
import type { Candidate } from '../../load/match.ts'
import type { LoadRow } from '../../load/types.ts'
import { withMatch } from '../match.ts'
import { cleanKey, customerRules, ofCustomer, ofPartner, ofProduct, ofStoreProduct, productRules } from './keys.ts'
import {
  answered,
  byRow,
  eventOf,
  keyedPages,
  type LoaderParts,
  linksOf,
  NO_EVENT,
  recordPages,
  shareOf,
  silent,
} from './parts.ts'

/** Products of Odoo: made in the storefront under their reference, or linked to the one that has it. */
export function productsToClarity(parts: LoaderParts): Loader {
  const { db, clarity, masters, switches } = parts
  return {
    entity: 'product',
    direction: 'toClarity',
    rules: productRules(true),
    async *sources(signal) {
      for await (const page of keyedPages(parts, 'product', signal)) yield page.map(ofProduct)
    },
    async *targets() {
      for await (const page of recordPages(clarity.products())) yield page.map(ofStoreProduct)
    },
    links: (sources) => linksOf(db, { kind: 'product', model: 'product.product', from: 'odoo' }, sources),
    // The storefront's SKU never changes: a product of another SKU there cannot become this one.
    choices: ({ why, by }) =>
      why === 'other_key' || (why === 'differs' && by !== 'sku')
        ? ['link', 'skip']
        : why === 'differs' || why === 'contradiction' || by === 'barcode'
          ? ['new', 'skip']
          : ['skip'],
    async *work(pending) {
      const share = await shareOf(switches, 'product.changed')
      const lane = (row: LoadRow) => `odoo-product:${row.source?.id}`
      yield* byRow(pending, lane, async (row) => {
        const rekeyed = await takeOver(clarity, row)
        return rekeyed ?? masters.productToClarity.publish({ id: Number(row.source?.id), share, eventId: NO_EVENT })
      })
    },
  }
}

/** A person said that this product of the storefront is meant: it gets our key. @returns what went wrong */
async function takeOver(clarity: LoaderParts['clarity'], row: LoadRow): Promise<Outcome | undefined> {
  const key = row.source?.keys.sku
  if (row.decision !== 'link' || row.target === null || key === undefined) return undefined
  const answer = await clarity.patchProduct(row.target, { externalKey: key }, `product:${row.target}:key:${key}`)
  return answer.ok ? undefined : answer.outcome
}

/**
 * Partners of Odoo that are customers of the storefront: linked, and told what Odoo is the record of. Who buys and has no account
 * gets one, by the e-mail address that Odoo has.
 */
export function customersToClarity(parts: LoaderParts): Loader {
  const { db, clarity, masters, switches } = parts
  return {
    entity: 'customer',
    direction: 'toClarity',
    rules: customerRules(true),
    async *sources(signal) {
      for await (const page of keyedPages(parts, 'partner', signal)) yield page.map(ofPartner)
    },
    async *targets() {
      for await (const page of recordPages(clarity.customers())) yield page.map(ofCustomer)
    },
    links: (sources) => linksOf(db, { kind: 'customer', model: 'res.partner', from: 'odoo' }, sources),
    choices: ({ why }) =>
      why === 'several_here' || why === 'taken' || why === 'archived' ? ['skip'] : ['link', 'skip'],
    async *work(pending) {
      const share = await shareOf(switches, 'partner.changed')
      for await (const page of recordPages(clarity.customers())) {
        const rows = await pending.byTarget(page.map(({ id }) => id))
        const byId = new Map(page.map((record) => [record.id as string, record]))
        const lane = (row: LoadRow) => `customer:${row.target}`
        const bringKnown = async (row: LoadRow) => {
          const record = byId.get(row.target ?? '')
          return record ? bringCustomer(row, record) : notThere
        }
        if (rows.length > 0) yield { rows, lane, bring: (some) => some.map(bringKnown) }
      }
      for await (const task of byRow(pending, (row) => `partner:${row.source?.id}`, openAccount)) {
        const rows = task.rows.filter(({ target }) => target === null)
        if (rows.length > 0) yield { ...task, rows }
      }

      /** Under a key of its own: asked for twice it is one account. What the storefront tells of it meanwhile knows it by that key. */
      async function openAccount(row: LoadRow): Promise<Outcome> {
        const key = `partner-${row.source?.id}`
        const read = await masters.customerToClarity.readPartner(key)
        if (!read.ok) return read.outcome
        if (!read.value) return notThere
        const mapped = await masters.customerToClarity.map(read.value, new Set(fieldGroups))
        if (!mapped.ok) return mapped.outcome
        const { name, company } = read.value
        const made = await clarity.putCustomer(key, {
          ...{ type: company ? 'company' : 'person', name },
          ...mapped.value.change,
        })
        return made.ok ? bringCustomer(row, made.value) : made.outcome
      }

      async function bringCustomer(row: LoadRow, record: Customer): Promise<Outcome> {
        const partner = Number(row.source?.id)
        const event = eventOf(row, `customer:${record.id}`, 'partner.changed', share, {}, record.updatedAt)
        if (!(await masters.customer.link(record.id))) {
          // Only the link: what Odoo is the record of is not written there.
          const mapped = await masters.customer.map(record, new Set())
          if (!mapped.ok) return mapped.outcome
          const aim = withMatch(mapped.value, { id: partner })
          const linked = await masters.customer.deliver(aim, event.traceparent, silent)
          if (!linked.ok) return linked.outcome
          await masters.customer.saveLink(record.id, linked.value, record.updatedAt, '', {
            by: mapped.value.by,
            eventId: NO_EVENT,
          })
        }
        const data = { partner_id: partner, customer: { id: partner, ref: record.id } }
        const told = { type: 'partner.changed', timestamp: record.updatedAt, data }
        const flow = customerToClarity(masters.customerToClarity)
        return flow({ ...event, payload: Buffer.from(JSON.stringify(told)) }, silent)
      }
    },
  }
}

const notThere = correct({
  code: 'not_found',
  message: 'The storefront has no such customer any more.',
  remedy: 'Do the dry run again.',
})

/** The opening stock: what each product can be sold of, in every location. */
export function stockToClarity(parts: LoaderParts): Loader {
  const { clarity, odoo, store, stock } = parts
  return {
    entity: 'stock',
    direction: 'toClarity',
    rules: { keys: ['sku'], compare: {}, clean: cleanKey, creates: false },
    async *sources(signal) {
      for (let after = 0; ; ) {
        const page = answered(await odoo.readPage(store, 'stock', { after, limit: 1_000 }, { signal }))
        yield [...new Set(page.stock.map(({ sku }) => sku))].map(ofSku)
        if (page.next === null) return
        after = page.next
      }
    },
    async *targets() {
      for await (const page of recordPages(clarity.products())) yield page.map(({ sku }) => ofSku(sku))
    },
    links: async () => new Map(),
    choices: () => ['skip'],
    work: (pending) =>
      byRow(
        pending,
        (row) => `stock:${row.source?.id}`,
        (row) => stock.publish(row.source?.id ?? ''),
      ),
  }
}

const ofSku = (sku: string): Candidate => ({ id: sku, label: sku, active: true, keys: { sku } })

/** Every rule of an active price list. */
export function pricesToClarity(parts: LoaderParts): Loader {
  const { db, masters } = parts
  return {
    entity: 'price',
    direction: 'toClarity',
    rules: { keys: [], compare: {}, clean: cleanKey, creates: true },
    async *sources(signal) {
      for await (const page of keyedPages(parts, 'price', signal))
        yield page.map(({ id, name, active }) => ({ id: String(id), label: name, active, keys: {} }))
    },
    async *targets() {},
    links: (sources) => linksOf(db, { kind: 'price_rule', model: 'product.pricelist.item', from: 'odoo' }, sources),
    choices: () => ['skip'],
    work: (pending) =>
      byRow(
        pending,
        (row) => `price:${row.source?.id}`,
        (row) => masters.priceToClarity.publish({ itemId: Number(row.source?.id), eventId: NO_EVENT }),
      ),
  }
}
