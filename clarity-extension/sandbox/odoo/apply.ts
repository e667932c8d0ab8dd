import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import type { components } from '../../../odoo-bridge/client/schema.d.ts'
import { amount } from '../../../shared/money.ts'
import { keepAmounts } from './amounts.ts'
import { checkAll } from './checks.ts'
import { ensureAll, matchOf } from './ensure.ts'
import { beyondStandIn, OdooError } from './error.ts'
import type { Link } from './links.ts'
import { fieldsOf } from './models.ts'
import { type Problem, Refused } from './refused.ts'
import { operation as operationShape } from './requests.ts'
import { payBack, receive, receiveGoods } from './returns.ts'
import { one } from './rows.ts'
import { cancel, confirm } from './sales.ts'
import { computedOf, orderState } from './state.ts'
import { missingOf, resolve } from './values.ts'
import type { World } from './world.ts'
import { createRecord, updateRecord, writeLines } from './write.ts'

export type Result = components['schemas']['Result']
type Operation = z.infer<typeof operationShape>

/** A batch: one transaction, each operation within it on its own, so that a bad one fails alone. */
export function applyAll(db: Database, world: World, store: string, operations: unknown[]): Result[] {
  const alone = db.transaction((operation: Operation) => applyOne(world, store, operation))
  return db.transaction(() =>
    operations.map((raw): Result => {
      const parsed = operationShape.safeParse(raw)
      if (!parsed.success) return malformed(raw, parsed.error)
      try {
        return alone(parsed.data)
      } catch (error) {
        return failure(parsed.data.id, error)
      }
    }),
  )()
}

function applyOne(world: World, store: string, operation: Operation): Result {
  const { id, kind, ref, version, hash, model, traceparent = null } = operation
  if (Object.keys(operation.options).length > 0) throw beyondStandIn('knows no variants of products')
  if (!fieldsOf(model)) throw wrong('/model', `The Odoo stand-in has no model ${model}.`, model)
  const known = world.links.get(store, kind, ref)
  if (known && known.model !== model) {
    throw wrong('/model', `It is linked to a record of ${known.model} already.`, model)
  }
  const same = known?.hash === hash
  const newer = known && Date.parse(version) > Date.parse(known.version)
  if (known && !same && Date.parse(version) < Date.parse(known.version)) return result(world, id, 'stale', known)
  if (known && same && newer) world.links.save({ ...known, version, traceparent })

  const adopted = known ? undefined : adopt(world, store, operation)
  const resId = same ? known.res_id : write(world, store, operation, known?.res_id ?? adopted)
  const link = { store, kind, ref, model, res_id: resId, version, hash, traceparent }
  if (!same) {
    refuseShared(world, link)
    world.links.save(link)
    ensureAll(world, store, operation.attach, 'attach')
  }
  if (!same && model === 'sale.order') compare(world, resId, operation)
  if (!same && model === 'sale.order') checkAll(world, resId, operation)
  const followed = operation.follow.filter((step) => follow(world, operation, resId, step)).length > 0
  if (!known) return result(world, id, adopted === undefined ? 'created' : 'updated', link)
  return result(world, id, same && !followed ? 'unchanged' : 'updated', link)
}

/** A record that is there without a link, recognised by the operation's `match`. */
function adopt(world: World, store: string, operation: Operation): number | undefined {
  ensureAll(world, store, operation.ensure)
  return matchOf({ ...world, store }, operation, '')
}

/** Two storefront records that both write one record here would undo each other's changes for ever. */
function refuseShared(world: World, link: Link): void {
  // What orders say of their customer: a guest who registered is two references and one record.
  if (link.kind === 'profile') return
  const other = world.links.writers(link).find(({ ref }) => ref !== link.ref)
  if (!other) return
  const name = world.records.get(link.model, link.res_id)?.name
  const message = `${name} is the ${link.kind} ${other.ref} of the storefront already. Merge the two there, or map more exactly.`
  throw new Refused('correct', [{ code: 'ambiguous_match', message }])
}

