/**
 * `npm run simulate -- [--seed n] [--from n] [--seeds n] [--jobs n]`: lives of a shop in virtual time, 10,000 of them if nothing is
 * said, on every processor. Each seed is one run that can be repeated exactly; the first that break something are printed with
 * what broke. Last line: `simulation <n> seeds <n> broken`.
 * With SIMULATION_SHOW=1 it also tells what became of every event; SIMULATION_LOG=error shows the ledger's log.
 */
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { z } from 'zod'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '10000' },
    jobs: { type: 'string', default: String(availableParallelism()) },
  },
})
/** A process is started for so many: long enough to be worth its start, short enough to end beside the others. */
const SHARE = 1_250
/** Whoever sees these mends them first. */
const MOST_BROKEN = 5
const COUNTED = ['orders', 'shipments', 'events', 'kills', 'steps'] as const

const sums = { ...zero(), lived: 0, broken: 0 }
type Sums = typeof sums

function zero() {
  return { orders: 0, shipments: 0, events: 0, kills: 0, steps: 0 }
}

async function here(from: number, seeds: number): Promise<void> {
  const { live } = await import('./world.ts')
  for (let seed = from; seed < from + seeds && sums.broken < MOST_BROKEN; seed++) {
    const told = await live(seed)
    for (const key of COUNTED) sums[key] += told[key]
    sums.lived++
    if (told.broken.length === 0) continue
    sums.broken++
    console.log(`seed ${seed}: ${told.broken.join('; ')}\n  again: npm run simulate -- --seed ${seed}`)
  }
}

async function beside(from: number, seeds: number, jobs: number): Promise<void> {
  let next = from
  const worker = async () => {
    while (next < from + seeds && sums.broken < MOST_BROKEN) {
      const first = next
      next += SHARE
      const told = await inProcess(first, Math.min(SHARE, from + seeds - first))
      for (const key of [...COUNTED, 'lived', 'broken'] as const) sums[key] += told[key]
    }
  }
  await Promise.all(Array.from({ length: jobs }, worker))
}

const shareSums = z.record(z.enum([...COUNTED, 'lived', 'broken']), z.number())

async function inProcess(from: number, seeds: number): Promise<Sums> {
  const args = ['--from', String(from), '--seeds', String(seeds), '--jobs', '0']
  const child = spawn(process.execPath, [...process.execArgv, import.meta.filename, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = (await text(child.stdout)).trimEnd().split('\n')
  const last = lines.pop() ?? ''
  for (const line of lines) console.log(line)
  if (!last.startsWith('{')) throw new Error(`the seeds from ${from} ended with: ${last}`)
  return shareSums.parse(JSON.parse(last))
}

const from = Number(values.seed ?? values.from)
const seeds = values.seed === undefined ? Number(values.seeds) : 1
const jobs = Number(values.jobs)
await (jobs > 1 && seeds > SHARE ? beside(from, seeds, jobs) : here(from, seeds))
if (jobs === 0) console.log(JSON.stringify(sums))
else {
  console.log(COUNTED.map((name) => `${name} ${sums[name]}`).join(', '))
  console.log(`simulation ${sums.lived} seeds ${sums.broken} broken`)
}
process.exit(sums.broken > 0 ? 1 : 0)
