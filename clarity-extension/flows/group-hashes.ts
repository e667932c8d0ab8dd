import { type FieldGroup, fieldGroups } from '../../shared/switches.ts'
import type { Share } from './flow.ts'

/** What each field group of a record is on the other side: kept on the link, it tells our own echo and what changed. */
export type GroupHashes = Partial<Record<FieldGroup, string>>

export const hashText = (hashes: GroupHashes): string =>
  fieldGroups.flatMap((group) => (hashes[group] ? [`${group}:${hashes[group]}`] : [])).join(' ')

export function parseHashes(text: string | null | undefined): GroupHashes {
  const known = new Map((text ?? '').split(' ').map((part) => [part.split(':')[0], part.split(':')[1]] as const))
  return Object.fromEntries(fieldGroups.map((group) => [group, known.get(group)]))
}

export const groupsOf = (share: Share, what: 'write' | 'propose'): Set<FieldGroup> =>
  new Set(fieldGroups.filter((group) => share[group] === what))

/** Groups that have a hash now and another one, or none, before. */
export const changedGroups = (before: GroupHashes, now: GroupHashes): FieldGroup[] =>
  fieldGroups.filter((group) => now[group] !== undefined && now[group] !== before[group])

/** What is known of the other side after a write: a proposed group is as it was until a person accepts it. */
export function hashesAfter(before: GroupHashes, now: GroupHashes, proposed: readonly FieldGroup[]): string {
  const held = Object.fromEntries(proposed.map((group) => [group, before[group]]))
  return hashText({ ...before, ...now, ...held })
}
