import type { Kysely } from 'kysely'
import { z } from 'zod'
import { type Change, recordChange } from '../../audit/record.ts'
import type { Seal } from '../../privacy/seal.ts'
import type { Tables } from '../../store/schema.ts'
import type { Store } from '../../store/store.ts'
import { type Channel, channel } from './channels.ts'
import { type AlertRule, alertRules, delivered, type RuleSettings } from './rules.ts'

export interface AlertSettings {
  rules: RuleSettings
  channels: Channel[]
}

const rule = z.strictObject({ enabled: z.boolean(), threshold: z.number().min(0).max(100_000) })
export const alertSettings = z.strictObject({
  rules: z.partialRecord(z.enum(alertRules), rule),
  channels: z.array(channel).max(20),
})

const KEY = 'alerts'

/** What a person set up. Sealed: it holds passwords and addresses that whoever has them may write to. */
export function alertSettingsStore({ db, dialect }: Store, seal: Seal, now: () => number) {
  return {
    async read(): Promise<AlertSettings> {
      return readIn(db)
    },
    async write(given: z.infer<typeof alertSettings>, by: string): Promise<AlertSettings> {
      return db.transaction().execute(async (trx) => {
        const before = await readIn(trx)
        const fresh = { value: seal.text(JSON.stringify(given)), updated_at: now() }
        await trx
          .insertInto('settings')
          .values({ key: KEY, ...fresh })
          .onConflict((conflict) => conflict.column('key').doUpdateSet(fresh))
          .execute()
        const after = complete(given)
        const change: Change = {
          who: by,
          action: 'alerts.change',
          entity: 'alerts',
          before: shown(before),
          after: shown(after),
        }
        await recordChange(trx, dialect, change, now())
        return after
      })
    },
  }

  async function readIn(trx: Kysely<Tables>): Promise<AlertSettings> {
    const row = await trx.selectFrom('settings').select('value').where('key', '=', KEY).executeTakeFirst()
    return complete(row ? alertSettings.parse(JSON.parse(seal.openText(row.value))) : { rules: {}, channels: [] })
  }
}

const complete = ({ rules, channels }: z.infer<typeof alertSettings>): AlertSettings => ({
  channels,
  rules: Object.fromEntries(alertRules.map((name) => [name, rules[name] ?? delivered[name]])) as Record<
    AlertRule,
    RuleSettings[AlertRule]
  >,
})

/** For the audit: which channels there are, never where they lead. */
const shown = ({ rules, channels }: AlertSettings) => ({
  rules,
  channels: channels.map(({ id, kind, name, enabled }) => ({ id, kind, name, enabled })),
})
