import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import * as entities from '../../shared/entities.ts'
import { clarityEnvelope, clarityEventTypes, odooEnvelope, odooEventTypes } from '../../shared/events.ts'
import { counters, pairingAnswer, pairingRequest } from '../../shared/pairing.ts'
import { asJson, openApi } from '../support/openapi.ts'
import { type Shape, samples, shapeOfOpenApi, shapeOfZod } from '../support/schema-shape.ts'

const clarity = openApi('shared/clarity.openapi.yaml')
const odoo = openApi('odoo-bridge/openapi.yaml')

const schema = (name: string) => `#/components/schemas/${name}`
const [saleOrder, picking, stock, invoice, returned, product, partner, price] = odooEnvelope.options

/** Every zod shape that stands for something on a wire, and where the document says the same. */
const pairs: [string, z.ZodType, typeof clarity, string][] = [
  ['address', entities.address, clarity, 'Address'],
  ['contact', entities.contact, clarity, 'Contact'],
  ['orderItem', entities.orderItem, clarity, 'OrderItem'],
  ['shippingLine', entities.shippingLine, clarity, 'ShippingLine'],
  ['discount', entities.discount, clarity, 'Discount'],
  ['payment', entities.payment, clarity, 'Payment'],
  ['order', entities.order, clarity, 'Order'],
  ['customer', entities.customer, clarity, 'Customer'],
  ['product', entities.product, clarity, 'Product'],
  ['inventoryLevel', entities.inventoryLevel, clarity, 'InventoryRow'],
  ['storedInventoryLevel', entities.storedInventoryLevel, clarity, 'InventoryLevel'],
  ['inventoryLocation', entities.inventoryLocation, clarity, 'InventoryLocation'],
  ['shipment', entities.shipment, clarity, 'Shipment'],
  ['priceRule', entities.priceRule, clarity, 'PriceRule'],
  ['invoice', entities.invoice, clarity, 'Invoice'],
  ['returnRequest', entities.returnRequest, clarity, 'Return'],
  ['clarityEnvelope', clarityEnvelope, clarity, 'Envelope'],
  ['pairingRequest', pairingRequest, odoo, 'PairingRequest'],
  ['counters', counters, odoo, 'Counters'],
  ['pairingAnswer', pairingAnswer, odoo, 'PairingAnswer'],
  ['odooEnvelope sale_order.changed', saleOrder, odoo, 'SaleOrderChanged'],
  ['odooEnvelope picking.*', picking, odoo, 'PickingChanged'],
  ['odooEnvelope stock.changed', stock, odoo, 'StockChanged'],
  ['odooEnvelope invoice.changed', invoice, odoo, 'InvoiceChanged'],
  ['odooEnvelope return.changed', returned, odoo, 'ReturnChanged'],
  ['odooEnvelope product.changed', product, odoo, 'ProductChanged'],
  ['odooEnvelope partner.changed', partner, odoo, 'PartnerChanged'],
  ['odooEnvelope pricelist_item.changed', price, odoo, 'PricelistItemChanged'],
]

describe.each(pairs)('%s', (_, shape, api, name) => {
  const ours = shapeOfZod(shape)
  const theirs = shapeOfOpenApi(api, schema(name))

  it('names the same fields, types, enums and required fields as the document', () => {
    expect(ours).toEqual(theirs)
  })

  it('what zod may be given, the document allows', () => {
    for (const value of fc.sample(samples(ours), 50)) expect(api.faults(schema(name), value)).toEqual([])
  })

  it('what the document allows, zod takes', () => {
    for (const value of fc.sample(samples(theirs), 50)) expect(shape.safeParse(value).error).toBeUndefined()
  })

  it('both miss a required field', () => {
    const [sample] = fc.sample(samples(theirs), 1)
    for (const field of theirs.required ?? []) {
      const { [field]: _, ...rest } = asJson(sample)
      expect([shape.safeParse(rest).success, api.faults(schema(name), rest).length > 0]).toEqual([false, true])
    }
  })
})

describe('the comparison itself', () => {
  const shape = shapeOfZod(entities.order)
  const changed: [string, (fields: Record<string, Shape>) => Shape][] = [
    ['a field that is missing', ({ note: _, ...fields }) => ({ ...shape, fields })],
    ['a field that became optional', (fields) => ({ ...shape, fields, required: (shape.required ?? []).slice(1) })],
    ['a field of another type', (fields) => ({ ...shape, fields: { ...fields, total: { types: ['number'] } } })],
    [
      'an enum with one value less',
      (fields) => ({ ...shape, fields: { ...fields, status: { types: ['string'], enum: ['pending'] } } }),
    ],
  ]
  it.each(changed)('sees %s', (_, change) => {
    expect(change(shape.fields ?? {})).not.toEqual(shapeOfOpenApi(clarity, schema('Order')))
  })
})

describe('event types', () => {
  it('are the webhooks of the storefront’s document', () => {
    expect(Object.keys(asJson(clarity.document.webhooks)).sort()).toEqual([...clarityEventTypes].sort())
  })

  it('are the webhooks of the addon’s document', () => {
    // A parcel carries the others, and what asks tells of nothing.
    const others = ['parcel', 'pairing', 'counters']
    const names = Object.keys(asJson(odoo.document.webhooks)).filter((name) => !others.includes(name))
    const bodies = names.map((name) => {
      const body = odoo.at(`#/webhooks/${name}/post/requestBody/content/application~1json/schema`)
      return shapeOfOpenApi(odoo, String(body.$ref)).fields?.type?.enum ?? []
    })
    expect([...new Set(bodies.flat())].sort()).toEqual([...odooEventTypes].sort())
  })
})
