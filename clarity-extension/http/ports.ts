import type { Answer, Connection } from '../../shared/outcome.ts'
import type { Direction, Entity, FieldGroup, Owner } from '../../shared/switches.ts'
import type { Correction } from '../assist/corrections.ts'
import type { Verdict } from '../assist/learning.ts'
import type { Advised } from '../assist/model/advised.ts'
import type { Reason } from '../assist/reasons.ts'
import type { Candidate, Suggestion } from '../assist/suggest.ts'
import type { Audit } from '../audit/audit.ts'
import type { Pairing } from '../connections/pairing.ts'
import type { LedgerQueries } from '../ledger/queries.ts'
import type { Ledger, Moved } from '../ledger/types.ts'
import type { Decided, Load, LoadRow, RowQuery, Tally } from '../load/types.ts'
import type { Json } from '../mapping/json.ts'
import type { Rule, RuleSet } from '../mapping/rules.ts'
import type { Persons } from '../privacy/persons.ts'
import type { DriftKind } from '../reconcile/drift.ts'
import type { DriftRow } from '../reconcile/drifts.ts'
import type { Takings } from '../reconcile/takings.ts'
import type { EntityChange } from '../switches.ts'
import type { Alerts } from '../watch/alerts/alerts.ts'
import type { Watchman } from '../watch/anomalies/types.ts'
import type { LookupsPort } from './lookups.ts'
import type { MappingDesk } from './mapping-ports.ts'
import type { Role } from './rights.ts'
import type { SuggestedEntity } from './suggestions.ts'

/** What the panel's API needs of the house. Composition (main.ts) hands it over. */
export interface PanelPorts {
  audit: Audit
  persons: Persons
  alerts: Pick<Alerts, 'active' | 'recent' | 'settings' | 'change' | 'test' | 'silence'>
  /** Whether alerts may be sent into a private network (ALERTS_ALLOW_PRIVATE). */
  allowPrivateAlerts: boolean
  queries: LedgerQueries
  ledger: Pick<
    Ledger,
    'replay' | 'dismiss' | 'correct' | 'approve' | 'assign' | 'comment' | 'pauseConnection' | 'resumeConnection'
  >
  connections: Record<Connection, ConnectionSide>
  connectionDesk: ConnectionDesk
  setup: SetupPort
  lookups: LookupsPort
  mappings: MappingDesk
  /** Records that a lane such as `order:1042` is linked to, e.g. its sale order. */
  linksOf(lane: string): Promise<RecordLink[]>
  entities: EntitiesPort
  sweeps: SweepsPort
  reconciliation: ReconciliationPort
  loads: LoadsPort
  anomalies: Pick<Watchman, 'list' | 'decide' | 'chart' | 'rules' | 'changeRule'>
  suggestions: SuggestionsPort
  users: UsersPort
}

/** How far the first steps are, from connecting both sides to the first load. */
export interface SetupPort {
  pairing: Pick<Pairing, 'begin' | 'cancel' | 'state'>
  progress: SetupProgress
  /** Where Odoo reaches this bridge; undefined: where the panel is open. */
  publicUrl: string | undefined
}

export const setupSteps = ['clarity', 'odoo', 'entities', 'match', 'load', 'done'] as const
export type SetupStep = (typeof setupSteps)[number]

export interface SetupProgress {
  /** `done`: it is offered no more. */
  read(): Promise<{ step: SetupStep; done: boolean }>
  change(to: { step?: SetupStep | undefined; done?: boolean | undefined }, by: string): Promise<void>
}

export interface SuggestionsPort {
  of(entity: SuggestedEntity): Promise<({ ok: true } & Advised) | { ok: false; message: string }>
  /** What could be added to a rule set; undefined where no suggestions are made for it. */
  forRules(rules: RuleSet): Promise<RuleSuggestions | { ok: false; message: string } | undefined>
  /** The rules with a candidate in its place; undefined: there is no such candidate, or it has no place there. */
  placed(rules: RuleSet, which: Named): Promise<PlacedRules | undefined>
  /** A person's word: it teaches the ranking and changes no rule. */
  learn(entity: SuggestedEntity, verdict: Verdict, by: string): Promise<void>
  /** What a dead letter probably meant; undefined when there is no such event. */
  corrections(eventId: number): Promise<Correction[] | undefined>
  /** A person's word on what a dead letter meant: it is offered first, or no longer, wherever the same value stands. */
  learnCorrection(correction: Correction, accepted: boolean, by: string): Promise<void>
  /** What the values of a table that have no entry probably are; undefined when there is no such table. */
  values(table: string): Promise<SuggestedValue[] | undefined>
}

