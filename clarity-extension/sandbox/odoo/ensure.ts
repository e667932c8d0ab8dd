import type { z } from 'zod'
import { fieldAt, type Lookup, labelOf, matching } from './lookup.ts'
import { fieldsOf } from './models.ts'
import type { Values } from './records.ts'
import { type Problem, Refused } from './refused.ts'
import type { operation } from './requests.ts'
import { missingOf, resolve, scalar } from './values.ts'
import type { World } from './world.ts'
import { createRecord } from './write.ts'

type Needed = z.infer<typeof operation>['ensure'][number]

/** Records an operation needs or that belong to it: linked if one matches, else created; never changed. @throws Refused */
export function ensureAll(world: World, store: string, needed: Needed[], list: 'ensure' | 'attach' = 'ensure'): void {
  for (const [index, record] of needed.entries()) {
    const { kind, ref, version, model } = record
    if (world.links.get(store, kind, ref)) continue
    const at = `/${list}/${index}`
    if (!fieldsOf(model)) {
      const message = `The Odoo stand-in has no model ${model}.`
      throw new Refused('correct', [{ code: 'invalid_value', field: `${at}/model`, value: model, message }])
    }
    const lookup = { ...world, store }
    const res_id = matchOf(lookup, record, at) ?? create(world, lookup, record, at)
    world.links.save({ store, kind, ref, model, res_id, version, hash: null, traceparent: null })
  }
}

/** The one record that matches. @throws Refused when several do */
export function matchOf(
  lookup: Lookup,
  { model, match, ref }: Pick<Needed, 'model' | 'match' | 'ref'>,
  at: string,
): number | undefined {
  if (!match || Object.keys(match).length === 0) return undefined
  const by: Values = {}
  for (const [path, value] of Object.entries(match)) {
    const here = `${at}/match/${path}`
    const field = fieldAt(model, path.split('.'))
    const found = field
      ? scalar(lookup, field, value, here)
      : { problem: { code: 'unknown_field', field: here, message: `${model} has no field ${path}.` } satisfies Problem }
    if ('problem' in found) throw new Refused('correct', [found.problem])
    by[path] = found.value
  }
  const found = matching(lookup, model, by)
  if (found.length < 2) return found[0]?.id
  const message = `Several ${model} match ${ref}. Merge them in Odoo, or map more exactly.`
  throw new Refused('correct', [
    { code: 'ambiguous_match', field: `${at}/match`, message, candidates: found.map(labelOf) },
  ])
}

function create(world: World, lookup: Lookup, { model, values }: Needed, at: string): number {
  const { resolved, problems } = resolve(lookup, model, values, `${at}/values`)
  const missing = problems.length > 0 ? [] : missingOf(model, resolved.values, `${at}/values`)
  if (problems.length + missing.length > 0) throw new Refused('correct', [...problems, ...missing])
  return createRecord(world, model, resolved)
}
