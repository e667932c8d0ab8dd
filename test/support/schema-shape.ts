import fc from 'fast-check'
import type { z as Z } from 'zod'
import { z } from 'zod'
import { asJson, type Json, type OpenApi } from './openapi.ts'

/** What a schema says of a value, without how it says it: two documents agree when their shapes are equal. */
export interface Shape {
  types: string[]
  enum?: unknown[]
  pattern?: string
  format?: string
  minLength?: number
  minItems?: number
  required?: string[]
  fields?: Record<string, Shape>
  items?: Shape
  /** What fields that are not named may hold. */
  others?: Shape | true
}

export const shapeOfZod = (shape: Z.ZodType): Shape =>
  shapeOf(asJson(z.toJSONSchema(shape, { io: 'input' })), (node) => node)

export const shapeOfOpenApi = (api: OpenApi, pointer: string): Shape =>
  shapeOf(api.at(pointer), (node) => api.resolve(node))

function shapeOf(raw: Json, resolve: (node: Json) => Json): Shape {
  const node = flat(raw, resolve)
  const alternatives = listOf(node.anyOf).map((part) => flat(asJson(part), resolve))
  const others = alternatives.filter(({ type }) => type !== 'null')
  if (others.length === 1 && others[0]) {
    const inner = shapeOf(others[0], resolve)
    return { ...inner, types: sorted([...inner.types, 'null']) }
  }
  if (node.anyOf !== undefined || node.oneOf !== undefined) throw new Error('Only "or null" is compared here')
  return compact({
    types: typesOf(node),
    enum: enumOf(node),
    pattern: node.format === undefined ? node.pattern : undefined,
    format: node.format,
    minLength: node.minLength,
    minItems: node.minItems,
    required: node.properties === undefined ? undefined : sorted(listOf(node.required).map(String)),
    fields: node.properties === undefined ? undefined : fieldsOf(asJson(node.properties), resolve),
    items: node.items === undefined ? undefined : shapeOf(asJson(node.items), resolve),
    others: othersOf(node.additionalProperties, resolve),
  })
}

const shapeParser: Z.ZodType<Shape> = z.custom<Shape>(
  (value) => typeof value === 'object' && value !== null && 'types' in value,
)
const compact = (shape: Json): Shape =>
  shapeParser.parse(Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)))

/** A reference beside other words, and allOf, become one node. */
function flat(raw: Json, resolve: (node: Json) => Json): Json {
  const { $ref: _, ...own } = raw
  const base = raw.$ref === undefined ? {} : flat(resolve(raw), resolve)
  const parts = [base, ...listOf(own.allOf).map((part) => flat(asJson(part), resolve)), own]
  const { allOf: __, ...merged } = Object.assign({}, ...parts)
  const properties = parts.flatMap((part) => (part.properties === undefined ? [] : [asJson(part.properties)]))
  const required = parts.flatMap((part) => listOf(part.required))
  if (properties.length > 0) merged.properties = Object.assign({}, ...properties)
  if (required.length > 0) merged.required = [...new Set(required)]
  return merged
}

function fieldsOf(properties: Json, resolve: (node: Json) => Json): Record<string, Shape> {
  return Object.fromEntries(Object.entries(properties).map(([name, node]) => [name, shapeOf(asJson(node), resolve)]))
}

function othersOf(node: unknown, resolve: (node: Json) => Json): Shape | true | undefined {
  if (node === undefined || node === false) return undefined
  if (node === true || Object.keys(asJson(node)).length === 0) return true
  return shapeOf(asJson(node), resolve)
}

function typesOf(node: Json): string[] {
  if (node.type !== undefined) return sorted([node.type].flat().map(String))
  if (node.const !== undefined) return [typeof node.const]
  return []
}

function enumOf(node: Json): unknown[] | undefined {
  if (node.const !== undefined) return [node.const]
  if (node.enum === undefined) return undefined
  return sorted(listOf(node.enum).filter((value) => value !== null))
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const sorted = <T>(values: T[]): T[] => [...new Set(values)].sort()

/** Values that a shape allows. */
export function samples(shape: Shape): fc.Arbitrary<unknown> {
  const { null: nullable, ...own } = Object.fromEntries(shape.types.map((type) => [type, true]))
  const value = shape.enum
    ? fc.constantFrom(...shape.enum)
    : (byType[Object.keys(own)[0] ?? '']?.(shape) ?? fc.string())
  return nullable ? fc.option(value) : value
}

const byType: Record<string, (shape: Shape) => fc.Arbitrary<unknown>> = {
  string: ({ pattern, format, minLength = 0 }) => {
    if (format === 'date-time') return days.map((date) => date.toISOString())
    if (format === 'date') return days.map((date) => date.toISOString().slice(0, 10))
    return pattern === undefined ? fc.string({ minLength }) : fc.stringMatching(new RegExp(pattern))
  },
  integer: () => fc.integer(),
  number: () => fc.double({ noNaN: true, noDefaultInfinity: true }),
  boolean: () => fc.boolean(),
  array: ({ items, minItems = 0 }) =>
    fc.array(items ? samples(items) : fc.constant(1), { minLength: minItems, maxLength: minItems + 2 }),
  object: ({ fields = {}, required = [], others }) => {
    const named = fc.record(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, samples(field)])), {
      requiredKeys: required,
    })
    if (others === undefined || Object.keys(fields).length > 0) return named
    return fc.dictionary(fc.string({ minLength: 1 }), others === true ? fc.string() : samples(others), { maxKeys: 3 })
  },
}

const days = fc.date({
  min: new Date('2000-01-01T00:00:00Z'),
  max: new Date('2099-12-31T00:00:00Z'),
  noInvalidDate: true,
})