function write(world: World, store: string, operation: Operation, known: number | undefined): number {
  const { model, values, initial, follow } = operation
  if (known !== undefined && follow.includes('cancel') && model === 'sale.order')
    return writeMoney(world, store, operation, known)
  ensureAll(world, store, operation.ensure)
  const given = known === undefined ? { ...initial, ...values } : values
  const { resolved, problems } = resolve({ ...world, store }, model, given)
  const said = new Set(problems.map(({ field }) => field))
  const missing = known !== undefined ? [] : missingOf(model, resolved.values).filter(({ field }) => !said.has(field))
  if (problems.length + missing.length > 0) throw new Refused('correct', [...problems, ...missing])
  if (known === undefined) return createRecord(world, model, resolved)
  updateRecord(world, model, resolved, known)
  return known
}

/** What a cancelled order would be does not matter any more; what became of its money does. */
function writeMoney(world: World, store: string, { model, values }: Operation, res_id: number): number {
  const { clarity_payment_ids } = values
  if (clarity_payment_ids === undefined) return res_id
  const { resolved, problems } = resolve({ ...world, store }, model, { clarity_payment_ids })
  if (problems.length > 0) throw new Refused('correct', problems)
  for (const lines of resolved.lines) writeLines(world, model, res_id, lines)
  return res_id
}

/** The storefront's totals must come out to the cent, or a person must have accepted the difference. */
function compare(world: World, orderId: number, { expect, accept_difference, follow }: Operation): void {
  if (accept_difference || follow.includes('cancel')) return
  const fault = expect && keepAmounts(world, orderId, expect)
  if (fault) throw new Refused('review', [fault], { computed: computedOf(world, orderId) })
  const order = one(world.records, 'sale.order', orderId)
  for (const name of ['amount_total', 'amount_tax'] as const) {
    const wanted = expect?.[name]
    if (wanted === undefined || amount(order[name]).eq(wanted)) continue
    const label = fieldsOf('sale.order')?.[name]?.string
    const message = `${label} is ${order[name]} in Odoo and ${wanted} in the storefront.`
    const problem: Problem = { code: 'totals_differ', field: `/expect/${name}`, value: wanted, message }
    throw new Refused('review', [problem], { computed: computedOf(world, orderId) })
  }
}

/** @returns whether there was something to do */
function follow(world: World, { model, values }: Operation, id: number, step: Operation['follow'][number]): boolean {
  if (model === 'sale.order' && step === 'cancel') return cancel(world, id)
  if (model === 'sale.order' && step === 'confirm') {
    const { date_order } = one(world.records, 'sale.order', id)
    return confirm(world, id, values.date_order ? date_order : undefined)
  }
  if (model === 'sale.order' && step === 'refund') return payBack(world, id)
  if (model === 'clarity.return') return followReturn(world, id, step)
  if (step === 'invoice') throw beyondStandIn('makes no invoices')
  if (model !== 'account.payment' || step !== 'post') return false
  if (one(world.records, 'account.payment', id).state !== 'draft') return false
  const number = String(world.records.next('payment')).padStart(5, '0')
  world.records.update('account.payment', id, { state: 'paid', name: `PBNK1/${number}` })
  return true
}

function followReturn(world: World, id: number, step: Operation['follow'][number]): boolean {
  if (step === 'receive') return receive(world, id)
  if (step === 'validate') return receiveGoods(world, id)
  return step === 'refund' && payBack(world, one(world.records, 'clarity.return', id).order_id)
}

function result(world: World, id: string, status: Result['status'], { store, ref, model, res_id }: Link): Result {
  const row = world.records.get(model, res_id)
  const name = typeof row?.name === 'string' ? { name: row.name } : {}
  const order = model === 'sale.order' ? { order: orderState(world, store, ref, res_id) } : {}
  return { id, status, res_id, ...name, ...order }
}

function failure(id: string, error: unknown): Result {
  if (error instanceof Refused) {
    const { status, problems, evidence, message } = error
    return { id, status, problems, message, ...evidence }
  }
  if (!(error instanceof OdooError)) throw error
  const code = error.name === 'builtins.NotImplementedError' ? 'unexpected' : 'business_rule'
  return { id, status: 'correct', problems: [{ code, message: error.message }], message: error.message }
}

function malformed(raw: unknown, error: z.ZodError): Result {
  const problems = error.issues.map(
    ({ path, message }): Problem => ({ code: 'invalid_value', field: `/${path.join('/')}`, message }),
  )
  const id = z.object({ id: z.string() }).safeParse(raw)
  return { id: id.data?.id ?? '', status: 'correct', problems, message: problems[0]?.message ?? '' }
}

const wrong = (field: string, message: string, value: string) =>
  new Refused('correct', [{ code: 'invalid_value', field, value, message }])
