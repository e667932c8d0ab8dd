/**
 * Seconds or an HTTP date (RFC 9110, 10.2.3) as milliseconds from now; undefined when absent or unreadable.
 * @param now unix milliseconds
 */
export function retryAfter(value: string | null | undefined, now: number): number | undefined {
  if (value === null || value === undefined || value.trim() === '') return undefined
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}
