import { isDeepStrictEqual } from 'node:util'
import type { Kysely } from 'kysely'
import type { z } from 'zod'
import type { Connection } from '../../shared/outcome.ts'
import { type Change, recordChange } from '../audit/record.ts'
import type { Seal } from '../privacy/seal.ts'
import type { Tables } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import type { HeldSecret, KeyFacts, Stored } from './settings.ts'

/** How one side is reached. */
export interface KeptSide<S> {
  settings(): S
  /** Those that webhooks of this side may be signed with now, the newest first. */
  secrets(): readonly string[]
  /** Until when an older secret is accepted beside the newest, unix ms; null while there is none. */
  overlapUntil(): number | null
  key(): KeyFacts | null
  /** What is left out stays. @param key what is known of a new key; left out, nothing is */
  change(change: Partial<S>, by: string, key?: KeyFacts): Promise<void>
  noteKey(key: KeyFacts): Promise<void>
  /**
   * A further secret is accepted from now on.
   * @param previousUntil unix ms when those before it end; null: they stay
   * @param by left out while it is not sure that it comes to be used
   */
  addSecret(secret: string, previousUntil: number | null, by?: string): Promise<void>
  /** The secret of a rotation that did not come about is taken back. */
  dropSecret(secret: string): Promise<void>
  /** Told after each change, of this process or another replica. */
  onChange(listener: () => void): void
  /** Looks whether another replica has changed it. */
  look(): Promise<void>
}

export interface SideParts<S> {
  name: Connection
  shape: z.ZodType<Stored<S>>
  store: Pick<Store, 'db' | 'dialect'>
  seal: Seal
  given: { settings: S; secrets: string[] }
  now?: () => number
}

/** More than two are valid only while one rotation follows another. */
const MOST_SECRETS = 4

/**
 * The environment is the beginning: what it says is taken over at the first start, and later field by field where it says
 * something else than it did. Between, what people change in the panel holds.
 */
export async function openSide<S extends object>(parts: SideParts<S>): Promise<KeptSide<S>> {
  const { name, shape, store, seal, now = Date.now } = parts
  const { db, dialect } = store
  const row = `connection:${name}`
  const listeners: (() => void)[] = []
  let kept = { text: '', held: shape.parse(firstOf(parts.given)) }
  await write((stored) => (stored ? withEnvironment(stored, parts.given) : shape.parse(firstOf(parts.given))), {
    who: 'environment',
    action: 'connection.change',
  })

  const valid = (secrets: readonly HeldSecret[]) => secrets.filter(({ until }) => until === null || until > now())

  return {
    settings: () => kept.held.settings,
    secrets: () => valid(kept.held.secrets).map(({ secret }) => secret),
    overlapUntil: () => valid(kept.held.secrets).find(({ until }) => until !== null)?.until ?? null,
    key: () => kept.held.key,
    change: (change, by, key) =>
      update((held) => ({ ...held, settings: { ...held.settings, ...change }, key: key ?? null }), {
        who: by,
        action: key ? 'connection.key' : 'connection.change',
      }),
    noteKey: (key) => update((held) => ({ ...held, key })),
    addSecret: (secret, previousUntil, by) =>
      update(
        (held) => ({ ...held, secrets: withSecret(valid(held.secrets), secret, previousUntil) }),
        by === undefined ? undefined : { who: by, action: 'connection.secret' },
      ),
    dropSecret: (secret) =>
      update((held) => ({ ...held, secrets: held.secrets.filter((one) => one.secret !== secret) })),
    onChange: (listener) => void listeners.push(listener),
    async look() {
      const found = await db.selectFrom('settings').select('value').where('key', '=', row).executeTakeFirst()
      if (found && found.value !== kept.text) take(found.value, opened(found.value))
    },
  }

  function update(work: (held: Stored<S>) => Stored<S>, audit?: Pick<Change, 'who' | 'action'>): Promise<void> {
    return write((stored) => {
      if (!stored) throw new Error(`the connection ${name} is not in the store`)
      return work(stored)
    }, audit)
  }

  /** Reads, changes and writes in one transaction: a replica that changes the same side waits for it. */
  async function write(
    work: (stored: Stored<S> | undefined) => Stored<S>,
    audit?: Pick<Change, 'who' | 'action'>,
  ): Promise<void> {
    const written = await db.transaction().execute(async (trx) => {
      const found = await trx
        .selectFrom('settings')
        .select('value')
        .where('key', '=', row)
        .$if(dialect === 'postgres', (query) => query.forUpdate())
        .executeTakeFirst()
      const before = found && opened(found.value)
      const after = work(before)
      if (found && isDeepStrictEqual(before, after)) return { text: found.value, held: after }
      const text = seal.text(JSON.stringify(after))
      await save(trx, text)
      const changed = before ? changedFields(before.settings, after.settings) : []
      if (audit && before && (changed.length > 0 || audit.action !== 'connection.change'))
        await recordChange(trx, dialect, { ...audit, entity: row, ...difference(before, after, changed) }, now())
      return { text, held: after }
    })
    take(written.text, written.held)
  }

  async function save(trx: Kysely<Tables>, value: string): Promise<void> {
    const fresh = { value, updated_at: now() }
    await trx
      .insertInto('settings')
      .values({ key: row, ...fresh })
      .onConflict((conflict) => conflict.column('key').doUpdateSet(fresh))
      .execute()
  }

  function opened(text: string): Stored<S> {
    return shape.parse(JSON.parse(seal.openText(text)))
  }

  function take(text: string, held: Stored<S>): void {
    kept = { text, held }
    for (const listener of listeners) listener()
  }
}

