import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import type { Correction } from '../assist/corrections.ts'
import type { EventDetail } from '../ledger/queries.ts'
import type { EntryChange } from '../lookups/desk.ts'
import { preview, type Rehearsed } from '../mapping/preview.ts'
import type { components } from '../panel/schema.d.ts'
import { correctionOf } from './corrections.ts'
import type { PreviewReport } from './mapping-ports.ts'
import { previewView } from './mapping-views.ts'
import type { PanelPorts } from './ports.ts'
import { Refusal } from './problem.ts'
import { sessionOf } from './session.ts'

type Schemas = components['schemas']
type Ports = Pick<PanelPorts, 'queries' | 'ledger' | 'suggestions' | 'lookups' | 'mappings'>

/** Events that one click corrects at most, and those whose mapping is shown before. */
const MOST = 200
const SHOWN = 20

/** What a dead letter probably meant, tried, then taken or refused by a person: for one event, or for all that say the same. */
export function takenCorrectionRoutes(ports: Ports): Router {
  const { queries, ledger, suggestions, lookups } = ports
  const router = Router()

  router.post('/events/:id/corrections/try', async (req, res) => {
    const { correction, events } = await found(req)
    if (correction.how.kind === 'entry') {
      const saved = await lookups.rehearse([await entryOf(correction.how.table, correction)])
      const released = saved.ok ? saved.released : 0
      const body: Schemas['CorrectionTrial'] = { released, preview: previewView(nothing) }
      res.json(body)
      return
    }
    const body: Schemas['CorrectionTrial'] = { released: 0, preview: previewView(await tried(events, correction)) }
    res.json(body)
  })

  router.post('/events/:id/corrections/take', async (req, res) => {
    const { correction, events } = await found(req)
    const by = sessionOf(res).user
    const moved =
      correction.how.kind === 'entry'
        ? await addEntry(correction.how.table, correction, by)
        : await correctAll(events, correction, by)
    await suggestions.learnCorrection(correction, true, by)
    const body: Schemas['Moved'] = { moved }
    res.json(body)
  })

  router.post('/events/:id/corrections/reject', async (req, res: Response) => {
    const { correction } = await found(req)
    await suggestions.learnCorrection(correction, false, sessionOf(res).user)
    const body: Schemas['SuggestionVerdict'] = { learned: true }
    res.json(body)
  })

  /** The bridge's own suggestion, found again: what a browser sends is only its name. */
  async function found(req: Request): Promise<{ correction: Correction; events: EventDetail[] }> {
    const { value, replacement, alike } = which.parse(req.body ?? {})
    const id = eventId.safeParse(req.params.id)
    const event = id.success ? await queries.detail(id.data) : undefined
    const correction = event && (await named(event, value, replacement))
    if (!event || !correction)
      throw new Refusal(
        409,
        'no_longer_suggested',
        `“${replacement}” is not what “${value}” of this event probably meant.`,
        'The event may be through, or Odoo’s records have changed. Reload the page for what is suggested now.',
      )
    return { correction, events: alike ? await likeIt(event, correction) : [event] }
  }

  async function named(event: EventDetail, value: string, replacement: string): Promise<Correction | undefined> {
    const made = await suggestions.corrections(event.id)
    return made?.find((one) => one.value === value && one.replacement === replacement)
  }

  /** Those that wait for the same cause and probably meant the same. */
  async function likeIt(event: EventDetail, { value, replacement }: Correction): Promise<EventDetail[]> {
    const all = [event]
    if (event.cause === null) return all
    const { rows } = await queries.list({ states: ['dead'], cause: event.cause, limit: MOST })
    for (const row of rows) {
      if (row.id === event.id) continue
      const other = await queries.detail(row.id)
      if (other && (await named(other, value, replacement))) all.push(other)
    }
    return all
  }

  /** What each would write, as it came and as it would be corrected. */
  async function tried(events: readonly EventDetail[], correction: Correction): Promise<PreviewReport> {
    const report: PreviewReport = { ...nothing, tried: events.length, items: [] }
    for (const event of events.slice(0, SHOWN)) {
      const own = await named(event, correction.value, correction.replacement)
      if (!own) continue
      const [before, after] = await Promise.all([
        rehearsed(event, event.correction ?? event.payload),
        rehearsed(event, corrected(event, own)),
      ])
      const verdict = before.ok === after.ok ? 'changed' : after.ok ? 'released' : 'broken'
      report[verdict] += 1
      const { id, lane, subject, state } = event
      report.items.push({ eventId: id, lane, subject, state, ...preview(before, after), verdict })
    }
    return report
  }

  const rehearsed = ({ type }: EventDetail, payload: string): Promise<Rehearsed> =>
    ports.mappings.rehearse({ type, payload })

  async function correctAll(events: readonly EventDetail[], { value, replacement }: Correction, by: string) {
    let moved = 0
    for (const event of events) {
      const own = await named(event, value, replacement)
      if (!own) continue
      const text = correctionOf(event, { body: JSON.parse(corrected(event, own)) })
      const done = await ledger.correct(event.id, text, by)
      if (done.fault !== undefined)
        throw new Refusal(422, 'invalid_correction', done.fault, 'Open the event and correct the field that is named.')
      moved += done.moved
    }
    return moved
  }

  async function addEntry(table: string, correction: Correction, by: string): Promise<number> {
    const saved = await lookups.save([await entryOf(table, correction)], by)
    if (saved.ok) return saved.released
    const [problem] = saved.problems
    throw new Refusal(
      409,
      'entry_refused',
      problem?.message ?? `The entry of ${table} was refused.`,
      problem?.remedy ?? 'Open the table and choose another record.',
    )
  }

  async function entryOf(table: string, { value, replacement }: Correction): Promise<EntryChange> {
    const { items } = await lookups.choices(table, replacement)
    const choice = items.find(({ name }) => name === replacement)
    if (choice) return { table, key: value, result: choice.result, shown: choice.name }
    throw new Refusal(
      409,
      'no_longer_suggested',
      `Odoo shows no “${replacement}” for this table any more.`,
      'Reload the page for what is suggested now.',
    )
  }

  return router
}

const nothing: PreviewReport = { tried: 0, changed: 0, released: 0, broken: 0, untried: 0, fields: [], items: [] }

/** The message with the value at its place replaced. */
function corrected(event: EventDetail, { value, replacement, how }: Correction): string {
  const body: unknown = JSON.parse(event.correction ?? event.payload)
  if (how.kind !== 'value') return JSON.stringify(body)
  const path = `/data${how.field}`.split('/').slice(1)
  return JSON.stringify(replaced(body, path, value, replacement))
}

function replaced(node: unknown, [key, ...rest]: readonly string[], value: string, by: string): unknown {
  if (key === undefined) return node === value ? by : node
  if (Array.isArray(node)) return node.map((one, at) => (String(at) === key ? replaced(one, rest, value, by) : one))
  if (typeof node !== 'object' || node === null) return node
  return Object.fromEntries(
    Object.entries(node).map(([name, one]) => [name, name === key ? replaced(one, rest, value, by) : one]),
  )
}

const which = z.strictObject({
  value: z.string().min(1).max(300),
  replacement: z.string().min(1).max(300),
  alike: z.boolean().default(false),
})
const eventId = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
