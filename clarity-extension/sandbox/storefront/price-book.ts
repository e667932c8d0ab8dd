import { z } from 'zod'
import type { PriceBook } from './pricing.ts'
import type { Shop } from './shop.ts'

const taxes = z.array(z.object({ code: z.string(), name: z.string(), rate: z.string() }))
const carriers = z.array(z.object({ method: z.string(), carrier: z.string(), price: z.string(), taxCode: z.string() }))

/** The shop's prices, tax rates and shipping methods as they are now. */
export function priceBook(shop: Shop): PriceBook {
  const rates = new Map(
    taxes.parse(JSON.parse(shop.settings.get('taxes') ?? '[]')).map(({ code, rate }) => [code, rate]),
  )
  const methods = new Map(shippingMethods(shop).map((carrier) => [carrier.method, carrier]))
  return {
    product: (sku) => shop.products.anyUnder(sku)?.record,
    taxRate: (code) => rates.get(code),
    shipping: (method) => methods.get(method),
  }
}

export const shippingMethods = (shop: Shop): z.infer<typeof carriers> =>
  carriers.parse(JSON.parse(shop.settings.get('carriers') ?? '[]'))
