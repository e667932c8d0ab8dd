import { createByHand } from './by-hand.ts'
import { createConnections } from './connections.ts'
import { createHold } from './hold.ts'
import { createIntake } from './intake.ts'
import { createReleases } from './releases.ts'
import { createRetention } from './retention.ts'
import { createReviews } from './reviews.ts'
import { type LedgerOptions, settingsOf } from './settings.ts'
import type { Ledger } from './types.ts'
import { createWorker } from './worker.ts'

export type { LedgerOptions } from './settings.ts'

/** Every event and what becomes of it. */
export function createLedger(options: LedgerOptions): Ledger {
  const settings = settingsOf(options)
  const worker = createWorker(
    settings,
    () => void connections.look(),
    (issue) => releases.add(issue),
  )
  const connections = createConnections(settings, worker.wake)
  const intake = createIntake(settings, worker.wake)
  const byHand = createByHand(settings, worker.wake)
  const releases = createReleases(settings, byHand)
  const retention = createRetention(settings)

  return {
    ...byHand,
    ...createReviews(settings, worker.wake),
    ingest: intake.ingest,
    enqueue: intake.enqueue,
    writable: intake.writable,
    prune: retention.prune,
    hold: createHold(settings, worker.wake),
    async idle() {
      await intake.catchUp()
      await worker.idle()
    },
    pauseConnection: connections.pauseByHand,
    resumeConnection: connections.resume,
    async start(handler) {
      await intake.start()
      await connections.start()
      await worker.start(handler)
      settings.lead.start(intake.look)
      retention.start()
    },
    async stop(limitMs = 25_000) {
      await settings.lead.stop()
      retention.stop()
      connections.stop()
      await releases.flush()
      await worker.stop(limitMs)
      await intake.stop()
    },
  }
}
