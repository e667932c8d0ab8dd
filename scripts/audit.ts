/**
 * `npm run audit -- verify [hash]`: whether the record of changes is whole; with the head an earlier check gave, also that
 * nothing was cut off since. `npm run audit -- export`: every row as a line of JSON. Reads the store that DATABASE_URL or
 * DATA_DIR name, beside a bridge that runs.
 */
import { once } from 'node:events'
import { createAudit } from '../clarity-extension/audit/audit.ts'
import { readConfig } from '../clarity-extension/config.ts'
import { openReadOnly } from '../clarity-extension/store/read-only.ts'

const [command = 'verify', known] = process.argv.slice(2)
const read = readConfig()
if ('problems' in read) fail(read.problems.join('\n'))
const store = openReadOnly(
  read.config.databaseUrl ? { databaseUrl: read.config.databaseUrl } : { dataDir: read.config.dataDir },
)
const audit = createAudit(store)
try {
  if (command === 'verify') await verify()
  else if (command === 'export') await write()
  else fail(`There is no command ${command}: choose verify or export.`)
} finally {
  await store.close()
}

async function verify(): Promise<void> {
  const verdict = await audit.verify(known)
  if (!verdict.ok) fail(`The audit is broken at row ${verdict.brokenAt}: ${verdict.reason}.`)
  console.log(`The audit is whole: ${verdict.rows} rows.\nhead ${verdict.head}`)
}

async function write(): Promise<void> {
  for (let cursor: number | undefined; ; ) {
    const { rows, next } = await audit.list({ limit: 200, ...(cursor === undefined ? {} : { cursor }) })
    for (const row of rows) if (!process.stdout.write(`${JSON.stringify(row)}\n`)) await once(process.stdout, 'drain')
    if (next === null) return
    cursor = next
  }
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
