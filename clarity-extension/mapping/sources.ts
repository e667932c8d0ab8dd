import { z } from 'zod'
import { order, product, returnRequest } from '../../shared/entities.ts'
import { segments } from './json.ts'
import { deliveredRules } from './rule-sets.ts'
import type { Value } from './rules.ts'

/** A field that rules can read, for whoever writes them. */
export interface SourceField {
  /** As a rule's `from` has it; `[]` stands behind a list. */
  path: string
  type: string
  /** Derived by the bridge: the storefront does not send it like this. */
  derived?: true
}

/** The fields of a rule set's source: as they are described, or else those that its delivered rules read. */
export function sourceFields(name: string): SourceField[] {
  const described = sources[name]
  if (described) return described()
  const rules = deliveredRules.find((one) => one.rules.name === name)?.rules.rules ?? []
  const paths = [...new Set(rules.flatMap((rule) => pathsOf(rule, '')))]
  return paths.sort().map((path) => ({ path, type: 'value' }))
}

function pathsOf(value: Value, at: string): string[] {
  const own = [value.from ?? []].flat().filter((path) => !path.startsWith('$'))
  const inner = [...Object.values({ ...value.object, ...value.find?.by }), ...(value.set ?? [])]
  const each = [...(value.lines?.each ?? []), ...(value.list ?? [])]
  return [
    ...own.map((path) => (path.startsWith('/') ? segments(path).join('.') : `${at}${path}`)),
    ...inner.flatMap((one) => pathsOf(one, at)),
    ...each.flatMap(({ in: list, rules }) => rules.flatMap((rule) => pathsOf(rule, `${at}${list}[].`))),
  ]
}

const shape = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  enum: z.array(z.unknown()).optional(),
})

function fieldsOf(schema: unknown, path = ''): SourceField[] {
  const { type, properties, items, anyOf } = shape.parse(schema)
  const real = anyOf?.find((one) => shape.parse(one).type !== 'null')
  if (real !== undefined) return fieldsOf(real, path)
  if (properties) {
    return Object.entries(properties).flatMap(([key, one]) => fieldsOf(one, path === '' ? key : `${path}.${key}`))
  }
  if (items !== undefined && path !== '') return [{ path, type: 'list' }, ...fieldsOf(items, `${path}[]`)]
  return [{ path, type: [type ?? 'object'].flat().join(' or ') }]
}

const derived = (...paths: string[]): SourceField[] => paths.map((path) => ({ path, type: 'text', derived: true }))
const plain = (...paths: string[]): SourceField[] => paths.map((path) => ({ path, type: 'text' }))

const address = ['name', 'company', 'line1', 'line2', 'city', 'postalCode', 'region', 'country', 'phone', 'email']
const prepared = ['recipient', 'companyLine', 'ownEmail', 'regionCode', 'regionText', 'customer']

/** Each as the flow prepares it (mapping/order/*). */
const sources: Record<string, () => SourceField[]> = {
  'order-to-odoo': () => [
    ...fieldsOf(z.toJSONSchema(order, { io: 'output', unrepresentable: 'any' })),
    ...derived('parties.customer', 'parties.contact', 'parties.billing', 'parties.shipping', 'foreignCurrency'),
    ...derived(
      ...['ours', 'unitPrice', 'percent', 'taxRate', 'taxed', 'exempt', 'roundingKey'].map(
        (key) => `items[].written.${key}`,
      ),
    ),
    { path: 'adjustments', type: 'list', derived: true },
    ...derived(...['ref', 'kind', 'name', 'amount'].map((key) => `adjustments[].${key}`)),
  ],
  'customer-to-odoo': () => [
    ...plain('name', 'email', 'phone', 'vatNumber'),
    { path: 'isCompany', type: 'boolean' },
    ...plain(...address.map((key) => `address.${key}`)),
    ...derived(...prepared.map((key) => `address.${key}`)),
  ],
  'contact-to-odoo': () => [...plain('name', 'email', 'phone'), ...derived('customer')],
  'address-to-odoo': () => [...plain(...address), ...derived(...prepared, 'use')],
  'product-to-odoo': () => fieldsOf(z.toJSONSchema(product, { io: 'output', unrepresentable: 'any' })),
  'return-to-odoo': () => [
    ...fieldsOf(z.toJSONSchema(returnRequest, { io: 'output', unrepresentable: 'any' })),
    ...derived('items[].position'),
  ],
  'profile-to-odoo': () => [
    ...derived('customer', 'place.country', 'place.region', 'place.segment', 'place.priceList'),
    ...derived('history.orders', 'history.value', 'history.otherTags', 'levels.orders', 'levels.value'),
  ],
  'payment-to-odoo': () => [
    ...plain('id', 'method', 'transactionId', 'amount', 'currency', 'state', 'at'),
    ...derived('customer', 'orderNumber', 'foreignCurrency'),
  ],
}
