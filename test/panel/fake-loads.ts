import type { Loadable, LoadState, LoadsPort } from '../../clarity-extension/http/ports.ts'
import type { Load, LoadRow, NewRow, RowQuery, Tally } from '../../clarity-extension/load/types.ts'
import type { FakeLedger } from './fake-ledger.ts'

/** First loads in memory: products planned with conflicts, customers half brought over, prices switched off. */
export function fakeLoads(ledger: Pick<FakeLedger, 'broken' | 'moves' | 'now' | 'events'>): LoadsPort {
  // A number that the tests of the API know.
  const products = ledger.events.find(({ cause }) => cause === 'unknown_sku')?.id ?? 1
  const loads = new Map<number, Load>([
    [products, load(products, 'product', 'toClarity', 'planned', ledger.now())],
    [2, load(2, 'customer', 'toOdoo', 'running', ledger.now())],
  ])
  const rows = new Map<number, LoadRow[]>([
    [products, productRows()],
    [2, customerRows()],
  ])
  const check = () => {
    if (ledger.broken) throw new Error('the store is away')
  }
  const stateOf = (id: number): LoadState | null => {
    const found = loads.get(id)
    return found ? { load: structuredClone(found), tally: tallyOf(rows.get(id) ?? [], found) } : null
  }
  const loadable = (
    entity: Loadable['entity'],
    direction: Loadable['direction'],
    id: number,
    cause: Loadable['cause'] = null,
  ) => ({ entity, direction, cause, state: stateOf(id) })
  return {
    async list() {
      check()
      return [
        loadable('product', 'toClarity', products),
        loadable('customer', 'toOdoo', 2),
        loadable('price', 'toClarity', 3, 'switched_off'),
        loadable('stock', 'toClarity', 4),
      ]
    },
    async begin(entity, by) {
      check()
      if (entity === 'price') return 'switched_off'
      if (entity === 'customer') return 'busy'
      if (entity !== 'product' && entity !== 'stock') return 'not_loadable'
      const id = entity === 'stock' ? 4 : products
      ledger.moves.push(`dry run of ${entity} by ${by}`)
      loads.set(id, load(id, entity, 'toClarity', 'planning', ledger.now()))
      return stateOf(id) ?? 'busy'
    },
    async act(id, action, by) {
      check()
      const found = loads.get(id)
      if (!found) return undefined
      if (action === 'pause' && found.state !== 'running') return 'not_now'
      ledger.moves.push(`${action} ${found.entity} by ${by}`)
      found.state = action === 'pause' ? 'paused' : action === 'cancel' ? 'cancelled' : 'running'
      found.resumedAt = ledger.now() - 60_000
      return stateOf(id) ?? undefined
    },
    async rows(id, query) {
      check()
      const all = rows.get(id)
      return all && { rows: all.filter((row) => fits(row, query)), next: null }
    },
    async decide(id, which, { decision, target }, by) {
      check()
      const all = rows.get(id)
      if (!all) return undefined
      const chosen = all.filter(
        (row) =>
          row.choices.includes(decision) &&
          ('row' in which ? row.id === which.row : row.why === which.why && row.decision === null),
      )
      for (const row of chosen)
        Object.assign(row, {
          ...{ decision, decidedBy: by, state: decision === 'skip' ? 'out' : 'waiting' },
          ...(decision === 'link' ? { target: target ?? row.target } : {}),
        })
      if (chosen.length > 0) ledger.moves.push(`${decision} ${chosen.length} by ${by}`)
      return chosen.length
    },
  }
}

const fits = (row: LoadRow, { verdict, state, why, undecided }: RowQuery): boolean =>
  (verdict ?? row.verdict) === row.verdict &&
  (state ?? row.state) === row.state &&
  (why ?? row.why) === row.why &&
  (undecided !== true || row.decision === null)

const load = (
  id: number,
  entity: Load['entity'],
  direction: Load['direction'],
  state: Load['state'],
  now: number,
): Load => ({
  ...{ id, entity, direction, state },
  message: state === 'planning' ? 'reading odoo 3000' : null,
  madeBy: 'ann',
  madeAt: now - 600_000,
  startedAt: state === 'running' ? now - 120_000 : null,
  resumedAt: state === 'running' ? now - 120_000 : null,
  finishedAt: null,
})