/** A storefront's field and the field of Odoo that it may be. */
export type Named = Pick<Verdict, 'path' | 'model' | 'field'>

export interface PlacedRules {
  entity: SuggestedEntity
  rules: RuleSet
  added: Rule[]
}

export interface RuleSuggestions {
  ok: true
  entity: SuggestedEntity
  model: Advised['model']
  /** Fields that no rule reads yet, the surest first. `candidates` have a place in the rules; the first is the suggested one. */
  items: (Pick<Suggestion, 'path' | 'confidence' | 'certain' | 'reasons'> & {
    candidates: (Pick<Candidate, 'model' | 'field' | 'label'> & { rules: Rule[]; within: string | null })[]
  })[]
  /** Fields that no rule reads and that nothing in Odoo is like enough to. */
  unsuggested: string[]
}

/** On what both sides differ, and what an accountant closes a month with. */
export interface ReconciliationPort {
  list(query: { cursor?: number | undefined; limit: number; kind?: DriftKind | undefined }): Promise<{
    rows: DriftRow[]
    next: number | null
  }>
  counts(): Promise<{ kind: DriftKind; count: number }[]>
  driftsCsv(): Promise<string>
  /** @returns undefined when it is gone, false where the bridge cannot mend it that way */
  repair(id: number, way: Direction, by: string): Promise<boolean | undefined>
  /** Both days inclusive, UTC. @throws when a side does not answer */
  takings(firstDay: string, lastDay: string): Promise<Takings>
  takingsCsv(firstDay: string, lastDay: string): Promise<string>
}

/** First loads: one per entity, from a dry run to its end. */
export interface LoadsPort {
  list(): Promise<Loadable[]>
  /** Begins a dry run; the load before of the entity is forgotten. */
  begin(entity: Entity, by: string): Promise<LoadState | 'not_loadable' | 'switched_off' | 'busy'>
  /** @returns undefined when there is none, `not_now` where its state does not allow it */
  act(id: number, action: LoadAction, by: string): Promise<LoadState | 'not_now' | undefined>
  rows(id: number, query: RowQuery): Promise<{ rows: LoadRow[]; next: number | null } | undefined>
  /** @returns how many rows were decided, undefined when there is no such load */
  decide(id: number, which: { row: number } | { why: string }, what: Decided, by: string): Promise<number | undefined>
}

export const loadActions = ['start', 'pause', 'resume', 'cancel', 'retry'] as const
export type LoadAction = (typeof loadActions)[number]

export interface LoadState {
  load: Load
  tally: Tally
}

export interface Loadable {
  entity: Entity
  /** From the side that is its record. */
  direction: Direction
  /** Why it cannot be loaded now. */
  cause: 'switched_off' | 'not_loadable' | null
  state: LoadState | null
}

/** The scheduled readings. */
export interface SweepsPort {
  list(): Promise<SweepRow[]>
  /** @returns undefined when there is none of this name */
  change(name: string, change: SweepChange, by: string): Promise<SweepRow | undefined>
  /** Begins a run now. `false`: one is under way. */
  runNow(name: string, by: string): Promise<boolean | undefined>
}

export interface SweepChange {
  cron?: string | undefined
  zone?: string | undefined
  enabled?: boolean | undefined
}

export interface SweepRow {
  name: string
  cron: string
  zone: string | null
  enabled: boolean
  state: 'never' | 'running' | 'done' | 'failed' | 'stalled'
  /** Unix ms. */
  startedAt: number | null
  finishedAt: number | null
  nextAt: number | null
  message: string | null
}

export interface EntitiesPort {
  list(): Promise<EntityState[]>
  change(entity: Entity, change: EntityChange, by: string): Promise<EntityState>
  /** Runs what arrived while the direction was off. @param since unix ms of arrival */
  replaySkipped(entity: Entity, direction: Direction, since: number, by: string): Promise<Moved>
}

