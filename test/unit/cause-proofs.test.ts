import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CauseCode, causes } from '../../shared/causes.ts'

type Proof = readonly [file: string, what: string]

const CASE_38 = 'contract/case-38.test.ts'
const SWEEPS = 'real/cases-sweeps.test.ts'
/** One suite on the stand-in and a real Odoo. */
const BRIDGE = 'contract/odoo-bridge.test.ts'
const onTheLine = (what: string): Proof => ['contract/causes.test.ts', what]
const classified = (what: string): Proof => ['real/classifier.test.ts', what]
const ofARule = (code: string): Proof => ['real/cases-lookups.test.ts', `\n  ${code}: {`]
const inOdoo = (file: string, what: string): Proof => [`../odoo-bridge/clarity_bridge/tests/${file}`, what]

/**
 * Where each cause is driven by its real fault: the file, and what stands there. Those of a connection, of the line and of a rule go from
 * the fault to the alert, the mending and the order in both systems; what is Odoo's comes from a real Odoo, here or in the addon's own tests.
 * A code without a proof does not compile.
 */
const proofs: Record<CauseCode, readonly [Proof, ...Proof[]]> = {
  by_hand: [onTheLine('by_hand: is nobody’s alert')],
  circuit_open: [[CASE_38, 'an Odoo that answers nobody: the circuit opens']],
  unauthorized: [
    onTheLine('a revoked key'),
    onTheLine("side: 'clarity', cause: 'unauthorized'"),
    [SWEEPS, 'CASES 38: an expired Odoo key'],
    classified("['refused', 'unauthorized']"),
  ],
  invalid_client: [onTheLine("cause: 'invalid_client'"), [CASE_38, 'a revoked Clarity client']],
  invalid_scope: [onTheLine("cause: 'invalid_scope'")],
  forbidden: [onTheLine("cause: 'forbidden'")],
  wrong_address: [
    onTheLine("side: 'odoo', cause: 'wrong_address'"),
    onTheLine("side: 'clarity', cause: 'wrong_address'"),
  ],
  proxy_refused: [onTheLine("cause: 'proxy_refused'")],
  unexpected_answer: [onTheLine("side: 'odoo', cause: 'unexpected_answer'"), onTheLine('another dialect')],
  certificate: [onTheLine("side: 'odoo', cause: 'certificate'"), onTheLine("side: 'clarity', cause: 'certificate'")],
  wrong_database: [onTheLine("cause: 'wrong_database'"), classified("['refused', 'wrong_database']")],
  module_missing: [onTheLine("cause: 'module_missing'"), classified("cause: 'module_missing'")],
  module_outdated: [onTheLine("cause: 'module_outdated'"), classified("'module_outdated'")],
  access_denied: [onTheLine("cause: 'access_denied'"), classified("['refused', 'access_denied']")],
  missing_right: [[SWEEPS, 'missing_right: one that is taken off the service user']],

  lookups_changed: [onTheLine('lookups_changed: an entry that is saved while Odoo is asked')],
  network: [onTheLine("cause: 'network'"), classified("cause: 'network'")],
  timeout: [onTheLine("cause: 'timeout'"), classified("'57014', 'timeout'")],
  server_error: [onTheLine("cause: 'server_error'")],
  unreadable_answer: [onTheLine("cause: 'unreadable_answer'")],
  database_down: [onTheLine("cause: 'database_down'"), classified("cause: 'database_down'")],
  throttled: [onTheLine("cause: 'throttled'")],
  busy: [onTheLine("cause: 'busy'"), classified("cause === 'busy'")],
  conflict: [onTheLine("cause: 'conflict'"), classified("['retry', 'conflict']")],
  in_progress: [onTheLine("cause: 'in_progress'")],
  stale_version: [onTheLine("cause: 'stale_version'")],
  stale_quantity: [['flows/stock-to-clarity.test.ts', "cause: 'stale_quantity'"]],
  aborted: [['contract/clarity-client.test.ts', "cause: 'aborted'"]],
  lease_lost: [['contract/store-replicas.test.ts', "['lease_lost', 'done']"]],
  bug: [['contract/store-ledger.test.ts', "'bug'"]],

  unreadable_body: [['contract/store-by-hand.test.ts', 'an unreadable body takes its place once it can be read']],
  invalid_shape: [['flows/order-to-odoo.test.ts', "'invalid_shape'"]],
  unknown_sku: [['real/cases-orders.test.ts', "'unknown_sku'"]],
  unknown_reference: [[BRIDGE, "'unknown_reference'"]],
  unknown_record: [onTheLine("cause: 'unknown_record'")],
  unknown_model: [classified('unknown_model')],
  not_found: [ofARule('not_found')],
  ambiguous_match: [['real/cases-orders.test.ts', "'ambiguous_match'"]],
  archived: [['real/cases-orders.test.ts', "'archived'"]],
  unknown_field: [ofARule('unknown_field')],
  readonly: [ofARule('readonly')],
  empty_required: [ofARule('empty_required')],
  required: [ofARule('required')],
  invalid_value: [[BRIDGE, "'invalid_value'"], classified("'invalid_value'")],
  invalid_type: [ofARule('invalid_type')],
  wrong_type: [ofARule('wrong_type')],
  not_a_choice: [ofARule('not_a_choice')],
  wrong_model: [ofARule('wrong_model')],
  too_long: [['flows/customer-to-odoo.test.ts', "'too_long'"]],
  not_whole: [ofARule('not_whole')],
  inexact: [ofARule('inexact')],
  not_a_number: [ofARule('not_a_number')],
  not_a_boolean: [ofARule('not_a_boolean')],
  not_a_date: [ofARule('not_a_date')],
  not_a_country: [ofARule('not_a_country')],
  bad_rule: [['unit/mapping-engine.test.ts', "'bad_rule'"]],
  expression_not_run: [['unit/mapping-engine.test.ts', "'expression_not_run'"]],
  expression_failed: [ofARule('expression_failed')],
  expression_too_large: [ofARule('expression_too_large')],
  expression_too_long: [ofARule('expression_too_long')],
  expression_inexact: [ofARule('expression_inexact')],
  no_customer: [['unit/mapping-order.test.ts', "'no_customer'"]],
  no_rate: [['real/cases-totals.test.ts', 'no_rate']],
  no_tax_rule: [['unit/mapping-order.test.ts', "'no_tax_rule'"]],
  unmapped: [ofARule('unmapped'), ['real/cases-lookups.test.ts', 'CASES 30: an unmapped payment method']],
  business_rule: [['real/cases-masters.test.ts', "'business_rule'"], classified("'business_rule'")],
  storefront_refused: [onTheLine("cause: 'storefront_refused'")],
  inventory_rejected: [['real/cases-stock.test.ts', "'inventory_rejected'"]],
  price_rule_unsupported: [['flows/masters-to-clarity.test.ts', "'price_rule_unsupported'"]],
  too_large: [onTheLine("cause: 'too_large'")],
  bad_request: [onTheLine("cause: 'bad_request'"), classified("'bad_request'")],
  unexpected: [inOdoo('test_apply.py', '"unexpected"')],

  totals_differ: [
    [BRIDGE, "'totals_differ'"],
    ['contract/store-reviews.test.ts', "'totals_differ'"],
  ],
  totals_inconsistent: [['unit/mapping-order.test.ts', "'totals_inconsistent'"]],
  rule: [
    ['contract/store-reviews.test.ts', "'rule'"],
    ['unit/mapping-order.test.ts', "'rule'"],
  ],
  anomaly: [['contract/store-anomalies.test.ts', "'anomaly'"]],
  proposed_change: [['flows/customer-to-odoo.test.ts', "'proposed_change'"]],
  not_for_sale: [[BRIDGE, "'not_for_sale'"]],
  customer_warning: [[BRIDGE, "'customer_warning'"]],
  customer_on_hold: [inOdoo('test_checks.py', '"customer_on_hold"')],
  credit_limit: [[BRIDGE, "'credit_limit'"]],
  duplicate_reference: [[BRIDGE, "'duplicate_reference'"]],
  minimum_quantity: [['unit/mapping-business.test.ts', "'minimum_quantity'"]],
  not_editable: [[BRIDGE, "'not_editable'"]],
  deleted: [inOdoo('test_apply.py', 'test_deleted_record_is_for_a_person_to_decide')],
  status_conflict: [['flows/order-status-to-clarity.test.ts', "'status_conflict'"]],
  already_delivered: [['real/cases-money.test.ts', "'already_delivered'"]],
  already_invoiced: [inOdoo('test_order_update.py', '"already_invoiced"')],
  not_delivered: [[BRIDGE, "'not_delivered'"]],
  not_invoiced: [inOdoo('test_returns.py', '"not_invoiced"')],
  review: [['real/cases-money.test.ts', "'review'"]],

  unchanged: [[BRIDGE, "'unchanged'"]],
  stale: [['real/cases-stock.test.ts', "'stale'"]],
  superseded: [['contract/store-ledger.test.ts', "'superseded'"]],
  switched_off: [['contract/store-switches.test.ts', "'switched_off'"]],
  not_the_record: [['flows/gate.test.ts', "'not_the_record'"]],
  not_for_us: [['flows/shipment-to-clarity.test.ts', "'not_for_us'"]],
}

describe('the proofs of the causes', () => {
  it.each(Object.keys(causes))('%s stands where it is said to', (code) => {
    for (const [file, what] of proofs[code as CauseCode]) {
      const text = readFileSync(join(import.meta.dirname, '..', file), 'utf8')
      expect(text.includes(what), `${file} has no ${what}`).toBe(true)
    }
  })
})
