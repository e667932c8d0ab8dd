import type { OdooClient } from '../../odoo-bridge/client/client.ts'
import { modelsOf } from '../mapping/models.ts'
import type { RuleSet } from '../mapping/rules.ts'
import type { Described } from '../mapping/validate.ts'

/**
 * Odoo's fields of the models that rule sets write and look up, as far as they are known. It never fails: what is not known
 * is not checked, so that an Odoo that cannot be asked holds up nothing that was right before.
 */
export interface OdooFields {
  of(sets: readonly RuleSet[]): Promise<Described>
  /** Asks Odoo again, unless it was asked just now. */
  renewed(sets: readonly RuleSet[]): Promise<Described>
}

/** How long fields are taken as they were read; then they are read again, and the old ones do until those are there. */
const FRESH_MS = 10 * 60_000
/** Odoo is not asked more often than this, whether it answered or not. */
const PAUSE_MS = 10_000
/** The addon's limit per call. */
const MODELS_PER_CALL = 50

export function odooFields(odoo: Pick<OdooClient, 'describe'>, now: () => number = Date.now): OdooFields {
  /** A model that Odoo does not show is known to have no fields to check. */
  const known = new Map<string, { fields: Described[string] | undefined; at: number }>()
  const asked = new Map<string, number>()
  let asking: Promise<void> = Promise.resolve()

  return {
    of: (sets) => described(sets, false),
    renewed: (sets) => described(sets, true),
  }

  async function described(sets: readonly RuleSet[], again: boolean): Promise<Described> {
    const first = await fieldsOf(modelsOf(sets), again)
    const lines = modelsOf(sets, first).filter((model) => !Object.hasOwn(first, model))
    return lines.length === 0 ? first : { ...first, ...(await fieldsOf(lines, again)) }
  }

  async function fieldsOf(models: readonly string[], again: boolean): Promise<Described> {
    const missing = models.filter((model) => !known.has(model))
    const old = models.filter((model) => now() - (known.get(model)?.at ?? 0) > FRESH_MS)
    const wanted = again ? models : missing.length > 0 ? missing : old
    const due = wanted.filter((model) => now() - (asked.get(model) ?? Number.NEGATIVE_INFINITY) > PAUSE_MS)
    const answered = due.length > 0 ? read(due) : asking
    if (again || missing.length > 0) await answered
    return Object.fromEntries(
      models.flatMap((model) => {
        const fields = known.get(model)?.fields
        return fields ? [[model, fields] as const] : []
      }),
    )
  }

  /** What is asked for while an answer is on its way waits for that one first. */
  function read(models: string[]): Promise<void> {
    for (const model of models) asked.set(model, now())
    const before = asking
    asking = (async () => {
      await before
      for (let from = 0; from < models.length; from += MODELS_PER_CALL) {
        const part = models.slice(from, from + MODELS_PER_CALL)
        const reply = await odoo.describe(part)
        if (!reply.ok) return
        for (const model of part) known.set(model, { fields: reply.value.models[model], at: now() })
      }
    })()
    return asking
  }
}
