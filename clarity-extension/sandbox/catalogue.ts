/**
 * What the sandbox sells. The storefront, the Odoo stand-in and the seeding of a real Odoo read the same data, so that the
 * same SKU means the same thing everywhere. Deterministic: no clock, no chance. Prices are net, in `currency`.
 */
export interface CatalogueProduct {
  sku: string
  /** Template and variant in one, e.g. `Classic tee (Red, M)`. */
  name: string
  templateName: string
  /** Option to value, e.g. `{ Color: 'Red', Size: 'M' }`; empty for a product without variants. */
  options: Record<string, string>
  /** Net, decimal text. */
  price: string
  taxCode: TaxCode
  /** EAN-13 of the range kept for use inside a shop. */
  barcode: string
  /** Kilograms, decimal text. */
  weight: string
  /** Path, e.g. `Apparel / Tops`. */
  category: string
  description: string
  /** Units on hand per warehouse code. */
  stock: Record<WarehouseCode, number>
}

export type TaxCode = 'standard' | 'reduced' | 'zero'
export type WarehouseCode = 'WH' | 'EAST'

export interface Catalogue {
  currency: string
  products: CatalogueProduct[]
  /** `code` is Odoo's, `location` the storefront's key for the same place. */
  warehouses: { code: WarehouseCode; name: string; location: string }[]
  /** `rate` in percent, decimal text; added to the price. */
  taxes: { code: TaxCode; name: string; rate: string }[]
  /** `price` net; `sku` is the delivery product's reference in Odoo. */
  carriers: { method: string; carrier: string; price: string; taxCode: TaxCode; sku: string }[]
}

interface Template {
  code: string
  name: string
  category: string
  price: string
  taxCode: TaxCode
  weight: string
  description: string
  /** Option name to its values and their SKU parts. */
  options?: Record<string, Record<string, string>>
  /** Added to the price for an option value. */
  surcharge?: Record<string, string>
  /** Where the default stock would be wrong; by SKU. */
  stock?: Record<string, Record<WarehouseCode, number>>
}

const sizes = { S: 'S', M: 'M', L: 'L' }

const templates: Template[] = [
  {
    code: 'TEE',
    name: 'Classic tee',
    category: 'Apparel / Tops',
    price: '24.00',
    taxCode: 'standard',
    weight: '0.180',
    description: 'Heavy organic cotton that keeps its shape.',
    options: { Color: { Red: 'RED', Navy: 'NVY', White: 'WHT' }, Size: sizes },
  },
  {
    code: 'HOOD',
    name: 'Trail hoodie',
    category: 'Apparel / Tops',
    price: '68.00',
    taxCode: 'standard',
    weight: '0.620',
    description: 'Brushed inside, windproof outside.',
    options: { Color: { Black: 'BLK', Sage: 'SGE' }, Size: { ...sizes, XL: 'XL' } },
    surcharge: { XL: '4.00' },
  },
  {
    code: 'SOCK',
    name: 'Merino socks',
    category: 'Apparel / Accessories',
    price: '14.95',
    taxCode: 'standard',
    weight: '0.070',
    description: 'Warm when wet, dry by morning.',
    options: { Color: { Grey: 'GRY', Ochre: 'OCH' }, Size: { '36-40': 'S', '41-46': 'L' } },
  },
  {
    code: 'BOOT',
    name: "Children's rain boots",
    category: 'Apparel / Children',
    price: '32.50',
    taxCode: 'zero',
    weight: '0.540',
    description: 'Made for puddles.',
    options: { Size: { '24': '24', '26': '26', '28': '28', '30': '30' } },
  },
  {
    code: 'TOTE',
    name: 'Canvas tote',
    category: 'Apparel / Accessories',
    price: '19.00',
    taxCode: 'standard',
    weight: '0.250',
    description: 'Carries a week of groceries.',
    options: { Color: { Natural: 'NAT', Black: 'BLK' } },
  },
  {
    code: 'MUG',
    name: 'Enamel mug',
    category: 'Home / Kitchen',
    price: '12.40',
    taxCode: 'standard',
    weight: '0.210',
    description: 'From the campfire to the desk.',
    options: { Color: { White: 'WHT', Green: 'GRN', Blue: 'BLU' } },
  },
  {
    code: 'BOTTLE',
    name: 'Steel bottle',
    category: 'Home / Kitchen',
    price: '27.90',
    taxCode: 'standard',
    weight: '0.330',
    description: 'Cold for a day, hot for a night.',
    options: { Color: { Steel: 'STL', Coral: 'CRL' }, Volume: { '500 ml': '500', '750 ml': '750' } },
    surcharge: { '750 ml': '5.00' },
  },
  {
    code: 'LAMP',
    name: 'Desk lamp',
    category: 'Home / Lighting',
    price: '89.00',
    taxCode: 'standard',
    weight: '1.450',
    description: 'One arm, one warm light.',
    options: { Finish: { Brass: 'BRS', Black: 'BLK' } },
    stock: { 'LAMP-BRS': { WH: 12, EAST: 0 } },
  },
  {
    code: 'BLANKET',
    name: 'Wool blanket',
    category: 'Home / Textiles',
    price: '119.99',
    taxCode: 'standard',
    weight: '1.900',
    description: 'Woven from undyed wool.',
    stock: { BLANKET: { WH: 0, EAST: 8 } },
  },
  {
    code: 'NOTE',
    name: 'Field notebook',
    category: 'Books / Paper',
    price: '9.75',
    taxCode: 'reduced',
    weight: '0.160',
    description: 'Lies flat, fits a pocket.',
    options: { Ruling: { Dotted: 'DOT', Lined: 'LIN', Blank: 'BLK' } },
  },
  {
    code: 'BOOK-BOATS',
    name: 'A Year of Small Boats',
    category: 'Books / Reading',
    price: '18.00',
    taxCode: 'reduced',
    weight: '0.390',
    description: 'Twelve harbours, twelve stories.',
  },
  {
    code: 'COFFEE',
    name: 'Coffee beans',
    category: 'Pantry / Coffee',
    price: '11.35',
    taxCode: 'reduced',
    weight: '0.260',
    description: 'Roasted on Tuesdays.',
    options: { Roast: { Espresso: 'ESP', Filter: 'FIL' }, Pack: { '250 g': '250', '1 kg': '1KG' } },
    surcharge: { '1 kg': '25.60' },
  },
  {
    code: 'TEA',
    name: 'Loose leaf tea',
    category: 'Pantry / Tea',
    price: '8.60',
    taxCode: 'reduced',
    weight: '0.120',
    description: 'Whole leaves from small gardens.',
    options: { Kind: { 'Earl Grey': 'EARL', Sencha: 'SEN', Rooibos: 'ROO' } },
  },
  {
    code: 'AID',
    name: 'First-aid kit',
    category: 'Health / Safety',
    price: '22.49',
    taxCode: 'zero',
    weight: '0.480',
    description: 'What a day outside may ask for.',
  },
  {
    code: 'MASK',
    name: 'Reusable mask',
    category: 'Health / Safety',
    price: '7.20',
    taxCode: 'zero',
    weight: '0.030',
    description: 'Three layers, washable a hundred times.',
    options: { Size: { S: 'S', M: 'M' } },
  },
]

