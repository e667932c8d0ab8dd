import { skip } from '../../shared/outcome.ts'
import type { Flow } from './flow.ts'

/** An event of an entity that is not taken from this side. It is recorded with the reason and can be replayed. */
export const notSynced =
  (reason: string): Flow =>
  async () =>
    skip('switched_off', reason)
