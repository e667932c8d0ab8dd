import fc from 'fast-check'
import { z } from 'zod'

/** A document's schemas by reference, e.g. `#/components/schemas/Order`. */
export type Resolve = (reference: string) => unknown

const DEEPEST = 7

/**
 * Values of a JSON schema (OpenAPI 3.1), most of which fulfil it; here and there, at any depth, one that does not stands instead:
 * that is what reaches the code behind the first check.
 */
export function valuesOf(schema: unknown, resolve: Resolve, depth = 0): fc.Arbitrary<unknown> {
  const right = fulfilling(shape.parse(schema), resolve, depth)
  return fc.oneof({ weight: 24, arbitrary: right }, { weight: 1, arbitrary: hostile })
}

const shape = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  items: z.unknown().optional(),
  maxItems: z.number().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.unknown().optional(),
  allOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
})
type Shape = z.infer<typeof shape>

function fulfilling(schema: Shape, resolve: Resolve, depth: number): fc.Arbitrary<unknown> {
  const inner = (one: unknown) => valuesOf(one, resolve, depth + 1)
  if (depth > DEEPEST) return fc.constant(null)
  if (schema.$ref !== undefined) return fulfilling(shape.parse(resolve(schema.$ref)), resolve, depth + 1)
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const choices = schema.oneOf ?? schema.anyOf
  if (choices) return fc.oneof(...choices.map(inner))
  if (schema.allOf) return together(schema, schema.allOf, resolve, depth)
  const types = [schema.type ?? (schema.properties ? 'object' : 'any')].flat()
  return fc.oneof(...types.map((type) => ofType(type, schema, inner)))
}

function ofType(type: string, schema: Shape, inner: (schema: unknown) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  switch (type) {
    case 'string':
      return text(schema)
    case 'integer':
      return integers(schema)
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6, noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return fc.array(inner(schema.items ?? {}), { maxLength: Math.min(3, schema.maxItems ?? 3) })
    case 'object':
      return object(schema, inner)
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

/** Small ones mostly: those that some record here has for its id. */
function integers({ minimum = -5, maximum = 2_000 }: Shape): fc.Arbitrary<number> {
  const most = Math.max(minimum, maximum)
  return fc.oneof(
    fc.integer({ min: minimum, max: most }),
    fc.integer({ min: minimum, max: Math.min(most, minimum + 40) }),
  )
}

function object(schema: Shape, inner: (schema: unknown) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const own = Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, one]) => [name, inner(one)]))
  const known = fc.record(own, { requiredKeys: (schema.required ?? []).filter((name) => name in own) })
  const free = schema.additionalProperties
  if (free === undefined || free === false) return known
  const more = fc.dictionary(
    fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('a', 'sku', '__proto__')),
    inner(free === true ? {} : free),
    {
      maxKeys: 3,
    },
  )
  return fc.tuple(known, more).map(([first, second]) => ({ ...second, ...first }))
}

function together(schema: Shape, parts: unknown[], resolve: Resolve, depth: number): fc.Arbitrary<unknown> {
  const { allOf: _, ...rest } = schema
  const all = [...parts, ...(rest.properties ? [rest] : [])]
  return fc
    .tuple(...all.map((part) => fulfilling(shape.parse(part), resolve, depth + 1)))
    .map((values) => Object.assign({}, ...values.filter((value) => typeof value === 'object')))
}

function text({ format, pattern, minLength = 0, maxLength = 40 }: Shape): fc.Arbitrary<string> {
  if (format === 'date-time') return instants
  if (format === 'date') return instants.map((instant) => instant.slice(0, 10))
  if (format === 'email') return fc.constantFrom('ada@example.com', 'Ädä@exämple.com', 'a+b@c.example')
  if (format === 'uri')
    return fc.constantFrom('https://shop.example.com/x', 'http://127.0.0.1:1/', 'http://169.254.169.254/latest')
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern))
  return fc.oneof(
    fc.constantFrom(...FAMILIAR.filter(({ length }) => length >= minLength)),
    fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 40) }),
    fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, minLength + 10) }),
  )
}

const instants = fc
  .date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString())

/** What some record here is really called: reaches further than chance does. */
const FAMILIAR = [
  '1',
  '2',
  'o1',
  'TEE-RED-M',
  'MUG-BLUE',
  'unknown_sku',
  'odoo',
  'clarity',
  'USD',
  '19.99',
  'order-to-odoo',
  'a long enough text',
]

export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '../../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '%00',
  '%',
  "' or 1=1 --",
  '"; drop table events; --',
  '<script>alert(1)</script>',
  '=cmd|/c calc!A1',
  '{{7*7}}',
  '__proto__',
  'constructor',
  'toString',
  '9'.repeat(400),
  '1e999',
  '-0',
  'NaN',
  '9007199254740993',
  '2026-02-30T25:61:61Z',
  '\u202egnp.exe',
  'ﬁ\u0130ı',
  'x'.repeat(20_000),
  '('.repeat(5_000),
]

const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.constantFrom<unknown>(
    null,
    true,
    [],
    {},
    -1,
    0.1 + 0.2,
    2 ** 53,
    -(2 ** 63),
    1e308,
    [[[[[[[[]]]]]]]],
    JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}'),
    Array.from({ length: 3_000 }, () => 0),
  ),
  fc.jsonValue({ maxDepth: 3 }),
)
