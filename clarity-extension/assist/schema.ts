import type { Json } from '../mapping/json.ts'
import type { Field } from '../mapping/validate.ts'

/** One field of the storefront, as its schema, its samples and a merchant's own label tell it. */
export interface SourceField {
  /** Dotted; parts of list elements stand behind the list's own path: `items.sku`. */
  path: string
  type: SourceType
  /** As a merchant sees it. */
  label?: string
  about?: string
  choices?: readonly string[]
  samples: readonly Json[]
}

export type SourceType =
  | 'text'
  | 'integer'
  | 'decimal'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'list'
  | 'object'
  | 'records'

/** One field of Odoo, as `describe` gives it. */
export interface TargetField {
  model: string
  name: string
  field: Field
}

/** An OpenAPI document, as far as fields are read of it. */
export type OpenApi = { components?: { schemas?: Record<string, unknown> } }

/** The fields of one schema of an OpenAPI document; references and `allOf` are followed, lists entered. */
export function fieldsOfSchema(document: OpenApi, schema: string): SourceField[] {
  const schemas = document.components?.schemas ?? {}
  return properties(resolve(schemas[schema], schemas), schemas, '', 0)
}

/** The fields that records have, with what stands in them: custom attributes, or a storefront that describes itself nowhere. */
export function fieldsOfRecords(records: readonly unknown[], base = ''): SourceField[] {
  const byPath = new Map<string, Json[]>()
  for (const record of records) collect(record, base, byPath)
  return [...byPath].map(([path, samples]) => ({
    path,
    type: typeOfSamples(samples),
    samples: samples.slice(0, SAMPLES),
  }))
}

/** The schema's fields with what the records have in them; what only the records have is added. */
export function withSamples(fields: readonly SourceField[], records: readonly unknown[]): SourceField[] {
  const seen = new Map(fieldsOfRecords(records).map((field) => [field.path, field]))
  const known = fields.map((field) => ({ ...field, samples: seen.get(field.path)?.samples ?? field.samples }))
  const names = new Set(known.map(({ path }) => path))
  return [...known, ...[...seen.values()].filter(({ path }) => !names.has(path))]
}

/** Where a field stands: the path of the object or list around it; empty for the record itself. */
export const groupOf = (path: string): string => {
  const parent = path.split('.').slice(0, -1).join('.')
  return /(^|\.)(attributes|customAttributes|custom_attributes|meta|metafields)$/.test(parent)
    ? groupOf(parent)
    : parent
}
export const nameOf = (path: string): string => path.split('.').at(-1) ?? path

const SAMPLES = 50
const DEPTH = 5

type Node = Record<string, unknown>
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value)

function resolve(node: unknown, schemas: Record<string, unknown>, depth = 0): Node {
  if (!isNode(node) || depth > 8) return {}
  const reference = typeof node.$ref === 'string' ? node.$ref.split('/').at(-1) : undefined
  const parts = [
    ...(reference === undefined ? [] : [resolve(schemas[reference], schemas, depth + 1)]),
    ...[node.allOf, node.anyOf, node.oneOf]
      .flatMap((list) => (Array.isArray(list) ? list : []))
      .map((one) => resolve(one, schemas, depth + 1)),
  ]
  const merged: Node = {}
  for (const part of [...parts, node]) {
    for (const [key, value] of Object.entries(part)) {
      if (key === 'properties' && isNode(value))
        merged.properties = { ...(isNode(merged.properties) ? merged.properties : {}), ...value }
      else if (!(key === 'type' && value === 'null')) merged[key] = value
    }
  }
  return merged
}

function properties(node: Node, schemas: Record<string, unknown>, base: string, depth: number): SourceField[] {
  if (!isNode(node.properties) || depth > DEPTH) return []
  return Object.entries(node.properties).flatMap(([name, raw]) => {
    const own = resolve(raw, schemas)
    const path = base === '' ? name : `${base}.${name}`
    const items = resolve(own.items, schemas)
    const type = typeOfNode(own, items)
    const field: SourceField = {
      path,
      type,
      ...(typeof own.title === 'string' && { label: own.title }),
      ...(typeof own.description === 'string' && { about: own.description }),
      ...(Array.isArray(own.enum) && { choices: own.enum.filter((one) => typeof one === 'string') }),
      samples: [],
    }
    if (type === 'object') return [field, ...properties(own, schemas, path, depth + 1)]
    if (type === 'records') return [field, ...properties(items, schemas, path, depth + 1)]
    return [field]
  })
}

function typeOfNode(node: Node, items: Node): SourceType {
  const type = Array.isArray(node.type) ? node.type.find((one) => one !== 'null') : node.type
  if (type === 'array') return isNode(items.properties) ? 'records' : 'list'
  if (type === 'object' || isNode(node.properties)) return 'object'
  if (type === 'integer') return 'integer'
  if (type === 'number') return 'decimal'
  if (type === 'boolean') return 'boolean'
  if (node.format === 'date-time') return 'datetime'
  if (node.format === 'date') return 'date'
  return typeof node.pattern === 'string' && node.pattern.includes('\\d+(\\.') ? 'decimal' : 'text'
}

function collect(value: unknown, path: string, byPath: Map<string, Json[]>): void {
  if (Array.isArray(value)) {
    if (value.some(isNode)) {
      note(byPath, path, [])
      for (const one of value) collectParts(one, path, byPath)
    } else note(byPath, path, value.filter(isPlain))
  } else if (isNode(value)) {
    if (path !== '') note(byPath, path, {})
    collectParts(value, path, byPath)
  } else if (isPlain(value)) note(byPath, path, value)
}

function collectParts(value: unknown, path: string, byPath: Map<string, Json[]>): void {
  if (!isNode(value)) return
  for (const [key, part] of Object.entries(value)) collect(part, path === '' ? key : `${path}.${key}`, byPath)
}

function note(byPath: Map<string, Json[]>, path: string, value: Json): void {
  const samples = byPath.get(path) ?? []
  samples.push(value)
  byPath.set(path, samples)
}

const isPlain = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

export function typeOfSamples(samples: readonly Json[]): SourceType {
  const given = samples.filter((value) => value !== null && value !== '')
  const every = (test: (value: Json) => boolean) => given.length > 0 && given.every(test)
  if (every(Array.isArray))
    return given.every((value) => Array.isArray(value) && value.length === 0) ? 'records' : 'list'
  if (every((value) => typeof value === 'object')) return 'object'
  if (every((value) => typeof value === 'boolean')) return 'boolean'
  if (every((value) => Number.isInteger(value))) return 'integer'
  if (every((value) => typeof value === 'number')) return 'decimal'
  if (every((value) => /^\d{4}-\d\d-\d\d$/.test(String(value)))) return 'date'
  if (every((value) => /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(String(value)))) return 'datetime'
  return every((value) => /^-?\d{1,12}\.\d{1,6}$/.test(String(value))) ? 'decimal' : 'text'
}
