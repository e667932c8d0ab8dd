import { defaultLookups } from '../../clarity-extension/mapping/defaults/lookups.ts'
import { mapOrder } from '../../clarity-extension/mapping/expressions/order.ts'
import { expressionPool } from '../../clarity-extension/mapping/expressions/pool.ts'
import { orderFaults } from '../../clarity-extension/mapping/order/faults.ts'
import {
  defaultRuleSets,
  type OrderContext,
  type OrderMapped,
  orderToOperations,
} from '../../clarity-extension/mapping/order.ts'
import type { Rule } from '../../clarity-extension/mapping/rules.ts'
import type { Described } from '../../clarity-extension/mapping/validate.ts'
import { fieldsOf } from '../../clarity-extension/sandbox/odoo/models.ts'
import { order as orderShape } from '../../shared/entities.ts'
import { generatedOrder, shapes } from '../support/generated-orders.ts'
import type { Report } from './run.ts'

/**
 * What mapping costs beside the whole way to Odoo. The whole way is taken as mapping and what Odoo itself takes, and nothing else
 * of the bridge: 72.8 orders/s on two cores, 27 ms of processor time each. That was measured once on an idle machine, with two
 * processes, batches of 25 and everything that makes Odoo faster, so that the share is the largest that it may be;
 * `npm run bench orders` measures the way as it is.
 *
 * Measured is processor time of the whole process (the expressions' thread, garbage collection and compiler included), so that
 * waiting for a core does not count. A busy machine still makes the same work dearer, as its neighbours use the caches and the
 * other half of the core, and never cheaper: of many rounds the least is therefore what mapping costs, as the yardstick is what
 * Odoo takes on a machine of its own. The first rounds only warm the compiler up, since a bridge runs for weeks; the median of
 * the others is shown as well.
 */
const ODOO_MS_PER_ORDER = (2 * 1_000) / 72.8
/** Orders on their way side by side, as the ledger's lanes are. */
const LANES = 16
const ORDERS = 300
const WARM = 5
const ROUNDS = 15

export async function run(report: Report): Promise<void> {
  const bodies = Array.from({ length: ORDERS }, (_, seed) => {
    const shape = shapes[seed % shapes.length]
    if (!shape) throw new Error('there are shapes')
    return JSON.stringify(generatedOrder(seed + 1, shape, 'USD', 5))
  })
  const pool = expressionPool()
  const context: OrderContext = { lookups: defaultLookups, company: { currency: 'USD' } }
  const custom: OrderContext = { ...context, ruleSets: customRuleSets() }
  const times: Record<'default' | 'custom', number[]> = { default: [], custom: [] }
  for (let round = 0; round < WARM + ROUNDS; round++) {
    const plain = await spent(bodies, async (order) => orderToOperations(order, undefined, context))
    const rich = await spent(bodies, (order) => mapOrder(order, undefined, custom, pool))
    if (round >= WARM) {
      times.default.push(plain)
      times.custom.push(rich)
    }
  }
  await pool.close()
  const [plain, rich] = [Math.min(...times.default), Math.min(...times.custom)]
  report('odoo_ms_per_order', ODOO_MS_PER_ORDER, 'ms, the yardstick: 72.8 orders/s on two idle cores')
  report('orders_per_s', 1_000 / plain, 'orders/s')
  report('share_percent_default', share(plain), '%')
  report('share_percent_custom', share(rich), '%')
  report('share_percent_default_median', share(median(times.default)), '%')
  report('share_percent_custom_median', share(median(times.custom)), '%')
}

const share = (ms: number): number => (100 * ms) / (ms + ODOO_MS_PER_ORDER)

type OrderMapping = (order: ReturnType<typeof orderShape.parse>) => Promise<OrderMapped>

/** Milliseconds of processor time per order through parse, map and validate. */
async function spent(bodies: string[], mapping: OrderMapping): Promise<number> {
  const before = process.cpuUsage()
  let next = 0
  await Promise.all(Array.from({ length: LANES }, lane))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000 / bodies.length

  async function lane(): Promise<void> {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) await one(body)
  }

  async function one(body: string): Promise<void> {
    const mapped = await mapping(orderShape.parse(JSON.parse(body)))
    if (!mapped.ok) throw new Error(JSON.stringify(mapped.outcome))
    const problems = orderFaults(mapped, described)
    if (problems.length > 0) throw new Error(JSON.stringify(problems[0]))
  }
}

const studio = Object.fromEntries(
  Array.from({ length: 40 }, (_, index) => [
    `x_studio_${index}`,
    { string: `Field ${index}`, type: 'char', required: false, readonly: false },
  ]),
)

const described: Described = {
  'sale.order': { ...describe('sale.order'), ...studio },
  'sale.order.line': { ...describe('sale.order.line'), ...studio },
  'res.partner': describe('res.partner'),
  'account.payment': describe('account.payment'),
}

function describe(model: string): Described[string] {
  const fields = Object.entries(fieldsOf(model) ?? {})
  return Object.fromEntries(
    fields.map(([name, field]) => [
      name,
      { required: false, readonly: false, ...field, ...{ selection: field.selection } },
    ]),
  )
}

/** 30 rules and 10 expressions more than the defaults. */
function customRuleSets() {
  const more: Rule[] = [
    ...Array.from({ length: 20 }, (_, index): Rule => custom(index)),
    ...Array.from(
      { length: 8 },
      (_, index): Rule => ({ to: `x_studio_${20 + index}`, jsonata: expressions[index] ?? 'number' }),
    ),
  ]
  const onLines: Rule[] = [
    ...Array.from({ length: 10 }, (_, index): Rule => ({ ...custom(index), from: index % 2 ? 'sku' : 'name' })),
    { to: 'x_studio_38', jsonata: '$uppercase(sku) & "/" & $index' },
    { to: 'x_studio_39', jsonata: '$multiply(quantity, unitPrice)' },
  ]
  const { order } = defaultRuleSets
  const rules = order.rules.map((rule) =>
    rule.lines
      ? {
          ...rule,
          lines: {
            ...rule.lines,
            each: rule.lines.each.map((each) =>
              each.in === 'items' ? { ...each, rules: [...each.rules, ...onLines] } : each,
            ),
          },
        }
      : rule,
  )
  return { ...defaultRuleSets, order: { ...order, rules: [...rules, ...more] } }
}

const custom = (index: number): Rule => ({
  to: `x_studio_${index}`,
  when: {
    or: [
      { path: 'currency', equals: 'USD' },
      { path: 'sku', exists: true },
    ],
  },
  from: ['purchaseOrderNumber', 'number'],
  default: 'none',
  convert: [
    'clean',
    'collapse',
    { do: 'truncate', length: 40, overflow: 'ellipsis' },
    { do: 'prefix', text: `${index}-` },
  ],
})

const expressions = [
  '$string($count(items))',
  '$join(items.sku, ", ")',
  '$roundTo($divide(total, $string($count(items)), 6), 2)',
  '$count(items[$number(quantity) > 5]) > 0 ? "bulk" : "small"',
  'billingAddress.country = shippingAddress.country ? "same" : "other"',
  '$uppercase($substring(number, 0, 3))',
  '$add($subtract(total, taxTotal), "0")',
  '$join($distinct(items.taxCode), "/")',
]

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
