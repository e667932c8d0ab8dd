/**
 * What to do about a cause, for causes that come without problems of their own. English here; the panel says the same in
 * its other languages by cause code (panel/words).
 */
export function remedyFor(cause: string | null): string {
  return (
    remedies[cause ?? ''] ?? 'Open the newest event to see what was sent and answered. Mend the cause, then replay.'
  )
}

/** These are read when the bridge has given up: until then nobody need do anything. */
const reach =
  'The bridge tried for about a day. Check that the other side runs and can be reached from the extension, then replay.'
const patience = 'The bridge tried for about a day and the other side was never ready for it. Replay when it is.'
const report = 'This is a fault of the bridge. Replay once; if it comes back, report it with the trace id.'
const storefrontKey =
  'Check CLARITY_CLIENT_ID and CLARITY_CLIENT_SECRET of the extension against the storefront. Deliveries resume by themselves.'

const remedies: Record<string, string> = {
  by_hand: 'Somebody paused this connection. Resume it when the other side is ready.',
  unauthorized: 'Enter a valid key or client secret in the settings of the extension. Deliveries resume by themselves.',
  invalid_client: storefrontKey,
  forbidden: 'Grant the client the missing scope in the storefront. Deliveries resume by themselves.',
  wrong_address: 'Correct the address (ODOO_URL or CLARITY_BASE_URL) in the settings of the extension.',
  unexpected_answer:
    'Something other than the expected server answers there. Check the address and any proxy before it.',
  certificate: 'Renew the certificate of the other side, or trust its issuer with NODE_EXTRA_CA_CERTS.',
  wrong_database: 'Correct ODOO_DB in the settings of the extension, or the dbfilter of the Odoo server.',
  module_missing: 'Install the app "Clarity Bridge" in Odoo under Apps. Deliveries resume by themselves.',
  module_outdated: 'Upgrade the app "Clarity Bridge" in Odoo under Apps. Deliveries resume by themselves.',
  access_denied: 'Give the service user the missing right in Odoo (group "Clarity Bridge: Service").',
  missing_right: 'Give the service user the missing right in Odoo (group "Clarity Bridge: Service").',
  timeout: reach,
  network: reach,
  server_error: reach,
  unreadable_answer: reach,
  database_down: 'Check that the database of Odoo runs, then replay.',
  throttled: patience,
  busy: patience,
  conflict: patience,
  in_progress: patience,
  stale_version: patience,
  stale_quantity: patience,
  aborted: patience,
  lease_lost: patience,
  bug: report,
  thrown: report,
  unreadable_body: 'The message is authentic but not in the agreed form. Compare it with the contract of its sender.',
  totals_differ: 'Compare both totals on the event. Correct the order in Odoo or in the storefront, then replay.',
  already_delivered:
    'The order was delivered in Odoo before this change came. Decide there what is right, then dismiss.',
}
