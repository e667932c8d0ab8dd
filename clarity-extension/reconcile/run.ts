import type { Direction } from '../../shared/switches.ts'
import type { Comparison, Drift, Repairs } from './drift.ts'
import type { DriftRow, Drifts } from './drifts.ts'

/** Compares everything, one kind after the other. A side that does not answer ends it; what was found until then stands. */
export const reconcile =
  (comparisons: readonly Comparison[], drifts: Pick<Drifts, 'settle'>) =>
  async ({ signal }: { signal: AbortSignal }): Promise<string> => {
    const said: string[] = []
    for (const comparison of comparisons) {
      const { drifts: found, checked } = await comparison.compare(signal)
      if (signal.aborted) throw new Error('interrupted')
      const open = await drifts.settle(comparison.kinds, found)
      said.push(`${comparison.name}: ${checked} compared, ${open} differ`)
    }
    return said.join('; ')
  }

/** Makes one side say what the other says. @returns false where the bridge cannot do that for this kind */
export const repair =
  (repairs: Repairs, drifts: Pick<Drifts, 'repairing'>) =>
  async (drift: DriftRow, way: Direction, by: string): Promise<boolean> => {
    const tell: ((drift: Drift) => Promise<void>) | undefined = repairs[drift.kind]?.[way]
    if (!tell) return false
    await tell(drift)
    await drifts.repairing(drift.id, by)
    return true
  }
