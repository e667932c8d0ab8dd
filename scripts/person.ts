/**
 * `npm run person -- export ada@example.com`: everything that the bridge keeps of a person, one JSON record a line. `npm run person -- erase …`:
 * takes the person out of every settled event. In place of an e-mail address: the storefront's customer id. On SQLite the bridge
 * must be stopped; while it runs, POST /api/persons/export and /api/persons/erase do the same.
 */
import pino from 'pino'
import { readConfig } from '../clarity-extension/config.ts'
import { fileAll } from '../clarity-extension/ledger/filing.ts'
import { createSearchKeys } from '../clarity-extension/ledger/search-keys.ts'
import { demandOf } from '../clarity-extension/ports/demand.ts'
import { keyBeside } from '../clarity-extension/privacy/key-file.ts'
import { createPersons } from '../clarity-extension/privacy/persons.ts'
import { createSeal } from '../clarity-extension/privacy/seal.ts'
import { openStore } from '../clarity-extension/store/store.ts'

const [command, who] = process.argv.slice(2)
if ((command !== 'export' && command !== 'erase') || !who)
  fail('Say export or erase, and whom: an e-mail address or a customer id.')
const read = readConfig()
if ('problems' in read) fail(read.problems.join('\n'))
const { config } = read
const store = await openStore(config.databaseUrl ? { databaseUrl: config.databaseUrl } : { dataDir: config.dataDir })
try {
  const key = config.secretKeyIsNew ? keyBeside(config.dataDir) : config.secretKey
  const seal = createSeal([key, ...config.previousSecretKeys])
  // What a bridge that was killed left of a burst may be of this person, too.
  await fileAll({ store, seal, project: demandOf, log: pino() })
  const keys = createSearchKeys({ store, seal, log: pino() })
  // However long it takes: nobody waits at a browser.
  const persons = createPersons({ store, seal, catchUp: () => keys.catchUp() })
  const person = who.includes('@') ? { email: who } : { customerId: who }
  const answer = await persons[command](person, 'command line')
  if ('unread' in answer)
    fail('The store is sealed with a newer SECRET_KEY than this one: a person could be missed. Give the newer one.')
  if ('erased' in answer) console.log(JSON.stringify(answer, null, 2))
  else {
    for await (const event of answer.events) console.log(JSON.stringify({ event }))
    for await (const firstLoad of answer.firstLoads) console.log(JSON.stringify({ firstLoad }))
  }
} finally {
  await store.close()
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
