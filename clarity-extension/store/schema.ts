import type { Generated } from 'kysely'
import type { EventType, Source } from '../../shared/events.ts'
import type { Entity } from '../../shared/switches.ts'

/**
 * The tables, as Kysely sees them. Instants are unix milliseconds (integers), flags are 0/1, so that SQLite and PostgreSQL
 * hold the same values. JSON columns hold text.
 */
export interface Tables {
  events: EventsTable
  lanes: LanesTable
  attempts: AttemptsTable
  links: LinksTable
  demand: DemandTable
  demand_arrived: DemandArrivedTable
  arrivals: ArrivalsTable
  published_stock: PublishedStockTable
  connections: ConnectionsTable
  settings: SettingsTable
  throughput: ThroughputTable
  audit: AuditTable
  review_comments: ReviewCommentsTable
  standing_approvals: StandingApprovalsTable
  alerts: AlertsTable
  sweeps: SweepsTable
  cursors: CursorsTable
  rule_sets: RuleSetsTable
  rule_versions: RuleVersionsTable
  rule_stamps: RuleStampsTable
  rule_writes: RuleWritesTable
  lookup_entries: LookupEntriesTable
  lookup_sightings: LookupSightingsTable
  drifts: DriftsTable
  digests: DigestsTable
  loads: LoadsTable
  load_rows: LoadRowsTable
  readings: ReadingsTable
  memories: MemoriesTable
  anomalies: AnomaliesTable
  anomaly_rules: AnomalyRulesTable
  suggestion_verdicts: SuggestionVerdictsTable
  spent_ids: SpentIdsTable
  users: UsersTable
  search_keys: SearchKeysTable
  load_keys: LoadKeysTable
  stock_parts: StockPartsTable
}

export const eventStates = ['ready', 'running', 'done', 'skipped', 'dead', 'held', 'dismissed'] as const
export type EventState = (typeof eventStates)[number]

/** Every event that a door accepted and what became of it. Never lost, never rewritten: a correction stands beside the original. */
export interface EventsTable {
  id: Generated<number>
  /** `bridge` is our own follow-up work, e.g. stock to count again. */
  source: Source | 'bridge'
  /** Unique with source. */
  webhook_id: string
  /** `unreadable` is an authentic body that could not be parsed. */
  type: EventType | 'unreadable'
  lane: string
  /** What a merchant searches by: order number, SKU, e-mail is never stored here. */
  subject: string
  payload: Uint8Array
  correction: string | null
  corrected_by: string | null
  corrected_at: number | null
  /** Who replayed, corrected or dismissed it last. */
  settled_by: string | null
  /** Who accepted the change that it proposed; it stays accepted when it has to be tried again. */
  approved_by: Generated<string | null>
  state: EventState
  /** 0 orders and money, 1 fulfilment, 2 stock, 3 catalogue and first load. */
  priority: number
  attempts: Generated<number>
  received_at: number
  /** When the lane may run it again. */
  due_at: number
  settled_at: number | null
  /** Cause code of the last outcome, e.g. `unknown_sku`, `connection_refused`. */
  cause: string | null
  message: string | null
  /** Problem[] or Facts of the last outcome. */
  details: string | null
  /** What stood in the way when it last became dead or held; kept while it is tried again, forgotten when it is through. */
  issue_cause: string | null
  /** JSON pointer with `*` for every index, or empty. */
  issue_field: Generated<string>
  issue_value: Generated<string>
  /** Causes that a person approved for this event, separated by spaces. */
  approvals: Generated<string>
  /** Who looks at it, while it is held. */
  assignee: string | null
  /** What the order is worth, in ten-thousandths of its currency. */
  amount: number | null
  currency: string | null
  /** W3C trace id, 32 hex digits. */
  trace_id: string
}

