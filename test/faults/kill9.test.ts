import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../clarity-extension/store/store.ts'
import { newSecret, newWebhookId, signHeaders } from '../../shared/signature.ts'

let home: string
let journal: string
const secret = newSecret()
const children: ChildProcess[] = []

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'bridge-kill9-'))
  journal = join(home, 'journal')
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
      child.kill('SIGKILL')
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
})

async function start() {
  const child = fork(join(import.meta.dirname, 'ledger-process.ts'), [home, secret, journal])
  children.push(child)
  const [{ port }] = await once(child, 'message')
  return { child, port }
}

/** Twenty senders, each event of its own in one of ten lanes; what was answered 202 counts. */
async function sendUntilGone(port: number, acknowledged: Set<string>, life: number): Promise<void> {
  await Promise.all(
    Array.from({ length: 20 }, async (_, sender) => {
      for (let n = 0; ; n++) {
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
