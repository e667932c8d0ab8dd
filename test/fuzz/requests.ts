import { readFileSync } from 'node:fs'
import { resolve as path } from 'node:path'
import fc from 'fast-check'
import { parse } from 'yaml'
import { z } from 'zod'
import { newWebhookId, signHeaders } from '../../shared/signature.ts'
import { hostileTexts, type Resolve, valuesOf } from './schemas.ts'

/** One request, as it goes over the wire. */
export interface Shot {
  /** Of the operation, for the report: `post /api/users`. */
  operation: string
  method: string
  path: string
  headers: Record<string, string>
  body: Buffer | undefined
}

/** The headers of somebody who may do more or less. */
export type Caller = () => Record<string, string>

export interface Aim {
  /** Signed in, with every right. */
  admin: Caller
  secrets: { clarity: string; odoo: string }
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const
const root = path(import.meta.dirname, '../..')
const parameter = z.looseObject({
  name: z.string(),
  in: z.string(),
  required: z.boolean().optional(),
  schema: z.unknown(),
})
type Parameter = z.infer<typeof parameter>
const content = z.record(z.string(), z.looseObject({ schema: z.unknown().optional() }))
const operation = z.looseObject({
  parameters: z.array(z.unknown()).default([]),
  requestBody: z.unknown().optional(),
})
const documentShape = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  webhooks: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
})

function open(file: string) {
  const all: unknown = parse(readFileSync(path(root, file), 'utf8'))
  const resolve: Resolve = (reference) =>
    reference
      .slice(2)
      .split('/')
      .reduce<unknown>((at, key) => z.record(z.string(), z.unknown()).parse(at)[key], all)
  return { ...documentShape.parse(all), resolve }
}

/** Every operation that the three documents describe for whoever calls the bridge, with requests that are mostly as described. */
export function operations({ admin, secrets }: Aim): { name: string; shots: fc.Arbitrary<Shot> }[] {
  const panel = open('clarity-extension/http/panel.openapi.yaml')
  const addon = open('odoo-bridge/openapi.yaml')
  const clarity = open('shared/clarity.openapi.yaml')
  const forged = () => ({ cookie: 'bridge_session=eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.' })
  const anyone = fc.oneof(
    { weight: 10, arbitrary: fc.constant(admin) },
    { weight: 1, arbitrary: fc.constantFrom<Caller>(() => ({}), forged) },
  )

  const described = Object.entries(panel.paths).flatMap(([at, item]) =>
    METHODS.filter((method) => method in item).map((method) => {
      const one = operation.parse(item[method])
      const parameters = [...one.parameters, ...z.array(z.unknown()).default([]).parse(item.parameters)].map((raw) =>
        parameter.parse(referred(raw, panel.resolve)),
      )
      const schema = bodySchema(one, panel.resolve)
      return {
        name: `${method} /api${at}`,
        shots: fc
          .record({
            address: addresses(`/api${at}`, parameters, panel.resolve),
            body: schema === undefined ? fc.constant(undefined) : bodies(valuesOf(schema, panel.resolve)),
            caller: anyone,
            method: fc.oneof(
              { weight: 40, arbitrary: fc.constant(method as string) },
              { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
            ),
            type: fc.oneof({ weight: 30, arbitrary: fc.constant('application/json') }, { weight: 1, arbitrary: types }),
          })
          .map(
            ({ address, body, caller, method, type }): Shot => ({
              operation: `${method} /api${at}`,
              method,
              path: address,
              headers: { ...caller(), ...(body && { 'content-type': type }) },
              body,
            }),
          ),
      }
    }),
  )
  return [
    ...described,
    ...doors('clarity', clarity, secrets.clarity),
    ...doors('odoo', addon, secrets.odoo),
    ...[
      '/launch',
      '/documents/links',
      '/documents/invoices/{id}',
      '/metrics',
      '/health/ready',
      '/admin/{id}',
      '/{id}',
    ].map(elsewhere),
  ]
}

function bodySchema({ requestBody }: z.infer<typeof operation>, resolve: Resolve): unknown {
  if (requestBody === undefined) return undefined
  return z.looseObject({ content }).parse(referred(requestBody, resolve)).content['application/json']?.schema
}

function referred(raw: unknown, resolve: Resolve): unknown {
  const reference = z.looseObject({ $ref: z.string() }).safeParse(raw)
  return reference.success ? resolve(reference.data.$ref) : raw
}

const hostilePart = fc.constantFrom(...hostileTexts.filter((text) => text.length < 3_000 && text.isWellFormed()))

function addresses(template: string, parameters: Parameter[], resolve: Resolve): fc.Arbitrary<string> {
  const parts = fc.record(
    Object.fromEntries(
      parameters
        .filter((one) => one.in !== 'header')
        .map((one) => [
          one.name,
          fc.oneof(
            { weight: 15, arbitrary: valuesOf(one.schema, resolve).map(asText) },
            { weight: 1, arbitrary: hostilePart },
          ),
        ]),
    ),
    {
      requiredKeys: parameters
        .filter((one) => one.in !== 'header' && (one.in === 'path' || one.required))
        .map(({ name }) => name),
    },
  )
  return parts.map((values) => {
    let filled = template
    const query = new URLSearchParams()
    for (const one of parameters) {
      const value = values[one.name]
      if (value === undefined) continue
      if (one.in === 'path') filled = filled.replace(`{${one.name}}`, encodeURIComponent(value))
      if (one.in === 'query') query.set(one.name, value)
    }
    const asked = query.size > 0 ? `${filled}?${query}` : filled
    return asked.length > 12_000 ? asked.slice(0, 12_000) : asked
  })
}

function asText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.toWellFormed().slice(0, 3_000)
}

