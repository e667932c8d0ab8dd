import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createAdvisor } from '../../clarity-extension/assist/model/advisor.ts'
import { createAudit } from '../../clarity-extension/audit/audit.ts'
import { readConfig } from '../../clarity-extension/config.ts'
import { createQueries } from '../../clarity-extension/ledger/queries.ts'
import { orderToOdoo } from '../../clarity-extension/mapping/defaults/order-to-odoo.ts'
import { addressToOdoo, customerToOdoo } from '../../clarity-extension/mapping/defaults/partner-to-odoo.ts'
import { productToOdoo } from '../../clarity-extension/mapping/defaults/product-to-odoo.ts'
import { type SuggestionParts, suggestionsPort } from '../../clarity-extension/ports/suggestions.ts'
import { openStore, type Store } from '../../clarity-extension/store/store.ts'
import { retry } from '../../shared/outcome.ts'
import { described } from '../bench/mapping-suggest/gold.ts'

let dataDir: string
let store: Store
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'bridge-suggest-'))
  store = await openStore({ dataDir })
})
afterAll(async () => {
  await store.close()
  await rm(dataDir, { recursive: true })
})

const row = {
  name: null,
  state: 'open' as const,
  result: undefined,
  shown: null,
  entry: null,
  removable: false,
  waiting: 0,
  why: null,
  seen: 1,
  lastAt: null,
  examples: [],
  by: null,
  at: null,
}
const tables: SuggestionParts['tables'] = {
  values: async (table) =>
    table === 'carrier'
      ? {
          table: { title: '', about: '', entries: {} },
          rows: [
            { ...row, key: 'ups_std' },
            { ...row, key: 'drone' },
          ],
          total: 2,
        }
      : undefined,
  choices: async () => ({
    state: 'listed',
    message: null,
    total: 2,
    items: [
      { result: 'UPS Standard', name: 'UPS Standard', detail: null },
      { result: 7, name: 'Express', detail: null },
    ],
  }),
}

const parts = () => ({
  db: store.db,
  open: (stored: Uint8Array) => stored,
  queries: createQueries(store),
  audit: createAudit(store),
  advisor: undefined,
  rulebook: { move: async () => undefined },
  tables,
})
const away = { ok: false as const, outcome: retry('network', 'Odoo is away.') }
const knowing: SuggestionParts['odoo'] = {
  describe: async (models) => ({
    ok: true,
    value: { models: Object.fromEntries(models.map((model) => [model, described[model] ?? {}])) },
  }),
  choices: async () => away,
}
const port = () => suggestionsPort({ ...parts(), odoo: knowing })
/** Products as Odoo shows them, found by a part of either. */
const selling = (...products: [sku: string, name: string][]): SuggestionParts['odoo'] => ({
  ...knowing,
  choices: async (wishes) => {
    const choices = wishes.map(({ search = '' }) => {
      const items = products
        .filter(([sku, name]) => `${sku} ${name}`.includes(search))
        .map(([value, name], id) => ({
          id,
          value,
          name: `[${value}] ${name}`,
          company: null,
          active: true,
          unique: true,
        }))
      return { readable: true, total: items.length, items }
    })
    return { ok: true, value: { choices } }
  },
})

it("suggests for the storefront's contract and for the attributes that came with its records", async () => {
  await add('customer.created', { id: 'c1', attributes: { kundennummer: 'K-1' } })
  const made = await port().of('customer')
  if (!made.ok) throw new Error(made.message)
  const best = (path: string) => made.suggestions.find((one) => one.path === path)?.best?.field
  expect([best('vatNumber'), best('addresses.postalCode'), best('attributes.kundennummer')]).toEqual([
    'vat',
    'zip',
    'ref',
  ])
})

it('remembers what a person said, with their name, and ranks by it', async () => {
  const verdict = { path: 'vatNumber', model: 'res.partner', field: 'vat', accepted: false }
  await port().learn('customer', verdict, 'ann')
  const made = await port().of('customer')
  expect(made.ok && made.suggestions.find(({ path }) => path === 'vatNumber')?.best?.field).not.toBe('vat')
  await port().learn('customer', { ...verdict, accepted: true }, 'ann')
  const again = await port().of('customer')
  expect(again.ok && again.suggestions.find(({ path }) => path === 'vatNumber')?.best?.field).toBe('vat')
  const audit = await store.db.selectFrom('audit').select(['who', 'action', 'entity']).execute()
  expect(audit.at(-1)).toEqual({ who: 'ann', action: 'suggestion.decide', entity: 'suggestion:customer.vatNumber' })
})

