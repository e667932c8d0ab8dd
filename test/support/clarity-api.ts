import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createStorefront,
  type Storefront,
  type StorefrontOptions,
} from '../../clarity-extension/sandbox/storefront/storefront.ts'
import { asJson, type Json, openApi } from './openapi.ts'

export const contract = openApi('shared/clarity.openapi.yaml')

export interface Answer {
  status: number
  headers: Headers
  body: Json
}

export interface Wish {
  body?: unknown
  headers?: Record<string, string>
  /** Instead of a fresh one with every scope; empty for none. */
  token?: string
  /** Sent as it is instead of JSON. */
  raw?: string
}

export type ClarityApi = ReturnType<typeof clarityApi>

/** Speaks to any storefront and holds every answer against the OpenAPI document: status, content type, headers, body. */
export function clarityApi(urls: { apiUrl: string; tokenUrl: string; clientId: string; clientSecret: string }) {
  let cached: string | undefined

  async function token(): Promise<string> {
    cached ??= String(asJson((await grant({})).body).access_token)
    return cached
  }

  async function grant(
    form: Record<string, string>,
    authorization = basic(urls.clientId, urls.clientSecret),
  ): Promise<Answer> {
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...form })
    const headers: Record<string, string> = authorization === '' ? {} : { authorization }
    const response = await fetch(urls.tokenUrl, { method: 'POST', headers, body })
    return checked('POST', '/oauth/token', response)
  }

  async function call(
    method: string,
    path: string,
    { body, headers = {}, token: own, raw }: Wish = {},
  ): Promise<Answer> {
    const bearer = own ?? (await token())
    const response = await fetch(urls.apiUrl + path, {
      method,
      headers: {
        ...(bearer === '' ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined && raw === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(raw !== undefined ? { body: raw } : body !== undefined ? { body: JSON.stringify(body) } : {}),
    })
    return checked(method, path, response)
  }

  return {
    ...urls,
    token,
    grant,
    /** The next call asks for a new token. */
    forgetToken: (): void => {
      cached = undefined
    },
    get: (path: string, wish?: Wish) => call('GET', path, wish),
    post: (path: string, body: unknown, wish: Wish = {}) => call('POST', path, { ...wish, body }),
    patch: (path: string, body: unknown, wish: Wish = {}) => call('PATCH', path, { ...wish, body }),
    put: (path: string, body: unknown, wish: Wish = {}) => call('PUT', path, { ...wish, body }),
    delete: (path: string, wish?: Wish) => call('DELETE', path, wish),
    call,
  }
}

/** A sandbox of its own, with its API and what tests do behind its back. */
export async function openSandbox(options: Partial<StorefrontOptions> & { keepIn?: string } = {}) {
  const { keepIn, ...rest } = options
  const storefront = createStorefront({ dataDir: keepIn ?? ':memory:', ...rest })
  const { apiUrl, tokenUrl, url } = await storefront.start(0)
  const api = clarityApi({ apiUrl, tokenUrl, clientId: 'sandbox', clientSecret: 'sandbox-secret' })

  /** The doors at /sandbox. */
  async function control(method: string, path: string, body?: unknown): Promise<Json> {
    const response = await fetch(`${url}/sandbox${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? {} : asJson({ value: JSON.parse(text) })
  }
  return { storefront, api, url, control }
}

export type Sandbox = { storefront: Storefront; api: ClarityApi; url: string }

export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'clarity-storefront-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`

export const address = {
  name: 'Ann Example',
  line1: '1 Main Street',
  city: 'Austin',
  region: 'TX',
  postalCode: '78701',
  country: 'US',
}

/** A guest's checkout. */
export const checkout = (sku = 'TEE-RED-M', quantity = '1', more: Json = {}): Json => ({
  contact: { name: 'Ann Example', email: 'ann@example.com' },
  items: [{ sku, quantity }],
  shippingLines: [{ method: 'Standard' }],
  shippingAddress: address,
  ...more,
})

async function checked(method: string, path: string, response: Response): Promise<Answer> {
  const text = await response.text()
  const { pointer, node } = answerNode(method, path.replace(/\?.*$/, ''), response.status)
  const type = response.headers.get('content-type')?.replace(/;.*$/, '') ?? ''
  const content = node.content === undefined ? undefined : asJson(node.content)
  const where = `${method} ${path} ${response.status}`
  if (content === undefined) {
    if (text !== '') throw new Error(`${where}: a body that the contract does not know`)
    return { status: response.status, headers: response.headers, body: {} }
  }
  if (content[type] === undefined) throw new Error(`${where}: content type ${type}; ${text.slice(0, 300)}`)
  for (const [name, header] of Object.entries(asJson(node.headers ?? {}))) {
    const required = contract.resolve(asJson(header)).required === true
    if (required && response.headers.get(name) === null) throw new Error(`${where}: no ${name}`)
  }
  const value: unknown = JSON.parse(text)
  const faults = contract.faults(`${pointer}/content/${type.replaceAll('/', '~1')}/schema`, value)
  if (faults.length > 0) throw new Error(`${where}: ${faults.join('; ')}\n${text.slice(0, 600)}`)
  return {
    status: response.status,
    headers: response.headers,
    body: Array.isArray(value) ? { list: value } : asJson(value),
  }
}

/** Where the document describes this answer. */
function answerNode(method: string, path: string, status: number): { pointer: string; node: Json } {
  const paths = Object.keys(asJson(contract.document.paths)).sort((a, b) => braces(a) - braces(b))
  const template = paths.find((one) => new RegExp(`^${one.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path))
  if (template === undefined)
    return { pointer: '#/components/responses/Problem', node: contract.at('#/components/responses/Problem') }
  const base = `#/paths/${template.replaceAll('/', '~1')}`
  const operation = asJson(contract.at(base)[method.toLowerCase()] ?? {})
  const responses = asJson(operation.responses ?? { default: { $ref: '#/components/responses/Problem' } })
  const key = responses[String(status)] === undefined ? 'default' : String(status)
  if (status < 400 && key === 'default') throw new Error(`${method} ${path}: the contract knows no ${status}`)
  const node = asJson(responses[key])
  if (typeof node.$ref === 'string') return { pointer: node.$ref, node: contract.at(node.$ref) }
  return { pointer: `${base}/${method.toLowerCase()}/responses/${key}`, node }
}

const braces = (path: string): number => path.split('{').length
