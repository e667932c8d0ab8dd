import type { Database } from 'better-sqlite3'
import type { z } from 'zod'
import { odooEnvelope } from '../../../shared/events.ts'
import { applyAll } from './apply.ts'
import { choicesOf } from './choices.ts'
import { beyondStandIn, OdooError } from './error.ts'
import { histories } from './history.ts'
import type { Keyring } from './keyring.ts'
import { keyPage } from './keys.ts'
import { partnerStates, productStates } from './masters.ts'
import { fieldsOf } from './models.ts'
import { productFacts } from './product-facts.ts'
import { ratesOf } from './rates.ts'
import { changes, readPage, takings } from './reading.ts'
import { requests } from './requests.ts'
import { returnStates } from './returns.ts'
import { all } from './rows.ts'
import type { Sender } from './sender.ts'
import { heldOrders, orderState, pickingStates, stockStates } from './state.ts'
import type { World } from './world.ts'

export interface Methods {
  db: Database
  world: World
  sender: Sender
  keyring: Keyring
  database: string
}

/** The methods of `clarity.bridge` by name: from keyword arguments to the value, or an OdooError. */
export function methodsOf({
  db,
  world,
  sender,
  keyring,
  database,
}: Methods): Record<string, (body: unknown) => unknown> {
  return {
    apply(body) {
      const { store, operations } = argumentsOf(requests.apply, body)
      return { results: applyAll(db, world, store, operations) }
    },

    pull(body) {
      const events = world.outbox.pull(argumentsOf(requests.pull, body).limit)
      return {
        events: events.map(({ webhook_id, body }) => ({ webhook_id, body: odooEnvelope.parse(JSON.parse(body)) })),
      }
    },

    ack(body) {
      return { acknowledged: world.outbox.ack(argumentsOf(requests.ack, body).webhook_ids) }
    },

    read_state(body) {
      const { store, kind, refs, pending_orders } = argumentsOf(requests.read_state, body)
      const as_of = new Date(world.now()).toISOString()
      if (kind === 'picking') return { as_of, pickings: pickingStates(world, refs) }
      if (kind === 'stock')
        return { as_of, stock: stockStates(world, refs), held: heldOrders(world, store, pending_orders) }
      if (kind === 'invoice') return { as_of, invoices: [] }
      if (kind === 'return') return { as_of, returns: returnStates(world, store, refs) }
      if (kind === 'product') return { as_of, products: productStates(world, refs) }
      if (kind === 'partner') return { as_of, partners: partnerStates(world, store, refs) }
      if (kind === 'price') throw beyondStandIn('keeps no rules of price lists')
      const orders = refs.flatMap((ref) => {
        const link = world.links.get(store, 'order', ref)
        return link ? [orderState(world, store, ref, link.res_id)] : []
      })
      return { as_of, orders }
    },

    read_rates(body) {
      const { store, orders } = argumentsOf(requests.read_rates, body)
      return ratesOf(world, store, orders)
    },
    changes: (body) => changes(world, argumentsOf(requests.changes, body)),

    read_page: (body) => readPage(world, argumentsOf(requests.read_page, body)),

    read_keys: (body) => keyPage(world, argumentsOf(requests.read_keys, body)),

    takings: (body) => takings(world, argumentsOf(requests.takings, body)),

    /** It makes no invoices, so it has none to print. */
    document(body) {
      argumentsOf(requests.document, body)
      return { document: null }
    },

    describe(body) {
      const found = argumentsOf(requests.describe, body).models.flatMap((model) => {
        const fields = fieldsOf(model)
        return fields ? [[model, described(model, fields)] as const] : []
      })
      return { models: Object.fromEntries(found) }
    },

    product_facts(body) {
      return { products: productFacts(world.records, argumentsOf(requests.product_facts, body).skus) }
    },

    read_history(body) {
      const { store, customers } = argumentsOf(requests.read_history, body)
      return { histories: histories(world, store, customers) }
    },

    choices(body) {
      const { requests: wishes } = argumentsOf(requests.choices, body)
      return { choices: wishes.map((wish) => choicesOf(world.records, wish)) }
    },

    make_key(body) {
      argumentsOf(requests.make_key, body)
      return keyring.makeKey()
    },

    retire_keys(body) {
      const { keep, retire } = argumentsOf(requests.retire_keys, body)
      return { retired: keyring.retire(keep, retire) }
    },

    set_webhook_secret(body) {
      keyring.setSecret(argumentsOf(requests.set_webhook_secret, body).secret)
      return { signing: sender.sending }
    },

    ping(body) {
      argumentsOf(requests.ping, body)
      const [company] = world.records.find('res.company', {})
      const [currency] = company ? world.records.find('res.currency', { id: company.currency_id ?? null }) : []
      return {
        module_version: '19.0.1.0.0',
        odoo_version: '19.0 (stand-in)',
        database,
        company: { id: company?.id ?? 0, name: String(company?.name), currency: String(currency?.name) },
        user: { id: 2, login: 'clarity_bridge' },
        missing_rights: [],
        missing_by_entity: { customer: [], product: [], payment: [], return: [], invoice: [] },
        time: new Date(world.now()).toISOString(),
        warehouses: all(world.records, 'stock.warehouse').map(({ code, name }) => ({ code, name })),
        // It tells nobody of master data: there is no page to change it on.
        entities: {
          ...{ order: true, shipment: true, stock: true, invoice: true, return: true },
          ...{ product: false, price: false, customer: false },
        },
        outbox: { ...world.outbox.summary(), sending: sender.sending },
      }
    },
  }
}

function described(model: string, fields: NonNullable<ReturnType<typeof fieldsOf>>) {
  const id = { string: 'ID', type: 'integer', required: false, readonly: true }
  const all = Object.entries(fields).map(([name, { inverse: _, ...field }]) => {
    const { required = false, type } = field
    // The addon shows the key of an order's lines to everybody and writes it itself.
    const readonly = field.readonly === true || (model === 'sale.order.line' && name === 'clarity_ref')
    return [name, { ...field, required, readonly, store: type !== 'one2many' }] as const
  })
  return { id, ...Object.fromEntries(all) }
}

function argumentsOf<S extends z.ZodType>(shape: S, body: unknown): z.infer<S> {
  const parsed = shape.safeParse(body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const unknown = issue?.code === 'unrecognized_keys'
  throw new OdooError(
    unknown ? 'werkzeug.exceptions.UnprocessableEntity' : 'odoo.exceptions.UserError',
    `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'wrong arguments'}`.trim(),
  )
}
