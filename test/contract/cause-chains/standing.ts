import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { createOdooClient, type OdooClient } from '../../../odoo-bridge/client/client.ts'
import type { Order } from '../../../shared/entities.ts'
import { amount } from '../../../shared/money.ts'
import type { Waiting } from '../../support/cause-chain.ts'
import { authority } from '../../support/certificates.ts'
import { FIRST_KEY, openSandboxStage, type SandboxStage } from '../../support/sandbox-stage.ts'
import { type Checkout, checkout } from '../../support/shop.ts'
import { until } from '../../support/until.ts'

const STORE = 'default'
/** Set when it stands. */
export let stage: SandboxStage
export let shop: SandboxStage['shop']
export let panel: SandboxStage['panel']
let client: OdooClient
let guest = 0

/** The sandbox on both sides, for all chains of the file. @param ready with what a merchant has there before the first */
export function standing(ready: () => Promise<void>): void {
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clarity-chains-'))
    const ca = authority()
    const trusted = join(folder, 'issuer.pem')
    writeFileSync(trusted, ca.cert)
    stage = await openSandboxStage({ tls: ca.issue(), env: { NODE_EXTRA_CA_CERTS: trusted }, silent: true })
    ;({ shop, panel } = stage)
    const { proxy, odoo } = stage
    client = createOdooClient({ url: proxy.url, db: odoo.database, apiKey: FIRST_KEY, transport: 'json2' })
    await ready()
  })
  afterAll(async () => {
    await stage?.dispose()
    rmSync(folder, { recursive: true })
  })
  afterEach(() => {
    for (const front of Object.values(stage.fronts ?? {})) front.answer = () => undefined
  })
}

export const place = (change: Partial<Checkout> = {}) => shop.place(checkout(guest++, change))
export const tell = async (data: object, type = 'order.created') =>
  expect(await stage.deliver({ type, data })).toBe(202)
export const laneOf = ({ id }: { id: string }) => `order:${id}`
export const later = (order: Order) => new Date(Date.parse(order.updatedAt) + 5_000).toISOString()
export const inOdoo = ({ number }: Order, also: Record<string, string> = {}) =>
  stage.odoo.person.count('sale.order', { origin: number, ...also })
export const stateOf = async (order: Order) => {
  const reply = await client.readState(STORE, 'order', [order.id])
  if (!reply.ok) throw new Error(JSON.stringify(reply.outcome))
  return reply.value.orders?.[0]
}
/** A person writes what is right in place of what came; it runs again by that. */
export const correct =
  (order: () => object, type = 'order.created') =>
  ({ id }: Waiting) => {
    const body = { type, timestamp: new Date().toISOString(), data: order() }
    return panel('POST', `/events/${id}/correct`, { body })
  }

/** Once in Odoo, to the cent, and the storefront knows as what. */
export async function rightOf(order: Order): Promise<void> {
  expect(inOdoo(order)).toBe(1)
  const there = await stateOf(order)
  expect(amount(there?.amount_total ?? '0').toFixed(2)).toBe(order.total)
  await until(`${order.number} known in the shop`, async () => (await shop.order(order.id)).externalKey)
  expect(await shop.order(order.id)).toMatchObject({ externalKey: there?.name, status: 'processing' })
}

/** The order of one chain: `made` when its fault is brought about. */
export function one(change: (order: Order) => object = (order) => order, placed: Partial<Checkout> = {}) {
  let order: Order | undefined
  const made = (): Order => {
    if (!order) throw new Error('its fault comes first')
    return order
  }
  return {
    made,
    fault: async (before: (order: Order) => void = () => {}) => {
      order = await place(placed)
      before(order)
      await tell(change(order))
      return laneOf(order)
    },
    held: () => expect(inOdoo(made())).toBe(0),
    right: () => rightOf(made()),
  }
}
