import jsonata from 'jsonata'
import { prepare } from './functions.ts'
import type { LookupTables } from './lookups.ts'
import type { Each, Rule, RuleSet, Value } from './rules.ts'
import type { Described } from './validate.ts'

/** Something about rules that can be seen without any record. */
export interface RuleFault {
  /** JSON pointer into the rule set, e.g. `/rules/3/convert/0`. */
  at: string
  /** `error`: these rules cannot work. `warning`: look at it; Odoo may know better. */
  level: 'error' | 'warning'
  message: string
}

/** Every fault of a rule set at once. Pure. */
export function lint(set: RuleSet, described: Described = {}, tables?: LookupTables): RuleFault[] {
  return [...ofRules(set.rules, '/rules', set.model), ...missing()]

  function ofRules(rules: readonly Rule[], at: string, model: string | undefined): RuleFault[] {
    return rules.flatMap((rule, index) => {
      const place = `${at}/${index}`
      return [...ofTarget(rule, place, model), ...ofValue(rule, place, rule.lines && relationOf(model, rule.to))]
    })
  }

  function ofTarget({ to, lines, about: _ }: Rule, at: string, model: string | undefined): RuleFault[] {
    const fields = model === undefined ? undefined : described[model]
    if (set.direction !== 'toOdoo' || !fields || to.includes('*') || /[./]/.test(to)) return []
    const field = Object.hasOwn(fields, to) ? fields[to] : undefined
    if (!field) return [{ at: `${at}/to`, level: 'warning', message: `${model} has no field “${to}”.` }]
    if (field.readonly && !lines && to !== 'clarity_ref') {
      return [{ at: `${at}/to`, level: 'warning', message: `Odoo sets “${field.string}” (${to}) itself.` }]
    }
    return []
  }

  function ofValue(value: Value, at: string, model: string | undefined): RuleFault[] {
    const steps = (value.convert ?? []).flatMap((step, index): RuleFault[] => {
      const ready = prepare(step)
      return ready.ok ? [] : [{ at: `${at}/convert/${index}`, level: 'error', message: `${sentence(ready.message)}` }]
    })
    const table = value.lookup?.table
    const unknown: RuleFault[] =
      table !== undefined && tables && !Object.hasOwn(tables, table)
        ? [{ at: `${at}/lookup/table`, level: 'warning', message: `There is no table “${table}” yet.` }]
        : []
    return [
      ...steps,
      ...unknown,
      ...ofExpression(value.jsonata, at),
      ...Object.entries(value.object ?? {}).flatMap(([key, one]) => ofValue(one, `${at}/object/${key}`, undefined)),
      ...Object.entries(value.find?.by ?? {}).flatMap(([key, one]) => ofValue(one, `${at}/find/by/${key}`, undefined)),
      ...(value.set ?? []).flatMap((one, index) => ofValue(one, `${at}/set/${index}`, undefined)),
      ...ofEach(value.lines?.each ?? [], `${at}/lines/each`, model),
      ...ofEach(value.list ?? [], `${at}/list`, undefined),
    ]
  }

  function ofEach(each: readonly Each[], at: string, model: string | undefined): RuleFault[] {
    return each.flatMap(({ rules }, index) => ofRules(rules, `${at}/${index}/rules`, model))
  }

  function relationOf(model: string | undefined, to: string): string | undefined {
    return model === undefined ? undefined : described[model]?.[to]?.relation
  }

  /** Odoo's own required fields have defaults or are computed; a field that somebody added seldom has. */
  function missing(): RuleFault[] {
    const fields = Object.entries((set.model && described[set.model]) || {})
    const written = new Set(set.rules.map(({ to }) => to))
    return fields
      .filter(([name, field]) => name.startsWith('x_') && field.required && !field.readonly && !written.has(name))
      .map(([name, field]) => ({
        at: '/rules',
        level: 'warning' as const,
        message: `Odoo requires “${field.string}” (${name}), and no rule writes it.`,
      }))
  }
}

function ofExpression(text: string | undefined, at: string): RuleFault[] {
  if (text === undefined) return []
  try {
    jsonata(text)
    return []
  } catch (error) {
    const said = typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : ''
    return [{ at: `${at}/jsonata`, level: 'error', message: `The expression cannot be read: ${said}` }]
  }
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
