import type { Direction } from '../../shared/switches.ts'
import { SideAway } from './answer.ts'
import type { Comparison, Drift, Repairs } from './drift.ts'
import type { DriftRow, Drifts } from './drifts.ts'

/**
 * Compares everything, one kind after the other. One that could not be read (a right that is missing, a side that is away)
 * leaves its differences as they were and does not keep the others from being compared.
 * @param comparisons made anew for each run: they share what they read
 */
export const reconcile =
  (comparisons: () => readonly Comparison[], drifts: Pick<Drifts, 'settle'>) =>
  async ({ signal }: { signal: AbortSignal }): Promise<string> => {
    const said: string[] = []
    const unread: string[] = []
    for (const comparison of comparisons()) {
      if (comparison.wanted && !(await comparison.wanted())) {
        await drifts.settle(comparison.kinds, [])
        said.push(`${comparison.name}: switched off`)
        continue
      }
      try {
        const { drifts: found, checked } = await comparison.compare(signal)
        if (signal.aborted) throw new Error('interrupted')
        const open = await drifts.settle(comparison.kinds, found)
        said.push(`${comparison.name}: ${checked} compared, ${open} differ`)
      } catch (error) {
        if (!(error instanceof SideAway)) throw error
        unread.push(`${comparison.name}: ${error.message}`)
      }
    }
    if (unread.length > 0) throw new SideAway([...unread, ...said].join('; '))
    return said.join('; ')
  }

/** Makes one side say what the other says. @returns false where the bridge cannot do that for this kind */
export const repair =
  (repairs: Repairs, drifts: Pick<Drifts, 'repairing'>) =>
  async (drift: DriftRow, way: Direction, by: string): Promise<boolean> => {
    const tell: ((drift: Drift) => Promise<unknown>) | undefined = repairs[drift.kind]?.[way]
    if (!tell) return false
    await tell(drift)
    await drifts.repairing(drift.id, by)
    return true
  }
