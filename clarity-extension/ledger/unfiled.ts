/** What this process stored of bursts and has not seen in its lanes yet: a second delivery is answered with the first one's id. */
export interface Unfiled {
  /** Events. */
  size(): number
  /** @param ids by `eventKey` */
  add(group: number, ids: ReadonlyMap<string, number>): void
  idOf(key: string): number | undefined
  has(group: number): boolean
  groups(): number[]
  forget(groups: Iterable<number>): void
}

export function createUnfiled(): Unfiled {
  const ids = new Map<string, number>()
  const keysOf = new Map<number, readonly string[]>()
  return {
    size: () => ids.size,
    add(group, its) {
      keysOf.set(group, [...its.keys()])
      for (const [key, id] of its) ids.set(key, id)
    },
    idOf: (key) => ids.get(key),
    has: (group) => keysOf.has(group),
    groups: () => [...keysOf.keys()],
    forget(groups) {
      for (const group of groups) {
        for (const key of keysOf.get(group) ?? []) ids.delete(key)
        keysOf.delete(group)
      }
    },
  }
}
