import { canonical, escapeSegment } from './json.ts'
import { isObject, markerOf } from './validate/marker.ts'

/** One difference between what would be written and what was, or between two versions of the rules. */
export interface Change {
  /** JSON pointer; a line stands by its key, `/order_line/L1/price_unit`, so that one more line moves no other. */
  at: string
  kind: 'added' | 'removed' | 'changed'
  before?: unknown
  after?: unknown
}

/** Every difference, in the order of the pointers. Pure. */
export function diff(before: unknown, after: unknown): Change[] {
  const changes: Change[] = []
  compare(before, after, '', changes)
  return changes
}

function compare(before: unknown, after: unknown, at: string, changes: Change[]): void {
  if (canonical(before ?? null) === canonical(after ?? null)) return
  const [was, is] = [parts(before), parts(after)]
  if (!was || !is) {
    changes.push(change(before, after, at))
    return
  }
  for (const key of new Set([...was.keys(), ...is.keys()])) {
    compare(was.get(key), is.get(key), `${at}/${escapeSegment(key)}`, changes)
  }
}

/** What has parts with names: a record, or lines by their key. A marker is one value. */
function parts(value: unknown): Map<string, unknown> | undefined {
  const marker = markerOf(value)
  if (marker?.name === '$lines' && isObject(marker.argument)) {
    const { key, items } = marker.argument
    const lines = Array.isArray(items) ? items.filter(isObject) : []
    return new Map(lines.map((line, index) => [String(line[String(key)] ?? index), line]))
  }
  return marker || !isObject(value) ? undefined : new Map(Object.entries(value))
}

function change(before: unknown, after: unknown, at: string): Change {
  if (before === undefined) return { at, kind: 'added', after }
  if (after === undefined) return { at, kind: 'removed', before }
  return { at, kind: 'changed', before, after }
}
