import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import { recordChange } from '../audit/record.ts'
import type { EventState, Tables } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import type { Seal } from './seal.ts'
import { MAIL } from './searchable.ts'

/** Somebody who asks what is kept of them, or that it be erased: by e-mail address or the storefront's customer id. */
export type Person = { email: string } | { customerId: string }

export interface Persons {
  /** Everything that is kept of the person: messages, corrections, what people said. */
  export(person: Person, by: string): Promise<PersonExport>
  /**
   * Takes the person out of every event that is settled; amounts, SKUs and numbers stay. Events that still have to be delivered
   * are left, and named.
   */
  erase(person: Person, by: string): Promise<Erased>
}

export interface PersonExport {
  events: {
    id: number
    type: string
    subject: string
    receivedAt: number
    message: unknown
    correction: unknown
    comments: string[]
  }[]
  /** Records of first loads that show the person, as they are kept. */
  firstLoads: unknown[]
}

export interface Erased {
  erased: number
  /** Events that still wait: deliver or dismiss them, then erase again. */
  open: number[]
}

const BATCH = 200
const OPEN: readonly EventState[] = ['ready', 'running', 'dead', 'held']
export const ERASED = '[erased]'

export function createPersons({ db, dialect }: Store, seal: Seal, now: () => number = Date.now): Persons {
  const record = (person: Person, by: string, action: 'person.export' | 'person.erase', after: object) =>
    db
      .transaction()
      .execute((trx) =>
        recordChange(trx, dialect, { who: by, action, entity: `person:${markOf(person)}`, after }, now()),
      )

  return {
    async export(person, by) {
      const events: PersonExport['events'] = []
      for await (const { event, message, correction } of eventsOf(db, seal, person)) {
        const said = await db.selectFrom('review_comments').select('comment').where('event_id', '=', event.id).execute()
        events.push({
          id: event.id,
          type: event.type,
          subject: event.subject,
          receivedAt: event.received_at,
          message,
          correction,
          comments: said.map(({ comment }) => seal.openText(comment)),
        })
      }
      const firstLoads: unknown[] = []
      for await (const { shown } of loadRowsOf(db, seal, person)) firstLoads.push(shown)
      await record(person, by, 'person.export', { events: events.length, firstLoads: firstLoads.length })
      return { events, firstLoads }
    },

    async erase(person, by) {
      const open: number[] = []
      let erased = 0
      for await (const { event, message, correction } of eventsOf(db, seal, person)) {
        if (OPEN.includes(event.state)) {
          open.push(event.id)
          continue
        }
        await db.transaction().execute(async (trx) => {
          const payload = seal.bytes(Buffer.from(JSON.stringify(without(message))))
          const corrected = correction === undefined ? null : seal.text(JSON.stringify(without(correction)))
          await trx
            .updateTable('events')
            .set({ payload, correction: corrected, details: null })
            .where('id', '=', event.id)
            .where('state', 'not in', OPEN)
            .execute()
          // What attempts did shows what they mapped.
          await trx
            .updateTable('attempts')
            .set({ steps: seal.text('[]') })
            .where('event_id', '=', event.id)
            .execute()
          await trx
            .updateTable('review_comments')
            .set({ comment: seal.text(ERASED) })
            .where('event_id', '=', event.id)
            .execute()
          await trx
            .deleteFrom('search_keys')
            .where('event_id', '=', event.id)
            .where('key', 'like', `${MAIL}%`)
            .execute()
        })
        erased += 1
      }
      // A dry run can be done again; who is no longer there is in none.
      for await (const { id } of loadRowsOf(db, seal, person)) {
        await db.deleteFrom('load_rows').where('id', '=', id).execute()
        erased += 1
      }
      await record(person, by, 'person.erase', { erased, open: open.length })
      return { erased, open }
    },
  }
}

/** The audit must not keep who it was. */
const markOf = (person: Person): string =>
  createHash('sha256')
    .update('email' in person ? person.email.toLowerCase() : `customer ${person.customerId}`)
    .digest('hex')
    .slice(0, 16)

/** Read one by one: what is sealed cannot be searched for. */
async function* eventsOf(db: Kysely<Tables>, seal: Seal, person: Person) {
  const isMeant = matcher(person)
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('events')
      .select(['id', 'type', 'subject', 'state', 'received_at', 'payload', 'correction'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(BATCH)
      .execute()
    for (const event of rows) {
      const message = parsed(seal.openBytes(event.payload).toString('utf8'))
      const correction = event.correction === null ? undefined : parsed(seal.openText(event.correction))
      if (isMeant(message) || isMeant(correction)) yield { event, message, correction }
    }
    const last = rows.at(-1)
    if (!last || rows.length < BATCH) return
    after = last.id
  }
}

/** Rows of first loads of customers that show the person, as one of the two or among those it may be. */
async function* loadRowsOf(db: Kysely<Tables>, seal: Seal, person: Person) {
  const isMeant = matcher(person)
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('load_rows')
      .innerJoin('loads', 'loads.id', 'load_rows.load_id')
      .select(['load_rows.id', 'source_id', 'target_id', 'shown', 'direction'])
      .where('loads.entity', '=', 'customer')
      .where('load_rows.id', '>', after)
      .orderBy('load_rows.id')
      .limit(BATCH)
      .execute()
    for (const row of rows) {
      const shown = parsed(seal.openText(row.shown))
      const customer = row.direction === 'toOdoo' ? row.source_id : row.target_id
      if (isMeant(shown) || ('customerId' in person && customer === person.customerId)) yield { id: row.id, shown }
    }
    const last = rows.at(-1)
    if (!last || rows.length < BATCH) return
    after = last.id
  }
}

function matcher(person: Person): (value: unknown) => boolean {
  if ('email' in person) {
    const email = person.email.toLowerCase()
    return (value) => some(value, (_key, inner) => typeof inner === 'string' && inner.toLowerCase() === email)
  }
  return (value) =>
    some(value, (key, inner) => key === 'customerId' && inner === person.customerId) ||
    isCustomer(value, person.customerId)
}

/** A customer's own event carries the id as the record's. */
const isCustomer = (value: unknown, id: string): boolean =>
  isRecord(value) && String(value.type).startsWith('customer.') && isRecord(value.data) && value.data.id === id

function some(value: unknown, test: (key: string, inner: unknown) => boolean): boolean {
  if (Array.isArray(value)) return value.some((one) => some(one, test))
  if (!isRecord(value)) return false
  return Object.entries(value).some(([key, inner]) => test(key, inner) || some(inner, test))
}

const PERSONAL =
  /^(e?mail|email_.*|phone|mobile|fax|line\d|street\d?|postal_?code|zip|city|region|vat(_?number)?|tax_?id|iban|company(_?name)?|first_?name|last_?name|contact_?name|note|comment|ip(_?address)?|birth.*|purchase_?order_?number)$/i
const PEOPLE = /^(contact|contacts|customer|partner|billing.*|shippingAddress|address|addresses|buyer|recipient)$/i

/** The same record without the person: shape, amounts and SKUs stay. */
function without(value: unknown, parent = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => without(one, parent))
  if (!isRecord(value)) return value
  const person = PEOPLE.test(parent) || Object.keys(value).some((key) => /^(e?mail|phone|line1)$/i.test(key))
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const personal = PERSONAL.test(key) || (person && /^(name|display_name)$/i.test(key))
      return [key, personal && typeof inner === 'string' && inner !== '' ? ERASED : without(inner, key)]
    }),
  )
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Nobody can tell who stands in it; it is found by nobody and deleted with its time.
    return text
  }
}