export interface EntityState {
  name: Entity
  /** Those that have a flow. */
  directions: DirectionState[]
  owners: ({ group: FieldGroup } & Owner)[]
  /** Records known on both sides; null for an entity whose records are not linked. */
  linked: number | null
}

export interface DirectionState {
  name: Direction
  enabled: boolean
  /** Unix ms of the newest delivery. */
  lastSyncAt: number | null
  skipped: { count: number; oldestAt: number | null }
}

export interface ConnectionSide {
  /** What people call it, e.g. `Clarity storefront`. */
  label: string
  /** Where it is, without credentials. */
  address: string
  /** Tries it now, step by step, and ends at the first check that fails. A failing check is data; it never throws for one. */
  check(): Promise<ConnectionCheck[]>
}

/** What a person sees of a side's settings, and does to them. */
export interface ConnectionDesk {
  facts(name: Connection): Promise<ConnectionFacts>
  /** @returns the check that the new values did not pass; nothing is changed then */
  change(name: Connection, change: SettingsChange, by: string): Promise<ConnectionCheck | undefined>
  rotateKey(by: string): Promise<Answer<unknown>>
  rotateSecret(name: Connection, by: string): Promise<Answer<unknown>>
}

/** Instants are unix ms. */
export interface ConnectionFacts {
  circuit: 'closed' | 'open' | 'halfOpen'
  /** The newest call that failed since the bridge was started. */
  lastError: { cause: string; message: string; at: number } | null
  /** The key that is called with, where the bridge can replace it. */
  key: { endsAt: number | null; previousUntil: number | null } | null
  /** Of webhooks: how many are accepted now, and until when those before the newest. */
  secrets: { count: number; overlapUntil: number | null }
  /** Of a secret only that there is one. */
  fields: { name: string; secret: boolean; value: string | null }[]
}

export interface SettingsChange {
  /** By name; what is left out stays. */
  settings: Record<string, string>
  /** A further secret that webhooks are signed with. */
  webhookSecret?: string | undefined
  /** Taken without a try, e.g. while the side is away. */
  untested: boolean
}

export interface ConnectionCheck {
  /** e.g. `Reachable`, `Credentials`, `Module`, `Rights`, `Clock`. */
  name: string
  ok: boolean
  message: string
  /** What to do, when it is not ok. */
  remedy?: string
  /** It is not ok and stops nothing that goes to this side. */
  deliversAnyway?: boolean
  ms: number
}

export interface RecordLink {
  kind: string
  clarityId: string
  odooModel: string
  odooId: number
  odooName: string | null
  /** Where a person can open it. */
  odooUrl?: string
  clarityUrl?: string
}

/** Sign-outs that must hold on every replica and after a restart. Absent: held in memory. */
export interface RevokedSessions {
  /** @param untilMs when the session would have ended by itself */
  add(id: string, untilMs: number): Promise<void>
  has(id: string): Promise<boolean>
}

/** The same for what is good once. */
export interface SpentIds extends RevokedSessions {
  /** @returns false when it was used before; of several at once one is true */
  spend(id: string, untilMs: number): Promise<boolean>
}

/** The people who sign in by a password of their own. */
export interface UsersPort {
  list(): Promise<
    { name: string; role: Role; createdAt: number; createdBy: string /** The last sign-in. */; seenAt: number | null }[]
  >
  /** What holds for them now; `since`: sessions from before are over. */
  standing(name: string): Promise<{ role: Role; since: number } | undefined>
  /** Takes as long for a name that there is not. */
  check(name: string, password: string): Promise<{ role: Role } | undefined>
  /** @returns false when the name is taken */
  add(user: { name: string; role: Role; password: string }, by: string): Promise<boolean>
  /** @returns false when there is no such user */
  change(name: string, change: { role?: Role | undefined; password?: string | undefined }, by: string): Promise<boolean>
  remove(name: string, by: string): Promise<boolean>
}

export interface SuggestedValue {
  /** The value of one side, as it came. */
  value: string
  best: NamedResult | null
  others: NamedResult[]
  confidence: number
  certain: boolean
  reasons: Reason[]
}

/** What an entry of the table would say, and what people call it. */
export interface NamedResult {
  name: string
  result: Json
}
