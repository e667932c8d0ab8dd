import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FlowEvent, Share, Trace } from '../../clarity-extension/flows/flow.ts'

/** A recorded event, changed where a test says so. */
export function fixture(type: string, change: Record<string, unknown> = {}, as = type): FlowEvent {
  const file = join(import.meta.dirname, '../fixtures/events', `${type}.json`)
  const envelope = JSON.parse(readFileSync(file, 'utf8'))
  return eventOf({ ...envelope, type: as, data: { ...envelope.data, ...change } })
}

/** @param share what the merchant lets it do; empty where its entity has no owners */
export function eventOf(envelope: { type: string }, attempt = 1, share: Share = {}): FlowEvent {
  return {
    id: 1,
    key: 'clarity:msg_1',
    type: envelope.type,
    lane: 'order:1001',
    payload: Buffer.from(JSON.stringify(envelope)),
    attempt,
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    share,
    approvals: [],
  }
}

export const quiet: Trace = { step() {} }
