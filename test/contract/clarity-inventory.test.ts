import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkout, openSandbox } from '../support/clarity-api.ts'
import { asJson, type Json } from '../support/openapi.ts'

let sandbox: Awaited<ReturnType<typeof openSandbox>>
beforeAll(async () => {
  sandbox = await openSandbox()
})
afterAll(() => sandbox.storefront.stop())

const row = (sku: string, quantity: unknown, more: Json = {}): Json => ({
  sku,
  locationKey: 'main',
  quantity,
  asOf: new Date().toISOString(),
  ...more,
})
const put = async (...rows: unknown[]): Promise<Json[]> => {
  const { body } = await sandbox.api.put('/inventory', { rows })
  return Array.isArray(body.results) ? body.results.map(asJson) : []
}
const level = async (sku: string): Promise<Json> => {
  const { body } = await sandbox.api.get(`/inventory?sku=${sku}&locationKey=main`)
  return asJson(Array.isArray(body.results) ? body.results[0] : {})
}

describe('inventory', () => {
  it('is absolute', async () => {
    await put(row('TEE-RED-S', '7'))
    await put(row('TEE-RED-S', '7'))
    expect(await level('TEE-RED-S')).toMatchObject({ id: 'TEE-RED-S@main', quantity: '7' })
  })

  it('ignores an older number and says so, with what it holds', async () => {
    const asOf = new Date().toISOString()
    await put(row('TEE-RED-M', '5', { asOf }))
    const [result] = await put(row('TEE-RED-M', '9', { asOf: '2020-01-01T00:00:00Z' }))
    expect(result).toMatchObject({ index: 0, status: 'stale', quantity: '5', asOf })
    expect((await level('TEE-RED-M')).quantity).toBe('5')
  })

  it('finds a number stale that was read before the last sale', async () => {
    const readBefore = new Date().toISOString()
    await put(row('MUG-WHT', '10', { asOf: readBefore }))
    await sandbox.api.post('/orders', checkout('MUG-WHT', '2'))
    const [result] = await put(row('MUG-WHT', '10', { asOf: readBefore }))
    expect(result).toMatchObject({ status: 'stale', quantity: '8' })
  })

  it('isolates one bad row of a hundred (case 15)', async () => {
    const rows = Array.from({ length: 100 }, (_, n) => row(n === 41 ? 'NOPE' : 'TEE-NVY-L', String(n)))
    const results = await put(...rows)
    expect(results.filter(({ status }) => status === 'ok')).toHaveLength(99)
    expect(results[41]).toMatchObject({
      index: 41,
      sku: 'NOPE',
      status: 'rejected',
      code: 'unknown_sku',
      field: '/sku',
    })
    expect((await level('TEE-NVY-L')).quantity).toBe('99')
  })

  it.each<[string, unknown, Json]>([
    [
      'an unknown location',
      row('AID', '1', { locationKey: 'moon' }),
      { code: 'unknown_location', field: '/locationKey' },
    ],
    ['a number instead of text', row('AID', 1), { code: 'invalid_value', field: '/quantity', sku: 'AID' }],
    ['text that is no number', row('AID', 'many'), { code: 'invalid_value', field: '/quantity' }],
    ['no asOf', row('AID', '1', { asOf: undefined }), { code: 'invalid_value', field: '/asOf' }],
    ['no row at all', 'AID', { code: 'invalid_value' }],
  ])('rejects %s with its reason', async (_, bad, reason) => {
    const results = await put(bad, row('AID', '3'))
    expect(results[0]).toMatchObject({ index: 0, status: 'rejected', ...reason })
    expect(results[1]).toMatchObject({ index: 1, status: 'ok', quantity: '3' })
  })

  it('takes 500 rows and not 501', async () => {
    const rows = (count: number) => Array.from({ length: count }, () => row('AID', '4'))
    expect((await put(...rows(500))).length).toBe(500)
    expect((await sandbox.api.put('/inventory', { rows: rows(501) })).status).toBe(422)
  })

  it('takes one number by PATCH', async () => {
    const taken = await sandbox.api.patch('/inventory', row('TOTE-BLK', '6'))
    const stale = await sandbox.api.patch('/inventory', row('TOTE-BLK', '8', { asOf: '2020-01-01T00:00:00Z' }))
    const refused = await sandbox.api.patch('/inventory', row('NOPE', '6'))
    expect([taken.body.status, stale.body.status, refused.status]).toEqual(['ok', 'stale', 422])
  })

  it('does not sell from a location that is switched off', async () => {
    await put(row('BOOT-24', '5'), row('BOOT-24', '5', { locationKey: 'east' }))
    await sandbox.api.put('/inventory-locations/by-key/main', { active: false })
    const refused = await sandbox.api.post('/orders', checkout('BOOT-24', '6'))
    const taken = await sandbox.api.post('/orders', checkout('BOOT-24', '5'))
    await sandbox.api.put('/inventory-locations/by-key/main', { active: true })
    expect([refused.status, taken.status, (await level('BOOT-24')).quantity]).toEqual([422, 201, '5'])
  })
})
