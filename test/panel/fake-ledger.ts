import type { PanelPorts } from '../../clarity-extension/http/ports.ts'
import type {
  ConnectionStatus,
  EventDetail,
  EventPage,
  EventSummary,
  FailureGroup,
  FailurePage,
  FailuresQuery,
  LedgerQueries,
  ListQuery,
  Overview,
  ReviewPage,
  ReviewQuery,
} from '../../clarity-extension/ledger/queries.ts'
import type { FailedSelection, Moved, Selection } from '../../clarity-extension/ledger/types.ts'
import type { EventState } from '../../clarity-extension/store/schema.ts'
import type { Connection } from '../../shared/outcome.ts'
import { fakeAlerts } from './fake-alerts.ts'
import { fakeAnomalies, fakeSuggestions } from './fake-assistance.ts'
import { fakeAudit } from './fake-audit.ts'
import { fakeConnectionDesk } from './fake-connections.ts'
import { fakeEntities } from './fake-entities.ts'
import { fakeLoads } from './fake-loads.ts'
import { FakeLookups } from './fake-lookups.ts'
import { fakeMappings } from './fake-mappings.ts'
import { fakeReconciliation } from './fake-reconciliation.ts'
import { FakeSetup } from './fake-setup.ts'
import { fakeSweeps } from './fake-sweeps.ts'
import { fakeUsers } from './fake-users.ts'

/** The ledger's reading side in memory, for the panel's own tests. The real one has its own suite. */
export class FakeLedger implements LedgerQueries {
  events: EventDetail[] = []
  status: ConnectionStatus[] = [
    { name: 'clarity', state: 'up', cause: null, message: null, since: 0, waiting: 0 },
    { name: 'odoo', state: 'up', cause: null, message: null, since: 0, waiting: 0 },
  ]
  /** Set it and every read throws: a store that is away. */
  broken = false
  /** Of the history, for who asks for a person. */
  unread = 0
  /** Set it and Odoo makes no key. */
  refusesKeys = false
  moves: string[] = []
  lookups = new FakeLookups()
  readonly setup = new FakeSetup(this)
  readonly now: () => number

  constructor(now: () => number) {
    this.now = now
  }

  async overview(): Promise<Overview> {
    this.#check()
    const now = this.now()
    const startOfMinute = Math.floor(now / 60_000) * 60_000
    const perMinute = Array.from({ length: 60 }, (_, index) => {
      const at = startOfMinute - (59 - index) * 60_000
      const within = (ms: number | null) => ms !== null && ms >= at && ms < at + 60_000
      const settled = this.events.filter((event) => within(event.settledAt))
      return {
        at,
        received: this.events.filter((event) => within(event.receivedAt)).length,
        delivered: settled.filter((event) => event.state === 'done').length,
        failed: settled.filter((event) => event.state === 'dead').length,
        orders: settled.filter((event) => event.state === 'done' && event.type === 'order.created').length,
      }
    })
    const waiting = this.#in('ready')
    const done = this.#in('done').slice(0, 200)
    const durations = done.map((event) => (event.settledAt ?? 0) - event.receivedAt).sort((a, b) => a - b)
    const newest = (type: string) => summary(done.find((event) => event.type === type))
    return {
      perMinute,
      waiting: waiting.length,
      running: this.#in('running').length,
      failed: this.#in('dead').length,
      held: this.#in('held').length,
      oldestWaitingAt: waiting.length > 0 ? Math.min(...waiting.map((event) => event.receivedAt)) : null,
      latency: {
        p50Ms: durations[Math.floor(durations.length / 2)] ?? null,
        p99Ms: durations[Math.floor(durations.length * 0.99)] ?? null,
        sample: durations.length,
      },
      lastOrders: { toOdoo: newest('order.created'), toClarity: newest('picking.done') },
      connections: this.status,
    }
  }

  async list(query: ListQuery = {}): Promise<EventPage> {
    this.#check()
    const limit = query.limit ?? 50
    const search = query.search?.toLowerCase()
    const matching = this.events.filter(
      (event) =>
        (query.cursor === undefined || event.id < query.cursor) &&
        (!query.states || query.states.includes(event.state)) &&
        (!query.types || query.types.includes(event.type)) &&
        (!query.cause || event.cause === query.cause) &&
        (!search ||
          event.subject.toLowerCase().startsWith(search) ||
          String(event.id) === search ||
          event.lane === search),
    )
    const rows = matching.slice(0, limit).flatMap((event) => summary(event) ?? [])
    return { rows, next: matching.length > limit ? (rows.at(-1)?.id ?? null) : null }
  }

  async detail(id: number): Promise<EventDetail | undefined> {
    this.#check()
    const event = this.events.find((candidate) => candidate.id === id)
    if (!event) return undefined
    const related = this.events.filter(
      (other) => other.id !== id && (other.traceId === event.traceId || other.lane === event.lane),
    )
    return { ...event, related: related.slice(0, 50).flatMap((other) => summary(other) ?? []) }
  }

