import type { ByHand } from './by-hand.ts'
import type { Issue } from './policy.ts'
import type { Settings } from './settings.ts'
import { BRIDGE } from './settle.ts'

export interface Releases {
  /** One event of the issue went through: whatever else it stopped follows. */
  add(issue: Issue): void
  flush(): Promise<void>
}

/**
 * Fixing a cause releases its group: when an event that a person replayed went through, the others with the same cause, field
 * and value are replayed. Decisions are not: each held event is its own.
 */
export function createReleases({ log }: Pick<Settings, 'log'>, byHand: Pick<ByHand, 'replay'>): Releases {
  const running = new Map<string, Promise<void>>()

  async function release({ cause, field, value }: Issue): Promise<void> {
    try {
      const { moved } = await byHand.replay({ cause, field, value, state: 'dead' }, BRIDGE)
      if (moved > 0) log.info({ cause, field, moved }, 'released what had the same cause')
    } catch (error) {
      // They stay where they are; the next one that goes through releases them.
      log.error({ cause, err: error }, 'a group could not be released')
    }
  }

  return {
    add(issue) {
      const key = JSON.stringify([issue.cause, issue.field, issue.value])
      if (running.has(key)) return
      running.set(
        key,
        release(issue).finally(() => running.delete(key)),
      )
    },
    async flush() {
      await Promise.all(running.values())
    },
  }
}
