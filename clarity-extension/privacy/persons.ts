import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import { jsonOf } from '../../shared/json.ts'
import { recordChange } from '../audit/record.ts'
import { padded } from '../store/padded.ts'
import type { EventState, Tables } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { type CatchUp, finder, type Unread } from './finding.ts'
import type { Seal } from './seal.ts'
import { keysOf, MAIL } from './searchable.ts'
import { ERASED, eraser } from './without.ts'

/** Somebody who asks what is kept of them, or that it be erased: by e-mail address or the storefront's customer id. */
export type Person = { email: string } | { customerId: string }

export interface Persons {
  /**
   * Everything that is kept of the person: messages, corrections, what people said. Read while it is handed on: a customer of
   * years may be more than memory should hold.
   */
  export(person: Person, by: string): Promise<PersonExport | Unread>
  /**
   * Takes the person out of every event that is settled; amounts, SKUs and numbers stay. Events that still have to be delivered
   * are left, and named.
   */
  erase(person: Person, by: string): Promise<Erased | Unread>
}

export interface PersonExport {
  events: AsyncIterable<ExportedEvent> | Iterable<ExportedEvent>
  /** Records of first loads that show the person, as they are kept. */
  firstLoads: AsyncIterable<unknown> | Iterable<unknown>
}

export interface ExportedEvent {
  id: number
  type: string
  subject: string
  receivedAt: number
  message: unknown
  correction: unknown
  comments: string[]
}

export interface Erased {
  erased: number
  /** Events that still wait: deliver or dismiss them, then erase again. */
  open: number[]
}

export interface PersonsParts {
  store: Store
  seal: Seal
  catchUp: CatchUp
  now?: () => number
}

/** Events in one transaction: nobody who settles one waits for more. */
const BATCH = 20
const OPEN: readonly EventState[] = ['ready', 'running', 'dead', 'held']
/** What else is told of these in their lane is of the same people; in another lane it is of goods. */
const OF_PEOPLE = /^(order|return|invoice|customer):/