  async failures({ state, cause, limit = 50, offset = 0 }: FailuresQuery = {}): Promise<FailurePage> {
    this.#check()
    const open = [...this.#in('dead'), ...this.#in('held')].filter(
      (event) => (state ?? event.state) === event.state && (cause ?? event.cause) === event.cause,
    )
    const groups = [...Map.groupBy(open, (event) => JSON.stringify([event.state, issueOf(event)])).values()]
      .map((events): FailureGroup => {
        const [first] = events
        return {
          ...issueOf(first),
          state: first?.state === 'held' ? 'held' : 'dead',
          count: events.length,
          entities: new Set(events.map(({ lane }) => lane)).size,
          atStake: first?.type.startsWith('order.') ? [{ currency: 'EUR', amount: `${129.9 * events.length}` }] : [],
          message: first?.message ?? null,
          details: first?.details ?? null,
          types: [...new Set(events.map((event) => event.type))],
          oldestAt: Math.min(...events.map((event) => event.receivedAt)),
          newestAt: Math.max(...events.map((event) => event.receivedAt)),
          sample: events.slice(0, 3).flatMap((event) => summary(event) ?? []),
        }
      })
      .sort((a, b) => b.count - a.count)
    return { groups: groups.slice(offset, offset + limit), total: groups.length, events: open.length }
  }

  async deadByCause() {
    this.#check()
    const dead = Map.groupBy(this.#in('dead'), ({ cause }) => cause ?? 'unknown')
    return [...dead].map(([cause, events]) => ({ cause, count: events.length }))
  }

  async heldByCause() {
    this.#check()
    const held = Map.groupBy(this.#in('held'), ({ cause }) => cause ?? 'unknown')
    return [...held].map(([cause, events]) => ({ cause, count: events.length }))
  }

  async backlog() {
    this.#check()
    return [0, 1, 2, 3].map((priority) => ({ priority, lanes: 0, oldestDueAt: null }))
  }

  async reviews({ cursor = 0, limit = 50, cause, assignee }: ReviewQuery = {}): Promise<ReviewPage> {
    this.#check()
    const held = this.#in('held')
    const found = held
      .filter((event) => event.id > cursor && (cause ?? event.cause) === event.cause)
      .filter((event) => assignee === undefined || (event.assignee ?? '') === assignee)
      .sort((a, b) => a.id - b.id)
    const rows = found.slice(0, limit).flatMap((event) => {
      const row = summary(event)
      return row ? { ...row, assignee: event.assignee, comments: event.comments.length, facts: event.details } : []
    })
    return {
      rows,
      next: found.length > limit ? (rows.at(-1)?.id ?? null) : null,
      assignees: [...new Set(held.flatMap((event) => event.assignee ?? []))],
    }
  }

  async correct(id: number, correction: string, by: string): Promise<Moved> {
    const event = this.events.find((candidate) => candidate.id === id)
    const { moved } = this.#move({ ids: [id] }, ['dead', 'held'], 'ready', by)
    if (event && moved > 0) Object.assign(event, { correction, correctedBy: by, correctedAt: this.now() })
    return { moved }
  }

  async approve(id: number, by: string): Promise<Moved> {
    return this.#move({ ids: [id] }, ['held'], 'ready', by)
  }

  async assign(id: number, assignee: string | null, by: string): Promise<boolean> {
    const event = this.events.find((candidate) => candidate.id === id && candidate.state === 'held')
    this.moves.push(`assign ${id} to ${assignee} by ${by}`)
    if (event) event.assignee = assignee
    return event !== undefined
  }

  async comment(id: number, text: string, by: string): Promise<boolean> {
    const event = this.events.find((candidate) => candidate.id === id)
    event?.comments.push({ at: this.now(), who: by, text })
    return event !== undefined
  }

  async connections(): Promise<ConnectionStatus[]> {
    this.#check()
    return this.status
  }

  async replay(which: Selection, by: string): Promise<Moved> {
    return this.#move(which, ['dead', 'held', 'dismissed'], 'ready', by)
  }

  async dismiss(which: Selection, _reason: string, by: string): Promise<Moved> {
    return this.#move(which, ['dead', 'held'], 'dismissed', by)
  }

  async pauseConnection(name: Connection, by: string): Promise<void> {
    this.moves.push(`pause ${name} by ${by}`)
    this.#set(name, { state: 'paused', cause: 'by_hand', message: `Paused by ${by}.`, since: this.now() })
  }

  async resumeConnection(name: Connection, by: string): Promise<void> {
    this.moves.push(`resume ${name} by ${by}`)
    this.#set(name, { state: 'up', cause: null, message: null, since: this.now(), waiting: 0 })
  }

  #set(name: Connection, change: Partial<ConnectionStatus>) {
    this.status = this.status.map((status) => (status.name === name ? { ...status, ...change } : status))
  }

  #move(which: Selection, from: EventState[], to: EventState, by: string): Moved {
    const chosen = this.events.filter(
      (event) => from.includes(event.state) && ('ids' in which ? which.ids.includes(event.id) : fits(event, which)),
    )
    for (const event of chosen) {
      this.moves.push(`${to} ${event.id} by ${by}`)
      Object.assign(event, {
        state: to,
        settledBy: by,
        settledAt: to === 'ready' ? null : this.now(),
        dueAt: this.now(),
      })
    }
    return { moved: chosen.length }
  }

