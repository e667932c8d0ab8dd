import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CauseCode, causes } from '../../shared/causes.ts'

/** In a test file; or in a folder of cases and the test file of its name, which runs them. */
type Proof = readonly [place: string, what: string]
/**
 * `chain`: driven end to end: the real fault, what is told of it (class, sentence, remedy), the alert or that nobody is alerted, the
 * repair, the replay, both systems. `also`: by itself, in the client, the flow or Odoo. `beyond`: why nothing that happens to a
 * running bridge ends an event with it.
 */
interface Proved {
  chain?: readonly [Proof, ...Proof[]]
  also?: readonly Proof[]
  beyond?: string
}

const CHAINS = 'contract/cause-chains'
const LINE = 'contract/causes.test.ts'
const CASE_38 = 'contract/case-38.test.ts'
const ODOO = 'real/cases-causes'
const SWEEPS = 'real/cases-sweeps.test.ts'
/** One suite on the stand-in and a real Odoo. */
const BRIDGE = 'contract/odoo-bridge'

const classified = (what: string): Proof => ['real/classifier.test.ts', what]
const inOdoo = (file: string, what: string): Proof => [`../odoo-bridge/clarity_bridge/tests/${file}`, what]

/** At a connection or on its line. */
const onTheLine = (...what: [string, ...string[]]): Proved => chained(...withFile(LINE, what))
/** A row of the table that one runner drives (test/support/cause-chain.ts). */
const ofAChain = (code: CauseCode, ...also: Proof[]): Proved => ({ chain: [[CHAINS, `\n    ${code}: `]], also })
const inRealOdoo = (code: CauseCode, ...also: Proof[]): Proved => ({ chain: [[ODOO, `\n    ${code}: `]], also })
/** A rule of a merchant's, against a real Odoo. */
const ofARule = (code: CauseCode): Proved => chained(['real/cases-lookups.test.ts', `\n  ${code}: {`])
/** A test of its own, whose title begins with it. */
const titled = (code: CauseCode, file: string = CHAINS): Proved => chained([file, `'${code}: `])
const skipped = (code: CauseCode): Proved => chained([CHAINS, `state: 'skipped', cause: '${code}'`])

