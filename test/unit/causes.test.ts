import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { PERMANENT, TRANSIENT } from '../../odoo-bridge/client/names.ts'
import { result } from '../../odoo-bridge/client/shapes.ts'
import { causeDocs } from '../../scripts/cause-docs.ts'
import { causeOf, causes, remedyOf } from '../../shared/causes.ts'
import { productSources } from '../support/import-graph.ts'
import { de, en } from '../support/panel-words.ts'

/** Which argument of which function is a cause code. */
const emitters: Record<string, number> = {
  retry: 0,
  review: 0,
  skip: 0,
  again: 0,
  mend: 0,
  refuse: 0,
  odooRefused: 0,
  refused: 1,
}
const inMapping: Record<string, number> = { failed: 0, fault: 0, problem: 0 }

/** Places whose code is not written there: where it comes from is said, and tested beside. */
const passedOn = new Set([
  'clarity-extension/delivery/result.ts: cause', // the addon's closed list, below
  "clarity-extension/delivery/result.ts: first?.code ?? 'review'",
  'clarity-extension/mapping/validate.ts: code', // its own function's argument
  'clarity-extension/mapping/validate.ts: fault.code', // validate/fault.ts
  "clarity-extension/mapping/value.ts: result?.code ?? 'expression_not_run'", // expressions/results.ts
  'clarity-extension/mapping/value.ts: result.code', // functions/*
  'clarity-extension/mapping/value.ts: unmappedCode(table)', // the family of tables
  'clarity-extension/mapping/functions/conversion.ts: code', // its own function's argument
  'clarity-extension/ledger/policy.ts: ended.cause', // an outcome's
  "clarity-extension/ledger/policy.ts: ended.cause ?? 'bug'",
  'odoo-bridge/client/classify.ts: code', // its own function's argument
  'odoo-bridge/client/classify.ts: cause',
  'odoo-bridge/client/classify.ts: transient', // names.ts, below
  'odoo-bridge/client/classify.ts: permanent.code',
  'clarity-extension/clarity/call.ts: first.token', // another `again`
  'clarity-extension/ledger/problems.ts: z.string()', // a shape
  'clarity-extension/load/rows.ts: z.string()', // a shape
  'clarity-extension/http/loads.ts: code', // a stored problem's
  'clarity-extension/http/launch.ts: res', // another `refused`
  'clarity-extension/connections/pairing.ts: opened.row', // another `refuse`
])

const sources = productSources().filter(({ path }) => !/\/(panel|sandbox|causes|lookups)\//.test(path))
const constants = new Map(
  sources.flatMap(({ text }) =>
    [...text.matchAll(/const ([A-Z_]+) = '([a-z_]+)'/g)].map((m) => [`${m[1]}`, `${m[2]}`] as const),
  ),
)

describe('the catalogue of causes', () => {
  const { codes, unread } = emitted()

  it('has every code that the sources emit', () => {
    expect(codes.size).toBeGreaterThan(40)
    expect([...codes].filter((code) => causeOf(code) === undefined)).toEqual([])
  })

  it('knows where every code comes from that is passed on', () => {
    expect([...unread].filter((place) => !passedOn.has(place))).toEqual([])
  })

  it("has what Odoo's errors and the addon's results become", () => {
    const ofAddon = result.shape.problems.unwrap().element.shape.code.options
    const ofNames = [...TRANSIENT.values(), ...[...PERMANENT.values()].map(({ code }) => code)]
    expect([...ofAddon, ...ofNames].filter((code) => causeOf(code) === undefined)).toEqual([])
  })

  it('has no code that nothing emits', () => {
    const alive = new Set([...codes, ...TRANSIENT.values(), ...[...PERMANENT.values()].map(({ code }) => code)])
    for (const code of result.shape.problems.unwrap().element.shape.code.options) alive.add(code)
    for (const code of ['unmapped', 'bug', 'lease_lost', 'by_hand', 'review', 'unknown_sku', 'expression_not_run'])
      alive.add(code)
    expect(Object.keys(causes).filter((code) => !alive.has(code))).toEqual([])
  })

  it('knows the codes of lookup tables as one family, and no other', () => {
    expect(causeOf('unmapped_carriers')).toBe(causes.unmapped)
    expect(causeOf('never_heard_of')).toBeUndefined()
    expect(causeOf('constructor')).toBeUndefined()
    expect(remedyOf('never_heard_of')).toContain('replay')
    expect(remedyOf(null)).toContain('replay')
  })

  it('speaks to merchants: no sentence, here or where a call fails, names a variable of the environment', () => {
    const variable = /\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/
    const texts = JSON.stringify([causes, de.cause, de.remedy, en.connections, de.connections])
    expect(variable.exec(texts)?.[0]).toBeUndefined()
    const speaking = productSources().filter(({ path }) =>
      /^(odoo-bridge\/client|clarity-extension\/(clarity|connections|delivery|flows|ports|mapping))\//.test(path),
    )
    expect(speaking.length).toBeGreaterThan(50)
    expect(speaking.flatMap(({ path, text }) => sentences(path, text)).filter((one) => ENVIRONMENT.test(one))).toEqual(
      [],
    )
  })

  it('is what the documentation says: run `node scripts/cause-docs.ts`', () => {
    expect(readFileSync(join(import.meta.dirname, '../../docs/causes.md'), 'utf8')).toBe(causeDocs())
  })
})

const ENVIRONMENT = /\b(ODOO|CLARITY|NODE|PUBLIC|SECRET|ADMIN|DATABASE)_[A-Z_]+/

/** Every text that stands in a source. */
function sentences(path: string, text: string): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      found.push(node.text)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true))
  return found
}

/** Reads the code of every outcome and problem out of the sources. */
function emitted(): { codes: Set<string>; unread: Set<string> } {
  const codes = new Set<string>()
  const unread = new Set<string>()
  for (const { path, text } of sources) {
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
    const take = (node: ts.Expression | undefined): void => {
      if (!node) return
      if (ts.isStringLiteral(node)) codes.add(node.text)
      else if (ts.isConditionalExpression(node)) for (const one of [node.whenTrue, node.whenFalse]) take(one)
      else if (ts.isTemplateExpression(node) && node.head.text === 'unmapped_') codes.add('unmapped_table')
      else if (ts.isIdentifier(node) && constants.has(node.text)) codes.add(constants.get(node.text) ?? '')
      else unread.add(`${path}: ${node.getText()}`)
    }
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
        const list = path.includes('/mapping/') ? { ...emitters, ...inMapping } : emitters
        const index = Object.hasOwn(list, node.expression.text) ? list[node.expression.text] : undefined
        if (index !== undefined) take(node.arguments[index])
      }
      if (ts.isObjectLiteralExpression(node)) {
        const property = (name: string) => node.properties.find((one) => one.name?.getText() === name)
        const written = (one: ts.ObjectLiteralElementLike | undefined) =>
          one && ts.isPropertyAssignment(one)
            ? one.initializer
            : one && ts.isShorthandPropertyAssignment(one)
              ? one.name
              : undefined
        if (property('code') && property('message') && property('remedy')) take(written(property('code')))
        const cause = written(property('cause'))
        if (cause && ts.isStringLiteral(cause) && cause.text !== '') codes.add(cause.text)
      }
      ts.forEachChild(node, visit)
    }
    visit(file)
  }
  return { codes, unread }
}
