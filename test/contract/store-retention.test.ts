import { type KyselyPlugin, TableNode } from 'kysely'
import { expect, it } from 'vitest'
import type { EventState } from '../../clarity-extension/store/schema.ts'
import { bench, event, onBothStores, START } from './store-support.ts'

onBothStores('retention of the ledger', (on) => {
  const OLD = 1_200
  const OLDEST = START - 1_000_000

  async function history(): Promise<void> {
    const { db } = on.store
    const events = Array.from({ length: OLD }, (_, n) => event(`order:${n}`)).map(({ payload, ...one }) => ({
      source: one.source,
      webhook_id: one.webhookId,
      type: one.type,
      lane: one.lane,
      subject: one.subject,
      priority: one.priority,
      payload: new Uint8Array(payload ?? []),
      trace_id: one.traceId,
      state: 'done' as const,
      received_at: OLDEST,
      due_at: OLDEST,
      settled_at: OLDEST,
    }))
    for (let from = 0; from < OLD; from += 400)
      await db
        .insertInto('events')
        .values(events.slice(from, from + 400))
        .execute()
    const { id } = await db
      .insertInto('loads')
      .values({
        entity: 'product',
        direction: 'toOdoo',
        state: 'done',
        message: null,
        made_by: 'Ada',
        made_at: OLDEST,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await db.updateTable('loads').set({ finished_at: OLDEST }).execute()
    const rows = Array.from({ length: OLD }, (_, n) => ({
      ...{ load_id: id, source_id: `${n}`, target_id: null, shown: '', verdict: 'new' as const, why: null },
      ...{ choices: '', decision: null, decided_by: null, state: 'done' as const, said: null, settled_at: OLDEST },
    }))
    for (let from = 0; from < OLD; from += 400)
      await db
        .insertInto('load_rows')
        .values(rows.slice(from, from + 400))
        .execute()
  }

  /** Says of each statement what it deleted, and goes on when `then` has. */
  const telling = (then: (deleted: { table: string; rows: number } | undefined) => unknown): KyselyPlugin => {
    const tables = new WeakMap<object, string>()
    return {
      transformQuery({ node, queryId }) {
        const from = node.kind === 'DeleteQueryNode' ? node.from.froms[0] : undefined
        if (from && TableNode.is(from)) tables.set(queryId, from.table.identifier.name)
        return node
      },
      async transformResult({ result, queryId }) {
        const table = tables.get(queryId)
        await then(table === undefined ? undefined : { table, rows: Number(result.numAffectedRows) })
        return result
      },
    }
  }

  it('deletes in small statements, and takes what comes in between two of them', async () => {
    await history()
    const deleted = new Map<string, number[]>()
    const between: number[] = []
    let coming: Promise<unknown> | undefined
    const plugin = telling(async (one) => {
      // The statement after: what came with the one before is stored by now, whatever still is to be deleted.
      await coming
      coming = undefined
      if (!one) return
      deleted.set(one.table, [...(deleted.get(one.table) ?? []), one.rows])
      // Not yet the last one.
      if (one.rows < 500) return
      coming = on.ledger.ingest(event(`order:between-${one.table}`)).then(({ id }) => between.push(id))
    })
    const pruning = bench({ ...on.store, db: on.store.db.withPlugin(plugin) })
    expect(await pruning.ledger.prune(START)).toBe(OLD)
    await coming

    for (const table of ['events', 'load_rows']) {
      const counts = deleted.get(table) ?? []
      expect(counts.reduce((all, rows) => all + rows, 0)).toBe(OLD)
      expect(Math.max(...counts)).toBeLessThanOrEqual(500)
    }
    // With its rows gone, the load itself is one row.
    expect(deleted.get('loads')).toEqual([1])
    expect(between).toHaveLength(4)
    const left = await on.store.db.selectFrom('events').select('id').orderBy('id').execute()
    expect(left.map(({ id }) => id)).toEqual(between)
  })

  it('keeps, however old, what still waits for a worker or a person, and what was settled since', async () => {
    const past = (state: EventState, settledAt: number | null, receivedAt = OLDEST) => {
      const { source, webhookId, type, lane, subject, priority, traceId } = event(`order:${state}-${settledAt}`)
      return {
        ...{ source, type, lane, subject, priority, state, webhook_id: webhookId, trace_id: traceId },
        ...{ payload: new Uint8Array(), received_at: receivedAt, due_at: receivedAt, settled_at: settledAt },
      }
    }
    const kept = [
      ...(['ready', 'running'] as const).map((state) => past(state, null)),
      ...(['dead', 'held'] as const).map((state) => past(state, OLDEST)),
      ...(['done', 'skipped', 'dismissed'] as const).map((state) => past(state, START)),
      past('done', START, START),
    ]
    const old = (['done', 'skipped', 'dismissed'] as const).map((state) => past(state, OLDEST))
    await on.store.db
      .insertInto('events')
      .values([...kept.slice(0, 4), ...old, ...kept.slice(4)])
      .execute()
    expect(await on.ledger.prune(START)).toBe(old.length)
    const left = await on.store.db.selectFrom('events').select('lane').orderBy('id').execute()
    expect(left.map(({ lane }) => lane)).toEqual(kept.map(({ lane }) => lane))
    await on.store.db.deleteFrom('events').execute()
  })
})