/** JSON mostly; now and then cut off, empty, or not JSON at all. */
function bodies(values: fc.Arbitrary<unknown>): fc.Arbitrary<Buffer> {
  return fc.tuple(values, fc.nat(60)).map(([value, fate]) => {
    const whole = Buffer.from(JSON.stringify(value) ?? 'null')
    if (fate === 0) return whole.subarray(0, Math.floor(whole.length / 2))
    if (fate === 1) return Buffer.alloc(0)
    if (fate === 2) return Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x7b])
    if (fate === 3) return Buffer.from(`${'['.repeat(20_000)}`)
    return whole
  })
}

const types = fc.constantFrom(
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-16',
  '',
  'application/json;charset=nonsense',
)

/** Webhooks, mostly signed as they should be: they are kept, and run. */
function doors(source: 'clarity' | 'odoo', document: ReturnType<typeof open>, secret: string) {
  return Object.entries(document.webhooks).map(([name, item]) => {
    const schema = bodySchema(operation.parse(item.post), document.resolve) ?? {}
    const address = { pairing: '/pairing/odoo', counters: '/pairing/counters' }[name] ?? `/webhooks/${source}`
    return {
      name: `webhook ${name}`,
      shots: fc.tuple(bodies(valuesOf(schema, document.resolve)), fc.nat(30)).map(([body, fate]): Shot => {
        const signed = signHeaders(
          body,
          [fate === 0 ? 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' : secret],
          newWebhookId(),
          Math.floor(Date.now() / 1000) + (fate === 1 ? -3_600 : 0),
        )
        return {
          operation: `post ${address}`,
          method: 'post',
          path: address,
          headers: {
            'content-type': 'application/json',
            ...(fate === 2 ? {} : signed),
            ...(fate === 3 ? { 'content-encoding': 'gzip' } : {}),
          },
          body: fate === 4 ? Buffer.alloc(1_100_000, 'x') : body,
        }
      }),
    }
  })
}

/** What no document describes for callers, and what is not there. */
function elsewhere(template: string) {
  return {
    name: template,
    shots: fc.tuple(fc.constantFrom(...METHODS, 'options', 'head'), hostilePart, bodies(fc.jsonValue()), types).map(
      ([method, id, body, type]): Shot => ({
        operation: `${method} ${template}`,
        method,
        path: template.replace('{id}', encodeURIComponent(id)),
        headers: method === 'get' || method === 'head' ? {} : { 'content-type': type },
        body: method === 'get' || method === 'head' ? undefined : body,
      }),
    ),
  }
}