it('says that Odoo does not answer instead of guessing without its fields', async () => {
  const port = suggestionsPort({ ...parts(), odoo: { ...knowing, describe: async () => away } })
  expect(await port.of('order')).toEqual({ ok: false, message: 'Odoo is away.' })
})

it('names the SKU that a dead letter probably meant', async () => {
  await store.db
    .insertInto('published_stock')
    .values({ sku: 'MUG-BLUE', location_key: 'main', quantity: '3', as_of: 1 })
    .execute()
  const problem = {
    code: 'unknown_sku',
    target: '/order_line/0/product_id',
    message: 'There is none.',
    remedy: 'Create it.',
  }
  const id = await add(
    'order.created',
    { items: [{ sku: 'MUG-BULE' }] },
    { state: 'dead', details: JSON.stringify([problem]) },
  )
  expect(await port().corrections(id)).toMatchObject([
    { value: 'MUG-BULE', replacement: 'MUG-BLUE', how: { kind: 'value', field: '/items/0/sku' } },
  ])
  expect(await port().corrections(await add('order.created', {}))).toEqual([])
  expect(await port().corrections(999_999)).toBeUndefined()
})

it('asks Odoo for products of a like SKU or the same name, since somebody may have renamed one', async () => {
  const problem = { code: 'unknown_sku', field: '/items/0/sku', value: 'MUG-BLUE', message: '', remedy: '' }
  const order = { items: [{ sku: 'MUG-BLUE', name: 'Blue mug' }] }
  const id = await add('order.created', order, { state: 'dead', details: JSON.stringify([problem]) })
  const corrected = async (...products: [sku: string, name: string][]) => {
    const made = await suggestionsPort({ ...parts(), odoo: selling(...products) }).corrections(id)
    return made?.map(({ replacement, reasons }) => [replacement, ...reasons.map(({ code }) => code)])
  }
  expect(await corrected(['MUG-BLEU', 'Blue mug'])).toEqual([['MUG-BLEU', 'skuSwapped', 'soldAs']])
  expect(await corrected(['K-77', 'Blue mug'])).toEqual([['K-77', 'soldAs']])
  // The bridge published its stock once; Odoo does not know it any more.
  expect(await corrected()).toEqual([])
})

it('suggests what a value without an entry is, from what it may be mapped to', async () => {
  const values = await port().values('carrier')
  expect(values?.map(({ value, best }) => [value, best?.result])).toEqual([
    ['ups_std', 'UPS Standard'],
    ['drone', undefined],
  ])
  expect(await port().values('moon')).toBeUndefined()
})

it('names for an unmapped value the entry that mends it', async () => {
  const problem = { code: 'unmapped_carrier', value: 'UPS standrad', message: 'No entry.', remedy: 'Add one.' }
  const id = await add('order.created', {}, { state: 'dead', details: JSON.stringify([problem]) })
  expect(await port().corrections(id)).toMatchObject([
    { replacement: 'UPS Standard', how: { kind: 'entry', table: 'carrier' } },
  ])
})

it('suggests for the rules that are open what they do not read yet, and puts it in its place', async () => {
  await add('order.created', { id: 'o2', attributes: { requested_delivery: '2026-12-03', moon_phase: 'full' } })
  const made = await port().forRules(orderToOdoo)
  if (!made?.ok) throw new Error('suggestions for the order')
  const paths = made.items.map(({ path }) => path)
  expect(paths).toContain('attributes.requested_delivery')
  // Read by a rule already, or a field of another set of rules.
  for (const path of ['purchaseOrderNumber', 'items.quantity', 'billingAddress.city']) expect(paths).not.toContain(path)
  expect(made.unsuggested).toContain('attributes.moon_phase')
  const [first] = made.items.find(({ path }) => path === 'attributes.requested_delivery')?.candidates ?? []
  expect(first).toMatchObject({
    field: 'commitment_date',
    rules: [{ to: 'commitment_date', convert: ['odooDatetime'] }],
  })

  const which = { path: 'attributes.requested_delivery', model: 'sale.order', field: 'commitment_date' }
  const placed = await port().placed(orderToOdoo, which)
  expect(placed?.rules.rules).toEqual([...orderToOdoo.rules, ...(placed?.added ?? [])])
  expect(await port().placed(placed?.rules ?? orderToOdoo, which)).toBeUndefined()
  expect(await port().placed(orderToOdoo, { ...which, field: 'amount_total' })).toBeUndefined()
  expect(await port().forRules(addressToOdoo)).toBeUndefined()
})

