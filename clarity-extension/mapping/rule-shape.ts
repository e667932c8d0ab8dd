import { z } from 'zod'
import { checkNames } from '../../shared/checks.ts'
import { fieldGroups } from '../../shared/switches.ts'
import type { Json } from './json.ts'
import type { Condition, Each, Rule, RuleSet, Step, Value } from './rules.ts'

const json: z.ZodType<Json> = z.json()
const sources = ['from', 'const', 'object', 'find', 'set', 'lines', 'list', 'jsonata'] as const
const forbidden = /(^|[./])(__proto__|prototype|constructor)([./]|$)/
const path = z
  .string()
  .min(1)
  .refine((text) => !forbidden.test(text), 'names a part of the program, not a field')
const decimalText = z.string().regex(/^-?\d+(\.\d+)?$/, 'a decimal number as text')

export const condition: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ path, equals: json }),
    z.strictObject({ path, in: z.array(json).min(1) }),
    z.strictObject({ path, exists: z.boolean() }),
    z.strictObject({ path, greater: decimalText }),
    z.strictObject({ path, less: decimalText }),
    z.strictObject({ path, contains: z.string().min(1) }),
    z.strictObject({ some: z.strictObject({ in: path, where: condition }) }),
    z.strictObject({ not: condition }),
    z.strictObject({ and: z.array(condition).min(1) }),
    z.strictObject({ or: z.array(condition).min(1) }),
  ]),
)

const step: z.ZodType<Step> = z.union([z.string().min(1), z.object({ do: z.string().min(1) }).catchall(json)])
const valueMap: z.ZodType<Record<string, Value>> = z.lazy(() => z.record(path, value))
const each: z.ZodType<Each> = z.lazy(() =>
  z.strictObject({ in: path, at: path.optional(), when: condition.optional(), rules: z.array(rule).min(1) }),
)

const valueShape = {
  from: z.union([path, z.array(path).min(1)]).optional(),
  const: json.optional(),
  object: valueMap.optional(),
  find: z
    .strictObject({ model: z.string(), by: valueMap, take: z.string().optional(), optional: z.boolean().optional() })
    .optional(),
  set: z.lazy(() => z.array(value)).optional(),
  lines: z.strictObject({ key: z.string(), each: z.array(each).min(1) }).optional(),
  list: z.array(each).min(1).optional(),
  jsonata: z.string().min(1).max(4_000).optional(),
  default: json.optional(),
  join: z.string().optional(),
  split: z.strictObject({ by: z.string().min(1), take: z.int().optional() }).optional(),
  convert: z.array(step).optional(),
  lookup: z.strictObject({ table: z.string(), missing: z.enum(['problem', 'pass', 'next']) }).optional(),
  record: z
    .strictObject({
      model: z.string(),
      field: z.string(),
      by: z.record(path, json).optional(),
      take: z.string().optional(),
      optional: z.boolean().optional(),
    })
    .optional(),
  ref: z
    .string()
    .regex(/^[a-z_]+$/)
    .optional(),
}

const isStarred = (text: string): boolean => text.endsWith('*') && text.indexOf('*') === text.length - 1
const hasOneSource = (given: object): boolean => sources.filter((source) => Object.hasOwn(given, source)).length === 1
const oneSource = `needs exactly one of ${sources.join(', ')}`

export const value: z.ZodType<Value> = z.strictObject(valueShape).refine(hasOneSource, oneSource)
export const rule: z.ZodType<Rule> = z
  .strictObject({
    to: path,
    about: z.string().optional(),
    when: condition.optional(),
    required: z.boolean().optional(),
    once: z.boolean().optional(),
    group: z.enum(fieldGroups).optional(),
    ...valueShape,
  })
  .refine(hasOneSource, oneSource)
  .refine(({ to, from }) => {
    const stars = [from].flat().filter((one) => one?.includes('*'))
    return to.includes('*') ? isStarred(to) && typeof from === 'string' && isStarred(from) : stars.length === 0
  }, 'a star stands at the end of both: to `x_studio_*` from `attributes.*`')

/** The door for rule sets that come from outside: imports, the panel, the store. */
export const ruleSet: z.ZodType<RuleSet> = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  description: z.string().min(1),
  entity: z.string().min(1),
  direction: z.enum(['toOdoo', 'toClarity']),
  version: z.int().min(1),
  model: z.string().optional(),
  rules: z.array(rule).min(1),
  match: z.array(z.strictObject({ when: condition.optional(), by: valueMap })).optional(),
  follow: z
    .array(
      z.strictObject({
        do: z.enum(['confirm', 'cancel', 'receive', 'validate', 'invoice', 'post', 'refund']),
        when: condition.optional(),
      }),
    )
    .optional(),
  checks: z
    .array(
      z.strictObject({
        check: z.enum(checkNames),
        when: condition.optional(),
      }),
    )
    .optional(),
  review: z.array(z.strictObject({ when: condition, reason: z.string().min(1) })).optional(),
})
