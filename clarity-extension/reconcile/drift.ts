import type { Direction } from '../../shared/switches.ts'

/** Kinds of facts that both sides must agree on. */
export const driftKinds = [
  'stock',
  'order_missing',
  'order_total',
  'order_tax',
  'order_status',
  'shipment',
  'payment',
  'invoice',
  'refund',
  'return',
  'credit_note',
] as const
export type DriftKind = (typeof driftKinds)[number]

/** One fact on which the sides differ. */
export interface Drift {
  kind: DriftKind
  /** What it is about, unique within its kind: `MUG-WHT main`, an order's id, a delivery's name. */
  key: string
  /** Whose events tell how it came. */
  lane: string
  /** What a merchant knows it by: SKU, order number. */
  subject: string
  /** Null: that side has none. */
  clarity: string | null
  odoo: string | null
}

/** Compares one kind of record. */
export interface Comparison {
  name: string
  kinds: readonly DriftKind[]
  /** Whether the merchant wants it to travel at all; absent for what always does. */
  wanted?(): Promise<boolean>
  /** Reads each side at most once. @throws when a side does not answer: nothing is concluded from half a reading */
  compare(signal: AbortSignal): Promise<Compared>
}

export interface Compared {
  drifts: Drift[]
  /** Facts that were compared. */
  checked: number
  /** Records that were read of each side. */
  read: { clarity: number; odoo: number }
}

/** How a drift of a kind is mended: which side is made to say what the other says. */
export type Repairs = Partial<Record<DriftKind, Partial<Record<Direction, (drift: Drift) => Promise<unknown>>>>>

/** Which way a kind of drift can be mended by the bridge; the others are for a person in Odoo or in the storefront. */
export const repairable: Record<DriftKind, readonly Direction[]> = {
  stock: ['toClarity'],
  order_missing: ['toOdoo'],
  order_total: [],
  order_tax: [],
  order_status: ['toClarity'],
  shipment: ['toClarity'],
  payment: ['toOdoo'],
  invoice: ['toClarity'],
  refund: ['toOdoo'],
  return: ['toOdoo', 'toClarity'],
  // Only a person knows which return it is of, or why there is none.
  credit_note: [],
}