export const catalogue: Catalogue = {
  currency: 'USD',
  products: templates.flatMap(variants).map(complete),
  warehouses: [
    { code: 'WH', name: 'Main warehouse', location: 'main' },
    { code: 'EAST', name: 'East warehouse', location: 'east' },
  ],
  taxes: [
    { code: 'standard', name: 'Sales tax 15%', rate: '15' },
    { code: 'reduced', name: 'Sales tax 5%', rate: '5' },
    { code: 'zero', name: 'Sales tax 0%', rate: '0' },
  ],
  carriers: [
    { method: 'Standard', carrier: 'UPS Ground', price: '5.90', taxCode: 'standard', sku: 'SHIP-STANDARD' },
    { method: 'Express', carrier: 'DHL Express', price: '14.90', taxCode: 'standard', sku: 'SHIP-EXPRESS' },
  ],
}

interface Variant {
  template: Template
  sku: string
  options: Record<string, string>
}

function variants(template: Template): Variant[] {
  let found: Variant[] = [{ template, sku: template.code, options: {} }]
  for (const [option, values] of Object.entries(template.options ?? {})) {
    found = found.flatMap((base) =>
      Object.entries(values).map(([value, part]) => ({
        template,
        sku: `${base.sku}-${part}`,
        options: { ...base.options, [option]: value },
      })),
    )
  }
  return found
}

function complete({ template, sku, options }: Variant, index: number): CatalogueProduct {
  const values = Object.values(options)
  const cents = values.reduce(
    (sum, value) => sum + inCents(template.surcharge?.[value] ?? '0'),
    inCents(template.price),
  )
  return {
    sku,
    name: values.length > 0 ? `${template.name} (${values.join(', ')})` : template.name,
    templateName: template.name,
    options,
    price: `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`,
    taxCode: template.taxCode,
    barcode: ean13(`200${String(index + 1).padStart(9, '0')}`),
    weight: template.weight,
    category: template.category,
    description: template.description,
    stock: template.stock?.[sku] ?? { WH: 120 + ((index * 37) % 160), EAST: 40 + ((index * 23) % 80) },
  }
}

function inCents(price: string): number {
  return Math.round(Number(price) * 100)
}

/** @param digits the first twelve; the thirteenth checks them (GS1 General Specifications 7.9) */
function ean13(digits: string): string {
  const sum = [...digits].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0)
  return `${digits}${(10 - (sum % 10)) % 10}`
}
