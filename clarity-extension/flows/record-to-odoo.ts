import type { z } from 'zod'
import { clarityEnvelope } from '../../shared/events.ts'
import { type Answer, correct, done, skip } from '../../shared/outcome.ts'
import { type Entity, type FieldGroup, fieldGroups } from '../../shared/switches.ts'
import type { MappedBy } from '../mapping/rule-sets.ts'
import type { Flow, Share, Trace, WroteBy } from './flow.ts'
import { proposal } from './gate.ts'
import { changedGroups, type GroupHashes, groupsOf, hashesAfter, parseHashes } from './group-hashes.ts'
import { problemsOf } from './problems.ts'

/** What the flows of master data to Odoo have in common: the record as it stands now is brought there, by its owner's share. */
export interface RecordPorts<Record, Mapped extends { hash: string; by: MappedBy }> {
  read(id: string, traceparent: string): Promise<Answer<Record>>
  link(id: string): Promise<{ version: string | null; hash: string | null } | undefined>
  /** @param written the field groups that are ours to write */
  map(record: Record, written: ReadonlySet<FieldGroup>): Promise<Answer<Mapped>>
  deliver(mapped: Mapped, traceparent: string, trace: Trace): Promise<Answer<Delivered>>
  saveLink(id: string, delivered: Delivered, version: string, hash: string, wroteBy: WroteBy): Promise<void>
}

export interface Delivered {
  status: 'created' | 'updated' | 'unchanged' | 'stale'
  model: string
  id: number
  name: string
}

type Versioned = { id: string; updatedAt: string }

export function recordToOdoo<Record extends Versioned, Mapped extends { hash: string; by: MappedBy }>(
  { entity, shape }: { entity: Entity; shape: z.ZodType<Record> },
  ports: RecordPorts<Record, Mapped>,
): Flow {
  return async (event, trace) => {
    const envelope = clarityEnvelope.safeParse(JSON.parse(event.payload.toString('utf8')))
    if (!envelope.success) return correct(...problemsOf(envelope.error))
    const { id, updatedAt } = envelope.data.data
    const known = await ports.link(id)
    if (known?.version && updatedAt < known.version) return skip('stale', `Odoo holds the version of ${known.version}`)

    const snapshot = shape.safeParse(envelope.data.data)
    const current: Answer<Record> = snapshot.success
      ? { ok: true, value: snapshot.data }
      : await ports.read(id, event.traceparent)
    if (!current.ok) return current.outcome
    trace.step('read', snapshot.success ? "from the webhook's own snapshot" : 'from the storefront')
    const record = current.value

    const before = parseHashes(known?.hash)
    const now = await hashesOf(ports, record, event.share)
    if (!now.ok) return now.outcome
    const changed = changedGroups(before, now.value)
    if (changed.length === 0) return skip('unchanged', 'Odoo already holds this content')
    const proposed = changed.filter((group) => event.share[group] === 'propose')
    if (proposed.length === changed.length) return proposal(entity, proposed, { id })

    const mapped = await ports.map(record, groupsOf(event.share, 'write'))
    if (!mapped.ok) return mapped.outcome
    const delivered = await ports.deliver(mapped.value, event.traceparent, trace)
    if (!delivered.ok) return delivered.outcome
    const { status, name } = delivered.value
    if (status === 'stale') return skip('stale', 'Odoo holds a newer version')
    const wroteBy = { by: mapped.value.by, eventId: event.id }
    await ports.saveLink(id, delivered.value, record.updatedAt, hashesAfter(before, now.value, proposed), wroteBy)
    return proposed.length > 0 ? proposal(entity, proposed, { id }) : done(`${name} ${status}`)
  }
}

/** What each field group would be in Odoo; where one cannot be mapped, all that is wrong with any of them. */
async function hashesOf<Record, Mapped extends { hash: string; by: MappedBy }>(
  ports: RecordPorts<Record, Mapped>,
  record: Record,
  share: Share,
): Promise<Answer<GroupHashes>> {
  const hashes: GroupHashes = {}
  for (const group of fieldGroups) {
    if (share[group] === undefined || share[group] === 'ignore') continue
    const mapped = await ports.map(record, new Set([group]))
    if (!mapped.ok) return failedAsWhole(ports, record, share, mapped)
    hashes[group] = mapped.value.hash
  }
  return { ok: true, value: hashes }
}

async function failedAsWhole<Record, Mapped extends { hash: string; by: MappedBy }>(
  ports: RecordPorts<Record, Mapped>,
  record: Record,
  share: Share,
  failed: Extract<Answer<Mapped>, { ok: false }>,
): Promise<Extract<Answer<Mapped>, { ok: false }>> {
  const mapped = await ports.map(record, new Set([...groupsOf(share, 'write'), ...groupsOf(share, 'propose')]))
  return mapped.ok ? failed : mapped
}
