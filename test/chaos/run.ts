/**
 * `npm run chaos -- [fault …] [--store sqlite|postgres] [--odoo real|sandbox] [--orders n] [--outage seconds] [--seed n]`:
 * storefront, bridge, its store and Odoo are wired through lines that fail, and are killed, while orders are placed and
 * deliveries validated. Afterwards both sides are compared. Per fault a line
 * `chaos <store>:<fault> injected <n> lost <n> doubled <n>`; what is lost or doubled is named, and the exit code is 1.
 * `npm run chaos -- replicas [--orders n]`: the storm of two replicas (replicas.ts).
 */
import { parseArgs } from 'node:util'
import { program } from '../../scripts/program.ts'
import { faults } from './faults.ts'
import { replicas } from './replicas.ts'
import { rough } from './rough.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    store: { type: 'string' },
    odoo: { type: 'string', default: 'real' },
    /** Placed while each fault strikes; in all, for `replicas`. */
    orders: { type: 'string' },
    /** Of the storefront, in seconds. */
    outage: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
  },
})
const names = faults.map(({ name }) => name)
const stores = values.store === undefined ? ['sqlite', 'postgres'] : [values.store]
const wrong = [
  ...positionals.filter((name) => name !== 'replicas' && !names.includes(name)),
  ...stores.filter((store) => !isStore(store)),
  ...(isOdoo(values.odoo) ? [] : [values.odoo]),
]
if (wrong.length > 0 || !isOdoo(values.odoo)) {
  console.error(`chaos knows no ${wrong.join(', ')}. Faults: ${names.join(', ')}, replicas`)
  process.exit(2)
}
const seed = Number(values.seed)
await program()

let ok = true
const wanted = positionals.length === 0 ? [...names, 'replicas'] : positionals
const some = faults.filter(({ name }) => wanted.includes(name))
for (const store of stores.filter(isStore)) {
  if (some.length === 0) break
  const orders = Number(values.orders ?? 20)
  ok = (await rough(some, { store, odoo: values.odoo, seed, orders, outage: Number(values.outage) })) && ok
}
if (wanted.includes('replicas'))
  ok = (await replicas({ odoo: values.odoo, seed, orders: Number(values.orders ?? 2_000) })) && ok
console.log(
  ok
    ? 'chaos: nothing lost, nothing doubled'
    : `chaos: broken. Again: npm run chaos -- ${process.argv.slice(2).join(' ')}`,
)
if (!ok && !process.argv.includes('--seed')) console.log(`  with --seed ${seed}`)
process.exit(ok ? 0 : 1)

function isStore(text: string): text is 'sqlite' | 'postgres' {
  return text === 'sqlite' || text === 'postgres'
}

function isOdoo(text: string): text is 'real' | 'sandbox' {
  return text === 'real' || text === 'sandbox'
}
