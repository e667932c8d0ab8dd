import type { Operation, Result } from '../../odoo-bridge/client/shapes.ts'
import { remedyOf } from '../../shared/causes.ts'
import { type Answer, correct, type Facts, type Problem, refused, retry, review } from '../../shared/outcome.ts'

type OdooProblem = NonNullable<Result['problems']>[number]
export type Applied = Result & { status: 'created' | 'updated' | 'unchanged' | 'stale' }

/** A lost race is repeated almost at once: who won it has committed. Milliseconds. */
const AFTER_LOST_RACE_MS = 50

/** The addon's result for one operation, as an answer the flow can act on. */
export function answerOf(operation: Operation, result: Result): Answer<Applied> {
  const { status, problems = [] } = result
  if (status === 'retry') {
    return failed(retry('conflict', result.message ?? 'Another call wrote the same record', AFTER_LOST_RACE_MS))
  }
  if (status === 'denied') {
    const missing = problems[0]?.message ?? result.message ?? 'a right is missing'
    return failed(refused('odoo', 'missing_right', `${missing} Add the right to the service user in Odoo.`))
  }
  if (status === 'review') {
    const [first] = problems
    const message = result.message ?? first?.message ?? 'Odoo cannot follow the storefront here'
    const facts = { ...factsOf(operation, result), ...figuresOf(problems) }
    // What is not found, and is nothing in the record, is the record itself.
    if (first?.code === 'not_found' && first.field === undefined) return failed(review('deleted', message, facts))
    return failed(review(first?.code ?? 'review', message, facts))
  }
  if (status === 'correct') {
    const [first, ...others] = problems.map((problem) => problemOf(problem))
    return failed(correct(first ?? problemOf(unnamed(result)), ...others))
  }
  return { ok: true, value: { ...result, status } }
}

const failed = (outcome: Extract<Answer<never>, { ok: false }>['outcome']): Answer<never> => ({ ok: false, outcome })

const unnamed = (result: Result): OdooProblem => ({
  code: 'unexpected',
  message: result.message ?? 'Odoo refused the record without a reason',
})

function problemOf(problem: OdooProblem): Problem {
  const { code, field, value, message, candidates = [] } = problem
  const choices = candidates.length > 0 ? ` Found: ${candidates.join(', ')}.` : ''
  const cause = code === 'not_found' && isProduct(field) ? 'unknown_sku' : code
  return {
    code: cause,
    ...(field === undefined ? {} : { target: field }),
    ...(value === undefined ? {} : { value }),
    message: `${message}${choices}`,
    remedy: remedyOf(cause),
  }
}

const isProduct = (field: string | undefined) => field?.endsWith('/product_id') ?? false

const figuresOf = (problems: OdooProblem[]): Facts => Object.assign({}, ...problems.map(({ figures = {} }) => figures))

/** What a person compares: the storefront's figures beside Odoo's own. */
function factsOf({ expect, ref }: Operation, { computed, differences, problems = [], name }: Result): Facts {
  const facts: Facts = { order: name ?? ref }
  if (differences) {
    facts.reasons = problems.map(({ message, field = null }) => ({ field, message }))
    facts.differences = differences.map(({ line = null, ...row }) => ({ line, ...row }))
  } else if (problems.length > 1) {
    facts.reasons = problems.map(({ code, field = null, message }) => ({ cause: code, field, message }))
  }
  if (!computed) return facts
  return {
    ...facts,
    storefront_total: expect?.amount_total ?? null,
    odoo_total: computed.amount_total,
    storefront_tax: expect?.amount_tax ?? null,
    odoo_tax: computed.amount_tax,
    lines: linesSideBySide(expect?.lines ?? [], computed.lines),
  }
}

/** Line by line; one that only Odoo or only the storefront has stands with what that side says. */
function linesSideBySide(
  wanted: NonNullable<NonNullable<Operation['expect']>['lines']>,
  computed: NonNullable<Result['computed']>['lines'],
): Record<string, string | null>[] {
  const given = new Map(wanted.map((line) => [line.ref, line]))
  const shown = new Set(computed.map(({ ref }) => ref))
  return [
    ...computed.map(({ ref = null, subtotal, tax, name, quantity, price_unit }) => {
      const storefront = ref === null ? undefined : given.get(ref)
      return {
        line: ref,
        name,
        quantity,
        price_unit,
        storefront_subtotal: storefront?.subtotal ?? null,
        odoo_subtotal: subtotal,
        storefront_tax: storefront?.tax ?? null,
        odoo_tax: tax,
      }
    }),
    ...wanted.flatMap(({ ref, subtotal, tax }) =>
      shown.has(ref) ? [] : [{ line: ref, storefront_subtotal: subtotal, storefront_tax: tax }],
    ),
  ]
}
