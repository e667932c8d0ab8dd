import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../clarity-extension/store/store.ts'
import { newSecret, newWebhookId, signHeaders } from '../../shared/signature.ts'
import { postgresInstalled, throwawayDatabase } from '../support/postgres.ts'

let home: string
let journal: string
const secret = newSecret()
const children: ChildProcess[] = []
let ended = false

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'bridge-kill9-'))
  journal = join(home, 'journal')
  ended = false
  await writeFile(journal, '')
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(home, { recursive: true, force: true })
})

describe('kill -9', () => {
  it('CASES 8: loses nothing that was acknowledged, takes up what was running, never runs one lane twice at a time', async () => {
    const acknowledged = new Set<string>()
    for (let life = 0; life < 3; life++) {
      const { child, port } = await start()
      const sending = sendUntilGone(port, acknowledged, life)
      while (acknowledged.size < (life + 1) * 80) await sleep(5)
      await killAtWork(child)
      await sending
    }
    const { child } = await start()
    child.send('idle?')
    await once(child, 'message')
    child.kill('SIGKILL')
    await once(child, 'exit')

    const store = await openStore({ dataDir: home })
    const rows = await store.db.selectFrom('events').select(['webhook_id', 'state', 'attempts']).execute()
    const lanes = await store.db.selectFrom('lanes').selectAll().execute()
    await store.close()
    const stored = new Map(rows.map((row) => [row.webhook_id, row]))
    expect(acknowledged.size).toBeGreaterThanOrEqual(240)
    expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([])
    expect(rows.filter(({ state }) => state !== 'done')).toEqual([])
    expect(lanes).toEqual([])
    expectOneAtATime(await readFile(journal, 'utf8'))
  })

  it.skipIf(!postgresInstalled())(
    'CASES 8: of two replicas on one PostgreSQL, again and again: nothing acknowledged is lost, and no lane runs twice at once',
    async () => {
      const database = await throwawayDatabase()
      const acknowledged = new Set<string>()
      const replicas = [await start(database.url), await start(database.url)]
      const sending: Promise<void>[] = replicas.map(({ port }, n) => sendUntilGone(port, acknowledged, n))
      for (let life = 2; life < 6; life++) {
        const enough = acknowledged.size + 60
        while (acknowledged.size < enough) await sleep(5)
        const victim = replicas[life % 2]
        if (victim) await killAtWork(victim.child)
        const next = await start(database.url)
        replicas[life % 2] = next
        sending.push(sendUntilGone(next.port, acknowledged, life))
      }
      ended = true
      await Promise.all(sending)

      const store = await openStore({ databaseUrl: database.url })
      const open = () => store.db.selectFrom('lanes').select('lane').execute()
      while ((await open()).length > 0) await sleep(100)
      const rows = await store.db.selectFrom('events').select(['webhook_id', 'state']).execute()
      await store.close()
      for (const { child } of replicas) child.kill('SIGKILL')
      await database.drop()
      const stored = new Set(rows.map(({ webhook_id }) => webhook_id))
      expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([])
      expect(rows.filter(({ state }) => state !== 'done')).toEqual([])
      expectOneAtATime(await readFile(journal, 'utf8'))
    },
  )
})

async function start(databaseUrl = '') {
  const child = fork(join(import.meta.dirname, 'ledger-process.ts'), [home, secret, journal, databaseUrl])
  children.push(child)
  const [{ port }] = await once(child, 'message')
  return { child, port }
}

/** While it runs something, else there would be nothing to take up: it is stopped before anyone looks, so what runs then cannot end before the kill. */
async function killAtWork(child: ChildProcess): Promise<void> {
  for (;;) {
    child.kill('SIGSTOP')
    while (!isStopped(child.pid)) await sleep(1)
    if (isAtWork(readFileSync(journal, 'utf8'), child.pid)) break
    child.kill('SIGCONT')
    await sleep(1)
  }
  child.kill('SIGKILL')
}

/** State T in Linux's `stat`, behind the name in brackets. */
function isStopped(pid: number | undefined): boolean {
  return /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}

function isAtWork(text: string, pid: number | undefined): boolean {
  const words = text.split('\n').map((line) => line.split(' '))
  const own = words.filter((line) => line[4] === String(pid))
  return own.filter(([what]) => what === 'began').length > own.filter(([what]) => what === 'ended').length
}

/** Twenty senders, each event of its own in one of ten lanes; what was answered 202 counts. */
async function sendUntilGone(port: number, acknowledged: Set<string>, life: number): Promise<void> {
  await Promise.all(
    Array.from({ length: 20 }, async (_, sender) => {
      for (let n = 0; !ended; n++) {
        const id = newWebhookId()
        const at = new Date().toISOString()
        const data = { id: String(sender % 10), updatedAt: at, number: `${life}-${sender}-${n}` }
        const body = Buffer.from(JSON.stringify({ type: 'order.updated', timestamp: at, data }))
        const headers = { ...signHeaders(body, [secret], id, Date.now() / 1000), 'content-type': 'application/json' }
        const answer = await fetch(`http://127.0.0.1:${port}/webhooks/clarity`, {
          method: 'POST',
          body,
          headers,
        }).catch(() => undefined)
        if (!answer) return
        if (answer.status === 202) acknowledged.add(id)
      }
    }),
  )
}

/** A lane's runs in the order in which they were written: one begins only after the one before ended, or was killed with its process. */
function expectOneAtATime(text: string): void {
  const open = new Map<string, string>()
  let takenUp = 0
  for (const line of text.split('\n').filter(Boolean)) {
    const [what, id = '', lane = '', attempt] = line.split(' ')
    if (what === 'began') {
      const before = open.get(lane)
      if (before !== undefined) {
        // Only the same event, taken up after its process was killed, may begin in a lane that is still open.
        expect([id, Number(attempt) > 1]).toEqual([before, true])
        takenUp++
      }
      open.set(lane, id)
    } else open.delete(lane)
  }
  expect(open.size).toBe(0)
  expect(takenUp).toBeGreaterThan(0)
}