/** A code without an entry does not compile. */
const proofs: Record<CauseCode, Proved> = {
  by_hand: onTheLine('by_hand: is nobody’s alert'),
  circuit_open: chained([CASE_38, 'an Odoo that answers nobody: the circuit opens']),
  unauthorized: {
    ...chained(...withFile(LINE, ['a revoked key', "side: 'clarity', cause: 'unauthorized'"]), [
      SWEEPS,
      'CASES 38: an expired Odoo key',
    ]),
    also: [classified("['refused', 'unauthorized']")],
  },
  invalid_client: chained([LINE, "cause: 'invalid_client'"], [CASE_38, 'a revoked Clarity client']),
  invalid_scope: onTheLine("cause: 'invalid_scope'"),
  forbidden: onTheLine("cause: 'forbidden'"),
  wrong_address: onTheLine("side: 'odoo', cause: 'wrong_address'", "side: 'clarity', cause: 'wrong_address'"),
  proxy_refused: onTheLine("cause: 'proxy_refused'"),
  unexpected_answer: onTheLine("side: 'odoo', cause: 'unexpected_answer'", 'another dialect'),
  certificate: onTheLine("side: 'odoo', cause: 'certificate'", "side: 'clarity', cause: 'certificate'"),
  wrong_database: { ...onTheLine("cause: 'wrong_database'"), also: [classified("['refused', 'wrong_database']")] },
  module_missing: { ...chained([ODOO, "cause: 'module_missing'"]), also: [classified("cause: 'module_missing'")] },
  module_outdated: { ...chained([ODOO, "cause: 'module_outdated'"]), also: [classified("'module_outdated'")] },
  access_denied: { ...chained([ODOO, "cause: 'access_denied'"]), also: [classified("['refused', 'access_denied']")] },
  missing_right: titled('missing_right', SWEEPS),

  lookups_changed: onTheLine('lookups_changed: an entry that is saved while Odoo is asked'),
  network: { ...onTheLine("cause: 'network'"), also: [classified("cause: 'network'")] },
  timeout: { ...onTheLine("cause: 'timeout'"), also: [classified("'57014', 'timeout'")] },
  server_error: onTheLine("cause: 'server_error'"),
  unreadable_answer: onTheLine("cause: 'unreadable_answer'"),
  database_down: { ...onTheLine("cause: 'database_down'"), also: [classified("cause: 'database_down'")] },
  throttled: onTheLine("cause: 'throttled'"),
  busy: { ...onTheLine("cause: 'busy'"), also: [classified("cause === 'busy'")] },
  conflict: { ...onTheLine("cause: 'conflict'"), also: [classified("['retry', 'conflict']")] },
  in_progress: onTheLine("cause: 'in_progress'"),
  stale_version: onTheLine("cause: 'stale_version'"),
  stale_quantity: titled('stale_quantity'),
  aborted: {
    beyond: 'Whoever gives a call up ends with it: a first load that is stopped. No flow hands its calls a signal.',
    also: [['contract/clarity-client.test.ts', "cause: 'aborted'"]],
  },
  lease_lost: { ...titled('lease_lost'), also: [['contract/store-replicas.test.ts', "['lease_lost', 'done']"]] },
  bug: titled('bug'),

  unreadable_body: ofAChain('unreadable_body'),
  invalid_shape: ofAChain('invalid_shape'),
  unknown_sku: inRealOdoo('unknown_sku'),
  unknown_reference: inRealOdoo('unknown_reference', [BRIDGE, "'unknown_reference'"]),
  unknown_record: onTheLine("cause: 'unknown_record'"),
  unknown_model: {
    beyond:
      'Events call the addon’s own methods only, and what a rule names is compared with Odoo’s fields first (unknown_field, wrong_model).',
    also: [classified('unknown_model')],
  },
  not_found: ofARule('not_found'),
  ambiguous_match: inRealOdoo('ambiguous_match'),
  archived: inRealOdoo('archived'),
  unknown_field: ofARule('unknown_field'),
  readonly: ofARule('readonly'),
  empty_required: ofARule('empty_required'),
  required: ofARule('required'),
  invalid_value: inRealOdoo('invalid_value', classified("'invalid_value'")),
  invalid_type: ofARule('invalid_type'),
  wrong_type: ofARule('wrong_type'),
  not_a_choice: ofARule('not_a_choice'),
  wrong_model: ofARule('wrong_model'),
  too_long: ofAChain('too_long'),
  not_whole: ofARule('not_whole'),
  inexact: ofARule('inexact'),
  not_a_number: ofARule('not_a_number'),
  not_a_boolean: ofARule('not_a_boolean'),
  not_a_date: ofARule('not_a_date'),
  not_a_country: ofARule('not_a_country'),
  bad_rule: ofAChain('bad_rule'),
  expression_not_run: {
    beyond:
      'A mapping is repeated until every expression that it met has run (expressions/mapped.ts): no rule and no record leaves one over.',
    also: [['unit/mapping-engine.test.ts', "'expression_not_run'"]],
  },
  expression_failed: ofARule('expression_failed'),
  expression_too_large: ofARule('expression_too_large'),
  expression_too_long: ofARule('expression_too_long'),
  expression_inexact: ofARule('expression_inexact'),
  no_customer: ofAChain('no_customer'),
  no_rate: inRealOdoo('no_rate'),
  no_tax_rule: ofAChain('no_tax_rule'),
  unmapped: { ...ofARule('unmapped'), also: [['real/cases-lookups.test.ts', 'CASES 30: an unmapped payment method']] },
  business_rule: inRealOdoo('business_rule', classified("'business_rule'")),
  storefront_refused: onTheLine("cause: 'storefront_refused'"),
  inventory_rejected: inRealOdoo('inventory_rejected'),
  price_rule_unsupported: inRealOdoo('price_rule_unsupported'),
  too_large: onTheLine("cause: 'too_large'"),
  bad_request: { ...onTheLine("cause: 'bad_request'"), also: [classified("'bad_request'")] },
  unexpected: inRealOdoo('unexpected', inOdoo('test_apply.py', '"unexpected"')),

  totals_differ: inRealOdoo('totals_differ', [BRIDGE, "'totals_differ'"]),
  totals_inconsistent: ofAChain('totals_inconsistent'),
  rule: ofAChain('rule'),
  anomaly: ofAChain('anomaly', ['contract/store-anomalies.test.ts', "'anomaly'"]),
  proposed_change: ofAChain('proposed_change'),
  not_for_sale: inRealOdoo('not_for_sale', [BRIDGE, "'not_for_sale'"]),
  customer_warning: inRealOdoo('customer_warning', [BRIDGE, "'customer_warning'"]),
  customer_on_hold: inRealOdoo('customer_on_hold', inOdoo('test_checks.py', '"customer_on_hold"')),
  credit_limit: inRealOdoo('credit_limit', [BRIDGE, "'credit_limit'"]),
  duplicate_reference: inRealOdoo('duplicate_reference', [BRIDGE, "'duplicate_reference'"]),
  minimum_quantity: ofAChain('minimum_quantity'),
  not_editable: inRealOdoo('not_editable', [BRIDGE, "'not_editable'"]),
  deleted: inRealOdoo('deleted', inOdoo('test_apply.py', 'test_deleted_record_is_for_a_person_to_decide')),
  status_conflict: ofAChain('status_conflict'),
  already_delivered: inRealOdoo('already_delivered'),
  already_invoiced: inRealOdoo('already_invoiced', inOdoo('test_order_update.py', '"already_invoiced"')),
  not_delivered: inRealOdoo('not_delivered', [BRIDGE, "'not_delivered'"]),
  not_invoiced: inRealOdoo('not_invoiced', inOdoo('test_returns.py', '"not_invoiced"')),
  review: ofAChain('review'),

  unchanged: skipped('unchanged'),
  stale: skipped('stale'),
  superseded: skipped('superseded'),
  switched_off: skipped('switched_off'),
  not_the_record: skipped('not_the_record'),
  not_for_us: skipped('not_for_us'),
}