/** One entity instance: its events run in order, one at a time. A row stays while the lane has open events. */
export interface LanesTable {
  lane: string
  priority: number
  /** Earliest instant at which the head may run. */
  due_at: number
  /** Set while a worker has it; expires by itself. */
  lease_until: number | null
  /** Fencing token: grows with every claim; a worker that lost its lease cannot settle. */
  epoch: number
  /** Connection that the lane waits for while that connection is paused, else null. */
  waits_for: 'clarity' | 'odoo' | null
}

export interface AttemptsTable {
  id: Generated<number>
  event_id: number
  number: number
  started_at: number
  duration_ms: number
  /** Outcome kind, or `thrown`, or `lease_lost`. */
  outcome: string
  cause: string | null
  message: string | null
  /** TraceStep[]: what was read, mapped, sent and answered, with secrets and personal data left out. */
  steps: string
}

export interface UsersTable {
  name: string
  role: 'viewer' | 'operator' | 'admin'
  /** Argon2id, with its salt and cost. */
  password_hash: string
  /** Sessions from before are over. */
  password_at: number
  created_at: number
  created_by: string
  /** The last sign-in. */
  seen_at: number | null
}

export interface SpentIdsTable {
  id: string
  /** Unix ms; then it would have ended by itself. */
  until: number
}

/** What a person took of a record's event, for its later events. */
export interface StandingApprovalsTable {
  lane: string
  /** Hash of cause, sentence and facts (ledger/standing.ts). */
  held_for: string
  /** Separated by spaces. */
  causes: string
  event_id: number
}

export interface ReviewCommentsTable {
  id: Generated<number>
  event_id: number
  at: number
  who: string
  comment: string
}

export interface AlertsTable {
  id: Generated<number>
  /** What it is about: one alert of a key is active at a time. */
  key: string
  rule: string
  severity: 'warning' | 'critical'
  title: string
  text: string
  /** Path in the panel that leads to where it is mended. */
  link: string
  first_at: number
  last_at: number
  /** null: it lasts. */
  cleared_at: number | null
  silenced_until: number | null
}

export interface TraceStep {
  /** e.g. `read`, `map`, `apply`, `put`. */
  step: string
  /** Milliseconds since the attempt began. */
  at: number
  ms: number
  summary: string
  data?: unknown
}

/** Which Clarity record is which Odoo record, and what was last seen of each. */
export interface LinksTable {
  kind: string
  clarity_id: string
  odoo_model: string
  odoo_id: number
  odoo_name: string | null
  /** The storefront's updatedAt that was last applied to Odoo. */
  clarity_version: string | null
  /** Of the mapped content that was last applied to Odoo. */
  hash: string | null
  /** Of what was last written to the storefront (status, shipment …): our own echo is known by it. */
  clarity_hash: string | null
  updated_at: number
}

/** What the storefront has sold and Odoo may not hold yet: one row per order and SKU. Of an order in `demand_arrived` that counts. */
export interface DemandTable {
  order_id: string
  sku: string
  quantity: string
  placed_at: number
}

/** The same as it came with an order, until there is so much of it that it is spread over its SKUs. */
export interface DemandArrivedTable {
  order_id: string
  placed_at: number
  /** DemandItem[] */
  items: string
}

/** A group of events of a burst, stored and acknowledged, that are not in `events` and `lanes` yet: a few seconds' worth at most. */
export interface ArrivalsTable {
  /** That of the last of its events. */
  id: number
  count: number
  /** JSON of the ids of its events. Null: they have those before its own. */
  ids: string | null
  /** The process that looks at it. */
  owner: string
  /** Unix ms. After some seconds any other process looks at it, too. */
  stored_at: number
  /** JSON, without payloads. */
  events: string
  /** Sealed, one behind the other. */
  payloads: Uint8Array
}

/** The number we last published, so that only changes are sent. */
export interface PublishedStockTable {
  sku: string
  location_key: string
  quantity: string
  as_of: number
}

export interface ConnectionsTable {
  name: 'clarity' | 'odoo'
  state: 'up' | 'paused'
  cause: string | null
  message: string | null
  since: number
  /** What it said last when it did not do what was asked, whether it is paused or not. */
  error_cause: Generated<string | null>
  error_message: Generated<string | null>
  error_at: Generated<number | null>
}

