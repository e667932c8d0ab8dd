import { expect } from 'vitest'
import { z } from 'zod'
import { type CauseCode, causeOf } from '../../shared/causes.ts'
import type { panelOf } from './panel.ts'
import { until } from './until.ts'

/** One cause from its real fault to both systems being right again. */
export interface Chain {
  /** Brings the fault about. @returns the lane of the event that it stops */
  fault(): Promise<string>
  /** The sentence that a person reads. */
  says: RegExp
  /** What to do, where the problem says it more exactly than the catalogue. */
  remedy?: string
  /** Nothing was written by halves. */
  held?(): void | Promise<void>
  /** What the remedy says, done as a merchant does it; of the event that waits, where it is mended there. */
  repair(event: Waiting): Promise<unknown>
  /** What a person does then. `replay`: the group; `itself`: nothing, a later success resolves it. */
  end: 'replay' | 'approve' | 'close' | 'itself'
  /** Both systems, at the end. */
  right(): Promise<void>
}

export type Waiting = z.infer<typeof row>
/** By the code that is told: a value table's own is `unmapped_<table>`. */
export type Chains = Partial<Record<CauseCode, Chain>>

/**
 * Drives every chain of the table, all faults at once: what is told of each (class, sentence, remedy, group, alert), the repair, the
 * replay, and that nothing is left behind.
 */
export async function driveChains(panel: ReturnType<typeof panelOf>, table: Chains): Promise<void> {
  const chains = Object.entries(table).map(([cause, chain]) => ({ cause, ...chain }))
  const lanes = new Map<string, string>()
  for (const { cause, fault } of chains) lanes.set(cause, await fault())

  const waiting = await until('every fault to be told', async () => {
    const { items } = page.parse(await panel('GET', '/events?state=dead,held&limit=200'))
    const found = new Map(chains.map(({ cause }) => [cause, items.find((one) => isOf(one, cause, lanes))]))
    return [...found.values()].every(Boolean) && found
  }).catch(async (late: Error) => {
    throw new Error(`${late.message}: ${await toldInstead(panel, lanes)}`)
  })
  const eventOf = (cause: string): Waiting => waiting.get(cause) ?? missing(cause)

  // What is wrong with one chain hides nothing of the others.
  const faults: Error[] = []
  const keep = (cause: string) => (error: Error) => {
    faults.push(new Error(`${cause}: ${error.message}`, { cause: error }))
  }
  const { items: groups } = groupPage.parse(await panel('GET', '/failures?limit=200'))
  for (const { cause, says, remedy = causeOf(cause)?.remedy, held } of chains) {
    const event = eventOf(cause)
    const kind = event.state === 'dead' ? 'correct' : 'review'
    expect.soft(causeOf(cause)?.classes, cause).toContain(kind)
    expect.soft(event.message, cause).toMatch(says)
    const told = trace.parse(await panel('GET', `/events/${event.id}`))
    expect.soft(told.remedy, cause).toBe(remedy)
    const group = groups.find((one) => one.cause === cause && one.sample.some(({ id }) => id === event.id))
    expect.soft(group, cause).toMatchObject({ state: event.state, message: expect.stringMatching(says), remedy })
    expect.soft(group?.count).toBeGreaterThan(0)
    await Promise.resolve(held?.()).catch(keep(cause))
  }
  const alerts = await until('an alert of each cause', async () => {
    const { active } = alertPage.parse(await panel('GET', '/alerts'))
    const found = chains.map(({ cause }) => active.find((alert) => isAlertOf(alert, eventOf(cause))))
    return found.every((one) => one !== undefined) && found
  })
  for (const [index, { cause }] of chains.entries()) {
    const { title = '', meaning, remedy } = causeOf(cause) ?? {}
    // What is out of the ordinary is told with what it is, under its own rule.
    if (cause === 'anomaly') continue
    const link = eventOf(cause).state === 'dead' ? '/attention' : '/attention/review'
    expect.soft(alerts[index], cause).toMatchObject({ text: `${meaning} ${remedy}`, link })
    expect.soft(alerts[index]?.title).toContain(title)
  }

  for (const { cause, repair, end } of chains) {
    const event = eventOf(cause)
    await repair(event).catch(keep(cause))
    if (end === 'replay') {
      const all = { cause, state: event.state }
      const { moved } = movement.parse(await panel('POST', '/failures/replay', all))
      expect.soft(moved, cause).toBeGreaterThan(0)
    } else if (end === 'approve') await panel('POST', `/events/${event.id}/approve`)
    else if (end === 'close') await panel('POST', `/events/${event.id}/dismiss`, { reason: 'done by hand' })
  }
  await until('every event to be through', async () => {
    const { items } = page.parse(await panel('GET', '/events?state=dead,held,ready,running&limit=200'))
    return chains.every(({ cause }) => !items.some(({ id }) => id === eventOf(cause).id))
  }).catch(async (late: Error) => {
    throw new Error(`${late.message}: ${await toldInstead(panel, lanes)}`)
  })
  for (const { cause, right } of chains) await right().catch(keep(cause))
  if (faults.length > 0) throw new AggregateError(faults, faults.map(String).join('\n'))
  // CASES 40: a second click on what is mended moves nothing.
  for (const { cause } of chains)
    expect.soft(await panel('POST', '/failures/replay', { cause }), cause).toEqual({ moved: 0 })
  await until('the end of every alert', async () => {
    const { active } = alertPage.parse(await panel('GET', '/alerts'))
    return !active.some(({ rule }) => rule === 'dead_letters' || rule === 'reviews')
  })
  expect(groupPage.parse(await panel('GET', '/failures')).items).toEqual([])
}

const row = z.object({
  id: z.string(),
  lane: z.string(),
  type: z.string(),
  state: z.string(),
  cause: z.string().nullable(),
  message: z.string().nullable(),
})
const page = z.object({ items: z.array(row) })
const groupPage = z.object({
  items: z.array(
    z.object({
      cause: z.string(),
      state: z.string(),
      count: z.number(),
      message: z.string(),
      remedy: z.string(),
      sample: z.array(z.object({ id: z.string() })),
    }),
  ),
})
const trace = z.object({ remedy: z.string().nullable() })
const alert = z.object({ rule: z.string(), key: z.string(), title: z.string(), text: z.string(), link: z.string() })
const alertPage = z.object({ active: z.array(alert) })
const movement = z.object({ moved: z.number() })

const isOf = (one: Waiting, cause: string, lanes: Map<string, string>) =>
  one.lane === lanes.get(cause) && one.cause === cause

function isAlertOf({ rule, key }: z.infer<typeof alert>, { cause, state }: Waiting): boolean {
  if (cause === 'anomaly') return rule === 'anomaly'
  return key === `${state === 'dead' ? 'dead_letters' : 'reviews'}:${cause}`
}

/** For whoever reads why it failed: what became of each lane. */
async function toldInstead(panel: ReturnType<typeof panelOf>, lanes: Map<string, string>): Promise<string> {
  const { items } = page.parse(await panel('GET', '/events?limit=200'))
  const told = [...lanes].map(([cause, lane]) => {
    const own = items.filter((one) => one.lane === lane)
    return `${cause}: ${own.map((one) => `${one.type} ${one.state} ${one.cause} ${one.message}`).join(' | ')}`
  })
  return told.join('\n')
}

function missing(cause: string): never {
  throw new Error(`nothing waits for ${cause}`)
}