/** Guards that nothing outside can bring about; a code that joins them needs a reason and a line here. */
const guards = ['aborted', 'expression_not_run', 'unknown_model']

describe('the proofs of the causes', () => {
  it.each(Object.entries(proofs))('%s stands where it is said to', (_code, { chain = [], also = [] }) => {
    for (const [place, what] of [...chain, ...also])
      expect(textOf(place).includes(what), `${place} has no ${what}`).toBe(true)
  })

  it('drive every cause from the fault to both systems being right, but those that no fault brings about', () => {
    const codes = Object.keys(causes) as CauseCode[]
    const unproved = codes.filter((code) => proofs[code].chain === undefined)
    expect(unproved.sort()).toEqual(guards)
    for (const code of unproved) expect(proofs[code].beyond?.length, code).toBeGreaterThan(40)
  })

  it('name the acceptance cases about errors', () => {
    const named = [...new Set([CHAINS, LINE, CASE_38, ODOO, SWEEPS, ...more])].map(textOf)
    for (const number of [12, 26, 30, 35, 38, 39, 40])
      expect(
        named.some((text) => new RegExp(`CASES (\\d+, )*${number}\\b`).test(text)),
        `CASES ${number}`,
      ).toBe(true)
  })
})
const more = ['flows/case-39-mapping.test.ts', 'contract/store-ledger.test.ts', 'real/cases-lookups.test.ts']

function textOf(place: string): string {
  const path = join(import.meta.dirname, '..', place)
  const files = statSync(path).isDirectory()
    ? [`${path}.test.ts`, ...readdirSync(path).map((name) => join(path, name))]
    : [path]
  return files.map((file) => readFileSync(file, 'utf8')).join('\n')
}

function chained(...chain: [Proof, ...Proof[]]): Proved {
  return { chain }
}
function withFile(file: string, [first, ...others]: [string, ...string[]]): [Proof, ...Proof[]] {
  return [[file, first], ...others.map((what): Proof => [file, what])]
}
