export interface LockoutRules {
  /** Failures that cost nothing. */
  free: number
  /** The first wait in milliseconds; every further failure doubles it. */
  firstWaitMs: number
  maxWaitMs: number
}

/** Counts failures per key and says how long to wait. In memory: a restart forgives, and the key space is bounded. */
export class Lockout {
  readonly #rules: LockoutRules
  readonly #entries = new Map<string, { failures: number; until: number; last: number }>()

  constructor(rules: LockoutRules) {
    this.#rules = rules
  }

  /** Milliseconds until the key may try again; 0 when it may now. */
  waitMs(key: string, now: number): number {
    return Math.max(0, (this.#entries.get(key)?.until ?? 0) - now)
  }

  /** Called before the password is looked at, so that guesses sent at once each count. */
  failed(key: string, now: number): void {
    this.#forget(now)
    const failures = (this.#entries.get(key)?.failures ?? 0) + 1
    const beyond = failures - this.#rules.free
    const wait = beyond < 0 ? 0 : Math.min(this.#rules.maxWaitMs, this.#rules.firstWaitMs * 2 ** Math.min(beyond, 30))
    this.#entries.set(key, { failures, until: now + wait, last: now })
  }

  succeeded(key: string): void {
    this.#entries.delete(key)
  }

  #forget(now: number): void {
    for (const [key, entry] of this.#entries) {
      const stale = now - entry.last > this.#rules.maxWaitMs * 2
      if (stale) this.#entries.delete(key)
    }
    while (this.#entries.size >= MAX_KEYS) {
      const oldest = this.#entries.keys().next().value
      if (oldest === undefined) return
      this.#entries.delete(oldest)
    }
  }
}

const MAX_KEYS = 10_000
