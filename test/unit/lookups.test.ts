import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EntryChange } from '../../clarity-extension/lookups/entries.ts'
import { readEntries, writeEntriesFile } from '../../clarity-extension/lookups/file.ts'
import { defaultLookups } from '../../clarity-extension/mapping/defaults/lookups.ts'
import { lookupTable } from '../../clarity-extension/mapping/lookups.ts'
import { statusToClarity } from '../../clarity-extension/mapping/status.ts'
import { asUnmapped } from '../../clarity-extension/mapping/unmapped.ts'
import { mapFixture } from './mapping-support.ts'

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }).filter((one) => one !== '__proto__')
const entry: fc.Arbitrary<EntryChange> = fc.record({
  table: fc.constantFrom('tax', 'carrier', 'payment_method'),
  key: text,
  result: fc.oneof(text, fc.integer(), fc.constant(null)),
  shown: fc.oneof(text, fc.constant(null)),
})
const entries = fc.uniqueArray(entry, { maxLength: 20, selector: ({ table, key }) => `${table}\n${key}` })
const sorted = (all: readonly EntryChange[]) =>
  [...all].sort((a, b) => (`${a.table}\n${a.key}` < `${b.table}\n${b.key}` ? -1 : 1))

describe('entries as a file', () => {
  it.each(['json', 'csv'] as const)('survive writing and reading as %s, whatever stands in them', (format) => {
    fc.assert(
      fc.property(entries, (all) => {
        const read = readEntries(writeEntriesFile(all, format), format)
        expect(read.ok && sorted(read.entries)).toEqual(sorted(all))
      }),
    )
  })

  it('start no formula in a spreadsheet', () => {
    const csv = writeEntriesFile([{ table: 'tax', key: '=HYPERLINK("x")', result: '+1', shown: '@x' }], 'csv')
    expect(csv).toBe(`table,value,result,shown\r\ntax,"'=HYPERLINK(""x"")",'+1,'@x\r\n`)
  })

  it.each([
    ['table,value,result\r\ntax,vat,\r\n', 2, 'is no result'],
    ['table,value,result\ntax,vat,:{\n', 2, 'is no result'],
    ['table,value,result\n,vat,x\n', 2, 'are needed'],
    ['a,b\n', 1, 'the first line is'],
    ['table,value,result\ntax,"vat,x\n', 1, 'never closed'],
  ])('that cannot be read say where: %j', (csv, line, message) => {
    expect(readEntries(csv, 'csv')).toMatchObject({ ok: false, line, message: expect.stringContaining(message) })
  })

  it('refuse JSON of another kind', () => {
    expect(readEntries('{', 'json')).toMatchObject({ ok: false })
    expect(readEntries('{"tables":{}}', 'json')).toMatchObject({ ok: false })
  })
})

describe('the delivered tables', () => {
  it('are of the shape that an import takes', () => {
    for (const table of Object.values(defaultLookups))
      expect(lookupTable.safeParse(table).success, table.title).toBe(true)
  })

  it('a status table of the merchant decides what the storefront shows', () => {
    const order = {
      ...{ ref: '1', id: 1, name: 'S1', state: 'sale' as const, delivery_status: 'partial' as const },
      ...{ amount_total: '1', amount_tax: '0', currency: 'USD', version: '', pickings: [] },
    }
    const { order_state } = defaultLookups
    if (!order_state) throw new Error('no order states')
    expect(statusToClarity(order)).toBe('partiallyShipped')
    const own = { order_state: { ...order_state, entries: { ...order_state.entries, 'sale/partial': 'processing' } } }
    expect(statusToClarity(order, own)).toBe('processing')
    expect(statusToClarity({ ...order, delivery_status: null, state: 'cancel' })).toBe('cancelled')
  })
})

describe('a name that Odoo does not know', () => {
  const mapped = mapFixture('carrier')
  if (!mapped.ok) throw new Error('the fixture is mapped')
  const asked = mapped.asked[mapped.operations[0].id] ?? {}
  const problem = (code: string, target: string) =>
    asUnmapped({ code, target, message: 'Odoo has none', remedy: 'Mend it' }, asked, defaultLookups)

  it('CASES 30: is an entry that is missing, of the table that decides the field', () => {
    const method = Object.values(asked).find(({ table }) => table === 'carrier')?.key
    expect(method).toBeTruthy()
    expect(problem('not_found', '/carrier_id')).toMatchObject({
      code: 'unmapped_carrier',
      value: method,
      message: 'Odoo has none',
      remedy: expect.stringContaining('in the table “Carriers”'),
    })
    const shipping = Object.keys(asked).find((target) => target.endsWith('/product_id')) ?? ''
    expect(problem('unknown_sku', shipping)).toMatchObject({ code: 'unmapped_carrier', value: method })
  })

  it('stays what it is where no table decides, or where another mistake was made', () => {
    expect(problem('not_found', '/order_line/$lines/items/0/product_id').code).toBe('not_found')
    expect(problem('invalid_value', '/carrier_id').code).toBe('invalid_value')
  })
})
