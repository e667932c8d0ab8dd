import { z } from 'zod'

export const faultShape = z.object({
  /** Method and path below the prefix, `*` for anything, e.g. `PUT /inventory`, `* /orders/*`, `POST /oauth/token`. */
  route: z.string().min(1).default('* *'),
  /** Answered instead of doing the work; absent lets the work happen. */
  status: z.int().min(400).max(599).optional(),
  /** How many requests it strikes; absent means until it is removed. */
  count: z.int().positive().optional(),
  /** Sent as Retry-After: seconds or an HTTP date. */
  retryAfter: z.union([z.int().nonnegative(), z.string()]).optional(),
  /** Milliseconds to wait first; with an idempotency key the request counts as running meanwhile. */
  latencyMs: z.int().nonnegative().max(120_000).optional(),
  /** The work is done and the connection is cut instead of an answer. */
  lose: z.boolean().default(false),
})
export type Fault = z.infer<typeof faultShape>

export type Faults = ReturnType<typeof createFaults>

/** Trouble on demand, for tests and demonstrations. Kept in memory: a restarted storefront is well. */
export function createFaults() {
  let active: Fault[] = []
  return {
    add: (fault: Fault): void => void active.push({ ...fault }),
    clear: (): void => {
      active = []
    },
    list: (): Fault[] => active,
    /** The first fault that strikes this request; its count goes down. @param path below the prefix */
    take(method: string, path: string): Fault | undefined {
      const found = active.find(({ route }) => matches(route, method, path))
      if (found?.count !== undefined) {
        found.count -= 1
        if (found.count === 0) active = active.filter((fault) => fault !== found)
      }
      return found
    },
  }
}

function matches(route: string, method: string, path: string): boolean {
  const [wantedMethod = '*', wantedPath = '*'] = route.trim().split(/\s+/)
  if (wantedMethod !== '*' && wantedMethod.toUpperCase() !== method) return false
  const pattern = wantedPath.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${pattern.join('.*')}$`).test(path)
}
