import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import {
  fieldsOfRecords,
  fieldsOfSchema,
  type SourceField,
  withSamples,
} from '../../../clarity-extension/assist/schema.ts'
import type { Task } from '../../../clarity-extension/assist/suggest.ts'
import type { Described } from '../../../clarity-extension/mapping/validate.ts'

/** What is known to be right, of test/fixtures/mapping-suggest. */
export interface GoldField {
  entity: string
  path: string
  /** `model/field`, any of which is right; none where the field has no partner. */
  targets: string[]
  tuned: boolean
}

export interface GoldTask {
  task: Task
  fields: GoldField[]
}

const folder = join(import.meta.dirname, '../../fixtures/mapping-suggest')
const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'))

const field = z.looseObject({
  string: z.string(),
  type: z.string(),
  required: z.boolean(),
  readonly: z.boolean(),
  store: z.boolean(),
})
const describedShape: z.ZodType<Described> = z.record(
  z.string(),
  z.record(
    z.string(),
    field.extend({
      help: z.string().optional(),
      relation: z.string().optional(),
      size: z.int().optional(),
      selection: z.array(z.array(z.string())).optional(),
    }),
  ),
)
export const described = describedShape.parse(read('odoo-19.fields.json'))

const pairsShape = z.record(z.string(), z.record(z.string(), z.string()))
const sample = z.json()
const attributesShape = z.record(
  z.string(),
  z.record(z.string(), z.object({ label: z.string().optional(), samples: z.array(sample) })),
)
const schemaShape = z.record(
  z.string(),
  z.record(
    z.string(),
    z.object({
      type: z.enum(['text', 'integer', 'decimal', 'boolean', 'date', 'datetime', 'list', 'object']),
      about: z.string().optional(),
      choices: z.array(z.string()).optional(),
      samples: z.array(sample),
    }),
  ),
)

/** The models that an entity is written to: its own first. */
const models: Record<string, string[]> = {
  customer: ['res.partner'],
  order: ['sale.order', 'sale.order.line', 'res.partner'],
  product: ['product.product'],
  invoice: ['account.move'],
  shipment: ['stock.picking'],
}

export const clarity = (): GoldTask[] => {
  const document = z
    .looseObject({ components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }) })
    .parse(parse(readFileSync(join(import.meta.dirname, '../../../shared/clarity.openapi.yaml'), 'utf8')))
  const samples = z.record(z.string(), z.array(z.unknown())).parse(read('samples.clarity.json'))
  const attributes = attributesShape.parse(read('attributes.clarity.json'))
  return tasks('pairs.clarity.json', (entity) => {
    const schema = entity.charAt(0).toUpperCase() + entity.slice(1)
    const own = withSamples(fieldsOfSchema(document, schema), samples[entity] ?? []).filter(
      ({ path }) => path !== 'attributes',
    )
    const custom = Object.entries(attributes[entity] ?? {}).map(([name, { label, samples: values }]) => {
      const [known] = fieldsOfRecords(values.map((value) => ({ [name]: value })))
      return { path: `attributes.${name}`, type: known?.type ?? 'text', ...(label && { label }), samples: values }
    })
    return [...own, ...custom]
  })
}

/** Other storefronts: `snake` mixes the words of several platforms, `woo` are the fields of WooCommerce's REST API. */
export const others = (): GoldTask[] => ['snake', 'woo'].flatMap(otherSchema)

export function otherSchema(name: string): GoldTask[] {
  const schema = schemaShape.parse(read(`schema.${name}.json`))
  return tasks(`pairs.${name}.json`, (entity) =>
    Object.entries(schema[entity] ?? {}).map(([path, { type, samples, about, choices }]) => ({
      path,
      type:
        Object.keys(schema[entity] ?? {}).some((other) => other.startsWith(`${path}.`)) && type === 'list'
          ? 'records'
          : type,
      samples,
      ...(about && { about }),
      ...(choices && { choices }),
    })),
  )
}

function tasks(pairs: string, fieldsOf: (entity: string) => SourceField[]): GoldTask[] {
  return Object.entries(pairsShape.parse(read(pairs))).map(([entity, known]) => {
    const names = models[entity] ?? []
    const task = {
      entity,
      fields: fieldsOf(entity),
      model: names[0] ?? '',
      described: Object.fromEntries(names.map((name) => [name, described[name] ?? {}])),
    }
    const fields = Object.entries(known).map(([path, targets]) => ({
      entity,
      path,
      targets: targets.split(' ').filter((one) => one !== ''),
      tuned: isTuned(`${entity}.${path}`),
    }))
    return { task, fields }
  })
}

/** The half that may be looked at. By name, so that it never moves. */
export const isTuned = (name: string): boolean => (createHash('sha256').update(name).digest()[0] ?? 0) % 2 === 0

export interface GoldValues {
  kind: string
  records: { name: string; code?: string; number?: string }[]
  pairs: { value: string; name: string | undefined; tuned: boolean }[]
}

const valuesShape = z.array(
  z.object({
    kind: z.string(),
    about: z.string(),
    records: z.array(z.object({ name: z.string(), code: z.string().optional(), number: z.string().optional() })),
    pairs: z.record(z.string(), z.string()),
  }),
)

export const values = (): GoldValues[] =>
  valuesShape.parse(read('values.json')).map(({ kind, records, pairs }) => ({
    kind,
    records: records.map(({ name, code, number }) => ({ name, ...(code && { code }), ...(number && { number }) })),
    pairs: Object.entries(pairs).map(([value, name]) => ({
      value,
      name: name || undefined,
      tuned: isTuned(`${kind}.${value}`),
    })),
  }))
