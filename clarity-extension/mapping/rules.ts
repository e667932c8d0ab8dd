import type { CheckName } from '../../shared/checks.ts'
import type { FieldGroup } from '../../shared/switches.ts'
import type { Json } from './json.ts'

/**
 * Rules as data: what becomes what, in a form that is stored, exported, compared and read by people.
 *
 * A **path** is dotted and starts at the record at hand (`billingAddress.city`; inside `lines` at the line), or a JSON pointer
 * from the record's root (`/currency`). `$company.currency`, `$constants.<name>`, `$now` and `$index` (1 for the first line) read
 * the context. Text is absent when it is empty.
 *
 * **Several rules with one target**: the first that gives a value wins, so the special case stands above the general one.
 */
export interface RuleSet {
  /** Unique, e.g. `order-to-odoo`. */
  name: string
  /** One sentence for the documentation. */
  description: string
  entity: string
  direction: 'toOdoo' | 'toClarity'
  version: number
  /** Odoo model that is written, e.g. `sale.order`. */
  model?: string
  rules: Rule[]
  /** How a record that is already there is recognised: the first whose condition holds and whose values are all there. */
  match?: Match[]
  /** What is done after the write, in this order. */
  follow?: Follow[]
  /** Records that a person looks at before anything is written. */
  review?: Review[]
  /** What the record is held to before it is confirmed; a fault waits for a person, with both figures. */
  checks?: Check[]
}

export interface Check {
  check: CheckName
  when?: Condition
}

export interface Review {
  when: Condition
  /** Said to the person, e.g. `Orders above 10,000 are approved by hand.` */
  reason: string
}

export interface Match {
  when?: Condition
  by: Record<string, Value>
}

export interface Follow {
  do: 'confirm' | 'cancel' | 'receive' | 'validate' | 'invoice' | 'post' | 'refund'
  when?: Condition
}

/** A value with a place to put it. */
export interface Rule extends Value {
  /**
   * Target field; a dot writes into an object, e.g. `attributes.color`. With a star at its end (`x_studio_*` from
   * `attributes.*`) every field of the source is written to the target of its name; rules above it keep theirs.
   */
  to: string
  /** Why, for the documentation. */
  about?: string
  when?: Condition
  /** Without a value the record is parked and the field named. */
  required?: boolean
  /** Only a new record gets it; later the target's own value stands. */
  once?: boolean
  /** The fields it belongs to where the merchant chooses which side is the record of what. */
  group?: FieldGroup
}

/**
 * Where a value comes from and what is done to it, in this order: source, `join`, `split`, `convert`, `default`, `lookup`,
 * `record` or `ref`.
 * Exactly one source: `from`, `const`, `object`, `find`, `set`, `lines`, `list` or `jsonata`.
 */
export interface Value {
  /** Path. Of several the first that has a value, or all of them with `join`. `attributes.*` only with a star in `to`. */
  from?: string | string[]
  const?: Json
  object?: Record<string, Value>
  /** The one Odoo record with these values. */
  find?: Find
  /** A many2many, replaced by these. */
  set?: Value[]
  /** Order lines and the like: one record per element, told apart by `key`. */
  lines?: { key: string; each: Each[] }
  /** A plain list of objects. */
  list?: Each[]
  /** For what rules cannot say. Runs apart, with limits; money is text and only computed by the exact functions. */
  jsonata?: string
  /** What stands for an absent value. It is not converted. */
  default?: Json
  /** Puts several sources, or a list, into one text; absent parts leave no gap. */
  join?: string
  /** Cuts a text; `take` picks a part, from the end when negative. Without `take` it is a list. */
  split?: { by: string; take?: number }
  convert?: Step[]
  lookup?: Lookup
  /** A name becomes the one record that bears it; a number (an id) and a marker from a table stay what they are. */
  record?: Named
  /** The record linked to this kind and the value as its Clarity id. */
  ref?: string
}

export interface Find {
  model: string
  by: Record<string, Value>
  /** Field that is read of what was found; its id if not given. */
  take?: string
  /** None found leaves the field empty instead of parking the record. */
  optional?: boolean
}

export interface Named {
  model: string
  /** The field that holds the name, e.g. `code`. */
  field: string
  /** What else must be true of it. */
  by?: Record<string, Json>
  take?: string
  optional?: boolean
}

export interface Each {
  in: string
  /** For a list that was derived: the field of its elements that holds the pointer of what they were derived from. */
  at?: string
  when?: Condition
  rules: Rule[]
}

/** `trim`, or with arguments `{"do": "truncate", "length": 64}`. */
export type Step = string | ({ do: string } & Record<string, Json>)

export interface Lookup {
  table: string
  /** `problem` parks the record until the table has an entry, `pass` keeps the value, `next` leaves it to the next rule. */
  missing: 'problem' | 'pass' | 'next'
}

/** `greater` and `less` compare decimals exactly; `some` looks for a line that fits. */
export type Condition =
  | { path: string; equals: Json }
  | { path: string; in: Json[] }
  | { path: string; exists: boolean }
  | { path: string; greater: string }
  | { path: string; less: string }
  | { path: string; contains: string }
  | { some: { in: string; where: Condition } }
  | { not: Condition }
  | { and: Condition[] }
  | { or: Condition[] }
