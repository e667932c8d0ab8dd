/**
 * What to do about a cause, for the causes that come without problems of their own. The first pattern that fits wins;
 * the last fits everything. English here; the panel has the same for its other languages by cause code.
 */
export function remedyFor(cause: string | null): string {
  const code = cause ?? ''
  return remedies.find(([pattern]) => pattern.test(code))?.[1] ?? fallback
}

const remedies: [RegExp, string][] = [
  [
    /paused_by|by_hand|manual/,
    'Someone paused this connection. Resume it when the other side is ready; what waited goes out in order.',
  ],
  [
    /unauthori[sz]ed|invalid_key|invalid_api_?key|credentials|authentication|oauth|invalid_client|expired/,
    'Enter a valid key in the settings of the extension, then test the connection. Deliveries resume by themselves.',
  ],
  [
    /access|forbidden|permission|rights/,
    "Give the bridge's user the missing right in Odoo (Settings > Users), then test the connection.",
  ],
  [/database/, 'Check the name of the Odoo database in the settings of the extension.'],
  [/module|not_installed/, 'Install or update the module "Clarity bridge" in Odoo, then test the connection.'],
  [
    /timeout|network|connect|unreachable|refused|reset|unavailable|5\d\d|overload/,
    'Check that the other side is running and reachable from the extension. Retries go on by themselves.',
  ],
  [/rate|429|too_many/, 'Nothing to do: the other side asked for a pause and the bridge keeps to it.'],
  [/sku|product/, 'Create the product with this SKU in Odoo, or correct the SKU, then replay.'],
  [/tax/, 'Add a tax for this rate or code in Odoo, or a rule for it in the mapping, then replay.'],
  [/total|amount|differ/, 'Compare both sums below. Correct the order in Odoo or in the storefront, then replay.'],
  [/currency/, 'Activate this currency in Odoo with a price list for it, then replay.'],
  [
    /signature|unreadable|shape|invalid/,
    'Compare the payload with the contract of the sender, then replay or dismiss.',
  ],
  [/ambiguous|several/, 'More than one record fits. Merge or archive the others in Odoo, then replay.'],
  [/thrown|internal|bug/, 'This is a fault of the bridge. Replay once; if it comes back, report it with the trace id.'],
]
const fallback = 'Open the newest event to see what was sent and answered. Mend the cause, then replay.'