  #in = (state: EventState) => this.events.filter((event) => event.state === state)

  #check() {
    if (this.broken) throw new Error('the store is away')
  }
}

/** Whatever tables the ledger shows at the moment, away when it is. */
function lookupsOf(ledger: FakeLedger): PanelPorts['lookups'] {
  const now = () => {
    if (ledger.broken) throw new Error('the store is away')
    return ledger.lookups
  }
  return {
    tables: async () => now().tables(),
    values: async (...given) => now().values(...given),
    choices: async (...given) => now().choices(...given),
    save: async (...given) => now().save(...given),
    rehearse: async (...given) => now().rehearse(...given),
    release: async (...given) => now().release(...given),
    releaseMissed: async () => now().releaseMissed(),
    own: async () => now().own(),
    discover: async () => now().discover(),
  }
}

function issueOf(event: EventDetail | undefined): { cause: string; field: string; value: string } {
  const [problem] = Array.isArray(event?.details) ? event.details : []
  const field = String(problem?.field ?? '').replaceAll(/\/\d+/g, '/*')
  return { cause: event?.cause ?? '', field, value: String(problem?.value ?? '') }
}

function fits(event: EventDetail, { cause, field, value, state, from, to }: FailedSelection): boolean {
  const issue = issueOf(event)
  return (
    (cause ?? event.cause) === event.cause &&
    (field ?? issue.field) === issue.field &&
    (value ?? issue.value) === issue.value &&
    (state ?? event.state) === event.state &&
    event.receivedAt >= (from ?? 0) &&
    event.receivedAt < (to ?? Number.POSITIVE_INFINITY)
  )
}

/** Ports around a fake ledger: both sides answer a test well, orders are linked. */
export function fakePorts(ledger: FakeLedger): PanelPorts {
  return {
    audit: fakeAudit(ledger),
    alerts: fakeAlerts(ledger),
    allowPrivateAlerts: false,
    persons: {
      async export(person) {
        if (ledger.broken) throw new Error('the store is away')
        if (ledger.unread > 0) return { unread: ledger.unread }
        const kept = { type: 'order.updated', subject: '#1157', receivedAt: 0, correction: undefined, comments: [] }
        return { events: [1157, 1158].map((id) => ({ id, message: person, ...kept })), firstLoads: [person] }
      },
      async erase() {
        if (ledger.broken) throw new Error('the store is away')
        return ledger.unread > 0 ? { unread: ledger.unread } : { erased: 2, open: [1157] }
      },
    },
    queries: ledger,
    ledger,
    setup: ledger.setup,
    entities: fakeEntities(ledger),
    lookups: lookupsOf(ledger),
    sweeps: fakeSweeps(ledger),
    reconciliation: fakeReconciliation(ledger),
    loads: fakeLoads(ledger),
    anomalies: fakeAnomalies(ledger),
    suggestions: fakeSuggestions(ledger),
    connectionDesk: fakeConnectionDesk(ledger),
    users: fakeUsers(ledger),
    connections: {
      clarity: {
        label: 'Clarity storefront',
        address: 'http://user:secret@127.0.0.1:4100/api/v1?key=secret',
        check: async () => [
          { name: 'Reachable', ok: true, message: 'Answered in 12 ms.', ms: 12 },
          { name: 'Credentials', ok: true, message: 'The storefront accepts the client.', ms: 31 },
        ],
      },
      odoo: {
        label: 'Odoo 19',
        address: 'https://odoo.example.com',
        check: async () => [
          { name: 'Reachable', ok: true, message: 'Odoo 19.0 answered in 48 ms.', ms: 48 },
          {
            name: 'Credentials',
            ok: false,
            message: 'Odoo refuses the API key.',
            remedy: 'Create a new key for the user "clarity_bridge" in Odoo and enter it under Connections.',
            ms: 22,
          },
        ],
      },
    },
    mappings: fakeMappings(ledger),
    linksOf: async (lane) => {
      const id = Number(lane.split(':')[1])
      if (
        !lane.startsWith('order:') ||
        !ledger.events.some((event) => event.lane === lane && event.type === 'order.created' && event.state === 'done')
      )
        return []
      return [
        {
          kind: 'order',
          clarityId: String(id),
          odooModel: 'sale.order',
          odooId: id + 400,
          odooName: `S${String(id + 400).padStart(5, '0')}`,
          odooUrl: `https://odoo.example.com/odoo/sales/${id + 400}`,
        },
      ]
    },
  }
}

function summary(event: EventDetail | undefined): EventSummary | null {
  if (!event) return null
  const { id, source, type, lane, subject, state, attempts, receivedAt, dueAt, settledAt, cause, message, traceId } =
    event
  return { id, source, type, lane, subject, state, attempts, receivedAt, dueAt, settledAt, cause, message, traceId }
}
