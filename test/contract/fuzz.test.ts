import { expect, it } from 'vitest'
import { fuzz } from '../fuzz/fuzz.ts'

/** A tenth of a second's worth for each operation; `npm run fuzz` shoots 100,000. */
const REQUESTS = 5_000

it(`${REQUESTS} requests made from the OpenAPI documents: no 5xx, nothing of the inside told, no refusal without a remedy`, async () => {
  const { faults, requests, statuses } = await fuzz(REQUESTS, 1)
  expect(faults).toEqual([])
  expect(requests).toBe(REQUESTS)
  // It got somewhere: signed in, taken, refused.
  for (const status of ['200', '202', '400', '404']) expect(statuses[status]).toBeGreaterThan(100)
})
