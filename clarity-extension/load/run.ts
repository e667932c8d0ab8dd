import { type BringParts, bring } from './bring.ts'
import type { Loader } from './loader.ts'
import { plan } from './plan.ts'

export interface LoadParts extends BringParts {
  loaders: readonly Loader[]
}

/**
 * Plans and loads whatever was asked for, one after the other. Interrupted at any point it goes on where it was: a plan is made
 * anew (nothing was written), a load goes on with what still waits.
 */
export const runLoads =
  (parts: LoadParts) =>
  async ({ signal }: { signal: AbortSignal }): Promise<string> => {
    const { loads, loaders, log } = parts
    const said: string[] = []
    const tried = new Set<number>()
    for (;;) {
      const load = (await loads.open()).find(({ id }) => !tried.has(id))
      if (!load || signal.aborted) return said.join('; ') || 'nothing to load'
      const state = load.state === 'planning' ? 'planning' : 'running'
      const loader = loaders.find((one) => one.entity === load.entity && one.direction === load.direction)
      try {
        if (!loader) throw new Error(`${load.entity} cannot be loaded ${load.direction}`)
        said.push(await (state === 'planning' ? plan : bringWith(parts))(loads, loader, load, signal))
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        log.error({ load: load.id, err: error }, 'a first load failed')
        await loads.move(load.id, [state], state === 'planning' ? 'failed' : 'paused', message)
        said.push(`${load.entity}: ${message}`)
      }
      // What was stopped early is open still, and left to the next run.
      if ((await loads.get(load.id))?.state === state) tried.add(load.id)
    }
  }

const bringWith =
  (parts: LoadParts): typeof plan =>
  (_loads, loader, load, signal) =>
    bring(parts, loader, load, signal)