it('suggests for customers and products what their rules can read', async () => {
  await add('customer.created', { id: 'c2', attributes: { kundennummer: 'K-2' } })
  const made = await port().forRules(customerToOdoo)
  if (!made?.ok) throw new Error('suggestions for the customer')
  const own = made.items.find(({ path }) => path === 'attributes.kundennummer')
  expect(own?.candidates[0]).toMatchObject({ model: 'res.partner', field: 'ref' })
  const product = await port().forRules(productToOdoo)
  expect(product?.ok && product.items.map(({ candidates }) => candidates[0]?.model)).toContain('product.product')
})

it('offers a correction that a person refused no longer, and one that was taken first, wherever the value stands', async () => {
  const problem = { code: 'unmapped_carrier', value: 'UPS stnadard', message: 'No entry.', remedy: 'Add one.' }
  const dead = () => add('order.created', {}, { state: 'dead', details: JSON.stringify([problem]) })
  const [first] = (await port().corrections(await dead())) ?? []
  if (!first) throw new Error('a correction')
  await port().learnCorrection(first, false, 'ann')
  expect(await port().corrections(await dead())).toEqual([])
  await port().learnCorrection(first, true, 'ann')
  expect(await port().corrections(await dead())).toMatchObject([
    { replacement: 'UPS Standard', confidence: 0.98, reasons: [{ code: 'chosenBefore' }, {}] },
  ])
})

it('shows the suggestions of its own in time, and changes nothing, whatever a language model answers', async () => {
  await add('order.created', {
    id: 'o3',
    contact: { email: 'jane@example.com' },
    attributes: { cryptic_zz: 'secret 4711' },
  })
  const sent: string[] = []
  const asked = (reply: () => Promise<Response>) =>
    suggestionsPort({
      ...parts(),
      odoo: knowing,
      advisor: createAdvisor({
        url: 'http://127.0.0.1:9/v1',
        model: 'm',
        timeoutMs: 200,
        fetch: async (_url, init) => {
          sent.push(String(init?.body))
          return reply()
        },
      }),
    })
  const own = await port().forRules(orderToOdoo)
  const never = () => new Promise<Response>(() => {})
  const lies = async () => new Response('{"applied": true, "rules": [{"to": "active", "const": false}]}')
  for (const reply of [never, lies, () => Promise.reject(new Error('ECONNREFUSED'))]) {
    const made = await asked(reply).forRules(orderToOdoo)
    expect(made?.ok && own?.ok && made.items).toEqual(own?.ok && own.items)
    expect(made?.ok && made.model).toMatch(/silent|wrong/)
  }
  expect(sent.length).toBeGreaterThan(0)
  for (const secret of ['jane@example.com', 'secret 4711', '4711']) expect(sent.join()).not.toContain(secret)
})

it('needs the model by name where its address is set', () => {
  const half = readConfig({ ASSIST_MODEL_URL: 'http://127.0.0.1:11434/v1' })
  expect(half).toEqual({ problems: [expect.stringContaining('ASSIST_MODEL is missing')] })
  const whole = readConfig({ ASSIST_MODEL_URL: 'http://127.0.0.1:11434/v1', ASSIST_MODEL: 'small' })
  expect('config' in whole && whole.config.assistModel).toEqual({
    url: 'http://127.0.0.1:11434/v1',
    model: 'small',
    key: undefined,
  })
  const none = readConfig({})
  expect('config' in none && none.config.assistModel).toBeUndefined()
})

let made = 0
async function add(
  type: 'customer.created' | 'order.created',
  data: object,
  over: { state?: 'dead'; details?: string } = {},
): Promise<number> {
  const row = {
    source: 'clarity' as const,
    webhook_id: `w${made++}`,
    type,
    lane: `x:${made}`,
    subject: '#1',
    payload: Buffer.from(JSON.stringify({ type, data })),
    correction: null,
    corrected_by: null,
    corrected_at: null,
    settled_by: null,
    state: 'done' as const,
    priority: 0,
    received_at: 1,
    due_at: 1,
    settled_at: 1,
    cause: null,
    message: null,
    details: null,
    trace_id: 't',
    ...over,
  }
  const { id } = await store.db.insertInto('events').values(row).returning('id').executeTakeFirstOrThrow()
  return Number(id)
}