export interface SettingsTable {
  key: string
  value: string
  updated_at: number
}

/** What stands inside of an event and is searched for: `sku:` and `customer:` as they are, `mail:` as a keyed hash. */
export interface SearchKeysTable {
  key: string
  event_id: number
}

/** The same of the customers in a first load's rows. */
export interface LoadKeysTable {
  key: string
  row_id: number
}

/** What one side says of the stock of some SKUs, while it is compared. */
export interface StockPartsTable {
  /** By a hash of the SKU. */
  bucket: number
  /** Unix ms of its beginning. */
  run: number
  number: number
  side: 'clarity' | 'odoo'
  /** JSON: SKU, location and quantity of each. */
  levels: string
}

/** Counted as it happens, so that the overview never counts history. */
export interface ThroughputTable {
  /** Unix ms of the minute's beginning. */
  minute: number
  received: number
  delivered: number
  failed: number
  /** Orders among the delivered. */
  orders: number
}

/** Who changed what. Rows are only ever added (triggers hold it), and each carries the hash of the one before. */
export interface AuditTable {
  id: Generated<number>
  at: number
  /** A person's name, or `bridge`. */
  who: string
  /** `connection.pause`: noun and verb. */
  action: string
  /** What it was done to, e.g. `event:42`, `connection:odoo`, `mapping:order-to-odoo`. */
  entity: string
  /** JSON, secrets and personal data masked. */
  before: string | null
  after: string | null
  /** Of the row before; 64 zeros at the beginning. */
  previous: string
  hash: string
}

/** A scheduled reading: its schedule where a merchant changed it, who runs it now, and how the last run ended. */
export interface SweepsTable {
  name: string
  /** Null: as the bridge brings it. */
  cron: string | null
  /** IANA time zone of the expression; null: the server's. */
  zone: string | null
  enabled: Generated<number>
  /** The run that has it; it expires by itself. */
  holder: string | null
  lease_until: number | null
  started_at: number | null
  finished_at: number | null
  outcome: 'done' | 'failed' | null
  message: string | null
  /** When it last ended well; before that, since when it is known or switched on. */
  well_at: Generated<number | null>
}

/** How far a reader has come: an instant of the side it reads, as that side writes it. */
export interface CursorsTable {
  name: string
  position: string
  updated_at: number
}

/** One rule set: which of its versions maps now, and the draft if there is one. */
export interface RuleSetsTable {
  name: string
  /** Grows with every move: who writes, names the one that was read. */
  revision: number
  live: number
  /** RuleSet as JSON; null: no draft, then the other draft columns are null too. */
  draft: string | null
  draft_base: number | null
  draft_revision: number | null
  draft_by: string | null
  draft_at: number | null
}

/** Written once, never changed. */
export interface RuleVersionsTable {
  name: string
  number: number
  /** RuleSet as JSON. */
  rules: string
  made_by: string
  made_at: number
  note: string
  /** 1: it came with the bridge. */
  delivered: 0 | 1
}

/** A stamp stands for the rule sets that one mapping used, each in its version. */
export interface RuleStampsTable {
  stamp: string
  name: string
  version: number
}

/** Which rules wrote a record: one row per record and stamp, with the last event that did. */
export interface RuleWritesTable {
  kind: string
  clarity_id: string
  stamp: string
  event_id: number
  written_at: number
}

/** The merchant's own entries of value tables; they lie over the delivered ones. */
export interface LookupEntriesTable {
  /** e.g. `payment_method`. */
  lookup: string
  /** The value of one side; `*` is every other. */
  value: string
  /** JSON: what the other side takes. `null` takes the delivered entry away. */
  result: string
  /** What the result was called when it was chosen, e.g. `Bank`. */
  shown: string | null
  changed_by: string
  changed_at: number
}