let made = 0
const row = (given: Partial<NewRow> & Partial<LoadRow>): LoadRow => ({
  id: ++made,
  source: undefined,
  target: null,
  candidates: [],
  verdict: 'new',
  why: null,
  choices: [],
  decision: null,
  decidedBy: null,
  state: 'waiting',
  said: null,
  ...given,
})

const product = (id: string, label: string, sku: string, barcode?: string) => ({
  ...{ id, label },
  keys: { sku, ...(barcode ? { barcode } : {}) },
})

const productRows = (): LoadRow[] => [
  ...Array.from({ length: 24 }, (_, n) => row({ source: product(`${n}`, `Mug ${n}`, `MUG-${n}`) })),
  row({ source: product('40', 'Tee', 'TEE'), target: 'p1', verdict: 'linked', why: 'sku' }),
  row({
    source: product('41', 'Cap', 'CAP', '4006381333931'),
    ...{ verdict: 'conflict', why: 'differs:barcode', target: 'p2', state: 'out', choices: ['link', 'skip'] },
    candidates: [product('p2', 'Cap, blue', 'CAP', '4006381333948')],
  }),
  row({
    source: product('42', 'Scarf', 'SCARF-A', '4006381333955'),
    ...{ verdict: 'conflict', why: 'several_there:barcode', state: 'out', choices: ['new', 'skip'] },
    candidates: [product('p3', 'Scarf', 'SCARF', '4006381333955'), product('p4', 'Shawl', 'SHAWL', '4006381333955')],
  }),
  row({ source: product('43', 'Old mug', 'MUG-OLD'), verdict: 'skipped', why: 'inactive', state: 'out' }),
  row({ source: { id: '44', label: 'Bag', keys: {} }, verdict: 'skipped', why: 'no_key', state: 'out' }),
  row({
    candidates: [product('p9', 'Gift box', 'BOX')],
    target: 'p9',
    verdict: 'skipped',
    why: 'only_there',
    state: 'out',
  }),
]

const customer = (id: string, label: string, email: string) => ({ id, label, keys: { email, name: label } })

const customerRows = (): LoadRow[] => [
  ...Array.from({ length: 30 }, (_, n) =>
    row({ source: customer(`c${n}`, `Customer ${n}`, `c${n}@shop.example`), state: n < 18 ? 'done' : 'waiting' }),
  ),
  row({
    source: customer('c90', 'Ann Lee', 'ann@shop.example'),
    state: 'failed',
    said: {
      message: 'The VAT number [DE1] is not valid.',
      problems: [
        {
          code: 'business_rule',
          field: '/vatNumber',
          value: 'DE1',
          message: 'The VAT number [DE1] is not valid.',
          remedy: 'Correct the number in the storefront, and try again.',
        },
      ],
    },
  }),
]

function tallyOf(rows: LoadRow[], { state }: Load): Tally {
  const count = (test: (row: LoadRow) => boolean) => rows.filter(test).length
  const whys = (some: LoadRow[]) => [...Map.groupBy(some, ({ why }) => why ?? '')]
  const open = rows.filter(({ verdict, decision }) => verdict === 'conflict' && decision === null)
  return {
    verdicts: {
      new: count(({ verdict }) => verdict === 'new'),
      linked: count(({ verdict }) => verdict === 'linked'),
      conflict: count(({ verdict }) => verdict === 'conflict'),
      skipped: count(({ verdict }) => verdict === 'skipped'),
    },
    open: whys(open).map(([why, some]) => ({ why, count: some.length, choices: [...(some[0]?.choices ?? [])] })),
    skipped: whys(rows.filter(({ verdict }) => verdict === 'skipped')).map(([why, some]) => ({
      why,
      count: some.length,
    })),
    progress: {
      total: count((one) => one.state !== 'out'),
      done: count((one) => one.state === 'done'),
      left: count((one) => one.state === 'left'),
      failed: count((one) => one.state === 'failed'),
      perSecond: state === 'running' ? 0.4 : null,
    },
  }
}
