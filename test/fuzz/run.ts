/**
 * `npm run fuzz -- [--requests n] [--seed n]`: requests generated from the OpenAPI documents, right ones and twisted ones, against the
 * whole extension with the sandbox on both sides. No answer may be a 5xx, tell of the inside or lack a remedy; nothing may crash
 * or grow. Last line: `fuzz <n> requests <n> faults`.
 */
import { parseArgs } from 'node:util'
import { fuzz } from './fuzz.ts'

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
})
const report = await fuzz(Number(values.requests), Number(values.seed), console.log)
console.log(
  `${report.operations} operations; ${Object.entries(report.statuses)
    .map(([status, count]) => `${status}: ${count}`)
    .join(', ')}`,
)
console.log(`memory ${report.rssEarly.toFixed(0)} MB after a fifth, ${report.rssLate.toFixed(0)} MB at the end`)
console.log(`fuzz ${report.requests} requests ${report.faults.length} faults`)
process.exit(report.faults.length > 0 ? 1 : 0)
