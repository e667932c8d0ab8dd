/** What Odoo itself holds an order to before it is confirmed: the addon's own list (odoo-bridge/openapi.yaml). */
export const odooChecks = [
  'not_for_sale',
  'customer_warning',
  'customer_on_hold',
  'credit_limit',
  'duplicate_reference',
] as const

/** Everything an order can be held to. Each is a cause that a person may approve. */
export const checkNames = [...odooChecks, 'minimum_quantity'] as const

export type OdooCheck = (typeof odooChecks)[number]
export type CheckName = (typeof checkNames)[number]

export const isOdooCheck = (name: string): name is OdooCheck => odooChecks.some((one) => one === name)
export const isCheck = (name: string): name is CheckName => checkNames.some((one) => one === name)