export function createPersons({ store, seal, catchUp, now = Date.now }: PersonsParts): Persons {
  const { db, dialect } = store
  const find = finder(db, seal, catchUp)
  const record = (person: Person, by: string, action: 'person.export' | 'person.erase', after: object) =>
    db
      .transaction()
      .execute((trx) =>
        recordChange(trx, dialect, { who: by, action, entity: `person:${markOf(person)}`, after }, now()),
      )

  return {
    async export(person, by) {
      const found = await find(person)
      if ('unread' in found) return found
      await record(person, by, 'person.export', { events: found.events.length, firstLoads: found.loadRows.length })
      return { events: exported(found.events), firstLoads: exportedLoads(found.loadRows) }
    },

    async erase(person, by) {
      const found = await find(person)
      if ('unread' in found) return found
      const open: number[] = []
      let erased = 0
      for (const ids of parts(await withTheirLanes(found.events))) {
        const done = await eraseEvents(ids, person)
        erased += done.erased
        open.push(...done.open)
      }
      // A dry run can be done again; who is no longer there is in none.
      for (const ids of parts(found.loadRows)) {
        await db.deleteFrom('load_rows').where('id', 'in', padded(ids)).execute()
        erased += ids.length
      }
      await record(person, by, 'person.erase', { erased, open: open.length })
      return { erased, open: open.sort((a, b) => a - b) }
    },
  }

  async function* exported(found: readonly number[]): AsyncGenerator<ExportedEvent> {
    for (const ids of parts(found)) {
      const events = await db
        .selectFrom('events')
        .select(['id', 'type', 'subject', 'received_at', 'payload', 'correction'])
        .where('id', 'in', padded(ids))
        .orderBy('id')
        .execute()
      const said = await db
        .selectFrom('review_comments')
        .select(['event_id', 'comment'])
        .where('event_id', 'in', padded(ids))
        .orderBy('id')
        .execute()
      for (const { id, type, subject, received_at, payload, correction } of events)
        yield {
          ...{ id, type, subject, receivedAt: received_at },
          message: parsed(seal.openBytes(payload).toString('utf8')),
          correction: correction === null ? undefined : parsed(seal.openText(correction)),
          comments: said.filter(({ event_id }) => event_id === id).map(({ comment }) => seal.openText(comment)),
        }
    }
  }

  async function* exportedLoads(found: readonly number[]): AsyncGenerator<unknown> {
    for (const ids of parts(found)) {
      const rows = await db
        .selectFrom('load_rows')
        .select('shown')
        .where('id', 'in', padded(ids))
        .orderBy('id')
        .execute()
      for (const { shown } of rows) yield parsed(seal.openText(shown))
    }
  }

  /** What attempts at the others did shows the same people. */
  async function withTheirLanes(found: readonly number[]): Promise<number[]> {
    const ids = new Set(found)
    for (const some of parts(found)) {
      const events = await db.selectFrom('events').select('lane').where('id', 'in', padded(some)).execute()
      const lanes = [...new Set(events.map(({ lane }) => lane))].filter((lane) => OF_PEOPLE.test(lane))
      if (lanes.length === 0) continue
      const mates = await db.selectFrom('events').select('id').where('lane', 'in', padded(lanes)).execute()
      for (const { id } of mates) ids.add(id)
    }
    return [...ids].sort((a, b) => a - b)
  }

  async function eraseEvents(ids: readonly number[], person: Person): Promise<Erased> {
    return db.transaction().execute(async (trx) => {
      const done: Erased = { erased: 0, open: [] }
      const events = await trx
        .selectFrom('events')
        .select(['id', 'state', 'payload', 'correction', 'message', 'issue_value'])
        .where('id', 'in', padded(ids))
        .orderBy('id')
        .$if(dialect === 'postgres', (query) => query.forUpdate())
        .execute()
      for (const event of events) {
        if (OPEN.includes(event.state)) {
          done.open.push(event.id)
          continue
        }
        const without = eraser(person)
        const message = without.of(parsed(seal.openBytes(event.payload).toString('utf8')))
        const correction =
          event.correction === null ? null : JSON.stringify(without.of(parsed(seal.openText(event.correction))))
        await trx
          .updateTable('events')
          .set({
            payload: seal.bytes(Buffer.from(JSON.stringify(message))),
            correction: correction === null ? null : seal.text(correction),
            details: null,
            message: without.said(event.message),
            issue_value: without.said(event.issue_value) ?? '',
          })
          .where('id', '=', event.id)
          .execute()
        await eraseBeside(trx, event.id, without.said)
        await trx.deleteFrom('search_keys').where('event_id', '=', event.id).where('key', 'like', `${MAIL}%`).execute()
        // Somebody else's address may stand there still.
        const keys = keysOf(message, seal.blind).map((key) => ({ key, event_id: event.id }))
        if (keys.length > 0)
          await trx
            .insertInto('search_keys')
            .values(keys)
            .onConflict((conflict) => conflict.doNothing())
            .execute()
        done.erased += 1
      }
      return done
    })
  }

  /** What attempts did shows what they mapped; what people said may name anybody. */
  async function eraseBeside(trx: Kysely<Tables>, id: number, said: (text: string | null) => string | null) {
    const attempts = await trx.selectFrom('attempts').select(['id', 'message']).where('event_id', '=', id).execute()
    for (const attempt of attempts)
      await trx
        .updateTable('attempts')
        .set({ steps: seal.text('[]'), message: said(attempt.message) })
        .where('id', '=', attempt.id)
        .execute()
    await trx
      .updateTable('review_comments')
      .set({ comment: seal.text(ERASED) })
      .where('event_id', '=', id)
      .execute()
  }
}

/** The audit must not keep who it was. */
const markOf = (person: Person): string =>
  createHash('sha256')
    .update('email' in person ? person.email.toLowerCase() : `customer ${person.customerId}`)
    .digest('hex')
    .slice(0, 16)

function* parts(ids: readonly number[]): Generator<number[]> {
  for (let from = 0; from < ids.length; from += BATCH) yield ids.slice(from, from + BATCH)
}

/** What is no JSON is a text. */
const parsed = (text: string): unknown => jsonOf(text) ?? text
