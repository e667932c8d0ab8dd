/**
 * `npm run simulate -- [--seed n] [--from n] [--seeds n]`: lives of a shop in virtual time. Each seed is one run that can be
 * repeated exactly; the first that breaks something is printed with what broke. Last line: `simulation <n> seeds <n> broken`.
 * With SIMULATION_SHOW=1 it also tells what became of every event; SIMULATION_LOG=error shows the ledger's log.
 */
import { parseArgs } from 'node:util'
import { live } from './world.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1000' },
  },
})
const from = Number(values.seed ?? values.from)
const seeds = values.seed === undefined ? Number(values.seeds) : 1
const sums = { orders: 0, shipments: 0, events: 0, kills: 0, steps: 0 }
let broken = 0
for (let seed = from; seed < from + seeds; seed++) {
  const told = await live(seed)
  for (const key of ['orders', 'shipments', 'events', 'kills', 'steps'] as const) sums[key] += told[key]
  if (told.broken.length === 0) continue
  broken++
  console.log(`seed ${seed}: ${told.broken.join('; ')}\n  again: npm run simulate -- --seed ${seed}`)
  if (broken === 5) break
}
console.log(
  Object.entries(sums)
    .map(([name, count]) => `${name} ${count}`)
    .join(', '),
)
console.log(`simulation ${seeds} seeds ${broken} broken`)
process.exit(broken > 0 ? 1 : 0)