interface Given<S> {
  settings: S
  secrets: string[]
}

/** As it comes back from the store: JSON knows no `undefined`. */
const plain = (settings: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))

const firstOf = <S extends object>({ settings, secrets }: Given<S>): Stored<S> => ({
  settings,
  secrets: secrets.map((secret) => ({ secret, until: null })),
  key: null,
  given: { settings: plain(settings), secrets },
})

function withEnvironment<S extends object>(stored: Stored<S>, given: Given<S>): Stored<S> {
  const said = plain(given.settings)
  const news = Object.entries(said).filter(([field, value]) => stored.given.settings[field] !== value)
  const secrets = given.secrets.filter((secret) => !stored.given.secrets.includes(secret))
  return {
    settings: { ...stored.settings, ...Object.fromEntries(news) },
    secrets: secrets.reduceRight((all, secret) => withSecret(all, secret, null), stored.secrets),
    key: news.length > 0 ? null : stored.key,
    given: { settings: said, secrets: given.secrets },
  }
}

function withSecret(secrets: readonly HeldSecret[], secret: string, previousUntil: number | null): HeldSecret[] {
  const others = secrets.filter((one) => one.secret !== secret)
  const older = others.map((one) => ({
    ...one,
    until: previousUntil === null ? one.until : earlier(one, previousUntil),
  }))
  return [{ secret, until: null }, ...older].slice(0, MOST_SECRETS)
}

const earlier = ({ until }: HeldSecret, other: number): number => (until === null ? other : Math.min(until, other))

const changedFields = (before: object, after: object): string[] => {
  const old = plain(before)
  return Object.entries(plain(after)).flatMap(([field, value]) => (old[field] === value ? [] : [field]))
}

/** For the audit: secrets are masked by their names, so it also says which fields changed. */
function difference<S extends object>(
  before: Stored<S>,
  after: Stored<S>,
  changed: string[],
): Pick<Change, 'before' | 'after'> {
  const of = (settings: object) =>
    Object.fromEntries(Object.entries(settings).filter(([field]) => changed.includes(field)))
  if (changed.length === 0) return { after: { webhookSecrets: after.secrets.length } }
  return { before: of(before.settings), after: { ...of(after.settings), changed } }
}
