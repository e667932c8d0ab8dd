/**
 * How many calls Odoo may have in flight. Odoo refuses what it cannot take instead of queueing it (two workers reset above
 * about 16 waiting calls, threads answer "The Connection Pool Is Full"), and how many it can take depends on its workers.
 * So the limit is found out: it grows while a call in company is hardly slower than a call was alone, shrinks when calls
 * begin to wait for each other (the estimate of TCP Vegas), and is halved at once when one is refused.
 */
export interface Limit {
  /** Whole number of calls that may be in flight now. */
  readonly size: number
  /** @param perItemMs duration of the call divided by the number of items in it */
  accepted(perItemMs: number): void
  refused(): void
}

/** While one call is under way the next gathers. */
export const ONE_AT_A_TIME: Limit = { size: 1, accepted() {}, refused() {} }

/** While two are under way the next gathers. */
export const TWO_AT_A_TIME: Limit = { size: 2, accepted() {}, refused() {} }

export interface LimitOptions {
  start?: number
  /** The slow-down estimate never goes below this; a refusal may. */
  floor?: number
  max?: number
}

/** Waiting calls at which the limit still grows, and above which it shrinks. */
const GROW_BELOW = 0.6
const SHRINK_ABOVE = 1.2
/** The best duration is forgotten slowly, so that a server that became slower for good is measured anew. */
const FORGET = 1.005

export function adaptiveLimit({ start = 2, floor = 2, max = 8 }: LimitOptions = {}): Limit {
  let limit = start
  let best = Number.POSITIVE_INFINITY
  return {
    get size() {
      return Math.floor(limit)
    },
    accepted(perItemMs) {
      best = Math.min(best * FORGET, perItemMs)
      const waiting = limit * (1 - best / perItemMs)
      if (waiting < GROW_BELOW) limit = Math.min(max, limit + 1 / Math.ceil(limit))
      else if (waiting > SHRINK_ABOVE) limit = Math.max(Math.min(limit, floor), limit - 1 / Math.ceil(limit))
    },
    refused() {
      limit = Math.max(1, limit / 2)
    },
  }
}
