import { z } from 'zod'
import { odooChecks } from '../../../shared/checks.ts'
import { decimal } from '../../../shared/entities.ts'

/** The keyword arguments of the addon's methods, as its contract has them. */
const store = z.string().min(1).max(64)
const values = z.record(z.string(), z.unknown())
const identity = {
  kind: z.string().regex(/^[a-z_]+$/),
  ref: z.string().min(1).max(200),
  version: z.iso.datetime(),
  model: z.string(),
  values,
}

const records = z
  .array(z.strictObject({ ...identity, match: values.optional() }))
  .max(50)
  .default([])

export const operation = z.strictObject({
  id: z.string(),
  ...identity,
  initial: values.default({}),
  match: values.optional(),
  options: z.record(z.string(), z.string()).default({}),
  hash: z.string().max(64),
  ensure: records,
  attach: records,
  follow: z.array(z.enum(['confirm', 'cancel', 'receive', 'validate', 'invoice', 'post', 'refund'])).default([]),
  expect: z
    .strictObject({
      amount_total: decimal.optional(),
      amount_tax: decimal.optional(),
      lines: z
        .array(z.strictObject({ ref: z.string(), subtotal: decimal, tax: decimal, within: z.int().min(0).default(1) }))
        .default([]),
    })
    .optional(),
  checks: z.array(z.enum(odooChecks)).default([]),
  accept_difference: z.boolean().default(false),
  traceparent: z.string().optional(),
})

export const requests = {
  apply: z.strictObject({ store, operations: z.array(z.unknown()).min(1).max(200) }),
  pull: z.strictObject({ limit: z.int().min(1).max(1000).default(200) }),
  ack: z.strictObject({ webhook_ids: z.array(z.string()).max(1000) }),
  read_state: z.strictObject({
    store,
    kind: z.enum(['order', 'picking', 'stock', 'invoice', 'return', 'product', 'partner', 'price']),
    refs: z.array(z.string()).max(1000),
    pending_orders: z.array(z.string()).max(5000).default([]),
  }),
  read_rates: z.strictObject({
    store,
    orders: z.array(z.strictObject({ ref: z.string(), currency: z.string(), date: z.iso.date() })).max(200),
  }),
  document: z.strictObject({ store, kind: z.literal('invoice'), ref: z.string().min(1).max(64) }),
  changes: z.strictObject({
    store,
    kind: z.enum(['order', 'picking', 'stock', 'invoice', 'return', 'product', 'partner', 'price']),
    since: z.iso.datetime(),
    after: z.int().min(0).default(0),
    limit: z.int().min(1).max(1000).default(200),
  }),
  read_page: z.strictObject({
    store,
    kind: z.enum(['order', 'picking', 'stock', 'invoice', 'return', 'credit']),
    after: z.int().min(0).default(0),
    limit: z.int().min(1).max(1000).default(200),
    pending_orders: z.array(z.string()).max(5000).default([]),
  }),
  read_keys: z.strictObject({
    store,
    kind: z.enum(['product', 'partner', 'price']),
    after: z.int().min(0).default(0),
    limit: z.int().min(1).max(1000).default(200),
  }),
  takings: z.strictObject({
    store,
    first_day: z.iso.date(),
    last_day: z.iso.date(),
    after: z.int().min(0).default(0),
    limit: z.int().min(1).max(1000).default(200),
  }),
  describe: z.strictObject({ models: z.array(z.string()).max(50) }),
  product_facts: z.strictObject({ skus: z.array(z.string()).max(1000) }),
  read_history: z.strictObject({
    store,
    customers: z.array(z.strictObject({ customer: z.string(), order: z.string() })).max(200),
  }),
  choices: z.strictObject({
    requests: z
      .array(
        z.strictObject({
          model: z.string(),
          field: z.string(),
          where: values.default({}),
          search: z.string().max(200).default(''),
          values: z
            .array(z.union([z.string(), z.int()]))
            .max(200)
            .default([]),
          limit: z.int().min(1).max(200).default(50),
        }),
      )
      .max(50),
  }),
  ping: z.strictObject({}),
  make_key: z.strictObject({}),
  retire_keys: z.strictObject({ keep: z.string().length(8), retire: z.string().length(8) }),
  set_webhook_secret: z.strictObject({ secret: z.string() }),
}