/** Values that were met, in events or by reading: what there is to map. Counts are for people, not for books. */
export interface LookupSightingsTable {
  lookup: string
  value: string
  count: number
  first_at: number
  last_at: number
  /** Of the newest, e.g. an order number. */
  example: string
}

/** The hash of one of the storefront's records when all of them were last compared. */
export interface DigestsTable {
  /** Path of the resource, e.g. `orders`. */
  resource: string
  clarity_id: string
  hash: string
  seen_at: number
}

/** A fact on which both sides differ. One row per fact is open; `repairing` until the next comparison has looked. */
export interface DriftsTable {
  id: Generated<number>
  kind:
    | 'stock'
    | 'order_missing'
    | 'order_total'
    | 'order_tax'
    | 'order_status'
    | 'shipment'
    | 'payment'
    | 'invoice'
    | 'refund'
    | 'return'
    | 'credit_note'
  key: string
  lane: string
  subject: string
  clarity: string | null
  odoo: string | null
  event_id: number | null
  first_seen_at: number
  last_seen_at: number
  state: 'open' | 'repairing' | 'gone'
  repaired_by: string | null
}

/** One figure of one hour. */
export interface ReadingsTable {
  series: string
  /** Hours since 1970. */
  hour: number
  value: number
}

/** What is remembered of records, by key: `orders`, `sku:<SKU>`, `stock:<SKU>`, `stocks`, `cursor`. JSON. */
export interface MemoriesTable {
  key: string
  value: string
  updated_at: number
}

/** Something out of the ordinary, as long as it lasts. Figures are statistics, never money to be booked. */
export interface AnomaliesTable {
  id: Generated<number>
  rule: string
  /** Series, SKU, country or the other order. */
  about: string
  /** The event it was found in. */
  event_id: number | null
  subject: string | null
  direction: 'low' | 'high'
  began_at: number
  last_at: number
  /** Null while it lasts; records end at once. */
  ended_at: number | null
  seen: number
  low: number
  high: number
  expected: number | null
  /** Hours that `seen` is of; 0 for a record. */
  hours: number
  action: 'notify' | 'hold'
  verdict: 'useful' | 'normal' | null
  decided_by: string | null
  decided_at: number | null
}

/** What a merchant wants done, where it is not the default. */
export interface AnomalyRulesTable {
  rule: string
  action: 'off' | 'notify' | 'hold' | null
  tolerance: Generated<number>
}

/** What a person said of a suggestion; the last word counts. */
export interface SuggestionVerdictsTable {
  entity: string
  path: string
  model: string
  field: string
  accepted: number
  decided_by: string
  decided_at: number
}

/** A first load of one entity. Nothing is written on either side before somebody starts it. */
export interface LoadsTable {
  id: Generated<number>
  entity: Entity
  direction: 'toOdoo' | 'toClarity'
  state: 'planning' | 'planned' | 'running' | 'paused' | 'done' | 'cancelled' | 'failed'
  /** What it is doing or waiting for, or why it failed. */
  message: string | null
  made_by: string
  made_at: number
  started_at: number | null
  /** When it last began to bring records over: its rate is counted from there. */
  resumed_at: number | null
  finished_at: number | null
}

/** One record of the side that is the record, or one that only the other side has. */
export interface LoadRowsTable {
  id: Generated<number>
  load_id: number
  /** Empty where only the other side has it. */
  source_id: string
  target_id: string | null
  /** JSON, sealed: its name and keys, and those of the records it may be. */
  shown: string
  verdict: 'new' | 'linked' | 'conflict' | 'skipped'
  /** The key it was matched by, or why not. */
  why: string | null
  /** What a person may decide, separated by spaces. */
  choices: string
  decision: 'link' | 'new' | 'skip' | null
  decided_by: string | null
  /** `out`: not to be brought over. `left`: brought nothing, with a reason. */
  state: 'out' | 'waiting' | 'done' | 'left' | 'failed'
  /** JSON, sealed: what its flow said. */
  said: string | null
  settled_at: number | null
}
