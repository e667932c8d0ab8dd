import { GATHER_MS, type Lead } from '../../clarity-extension/store/lead.ts'
import type { Clock } from './clock.ts'

/** Who leads, as processes see it that stand still or are cut off: now and then nobody does, or two do, or nobody knows. */
export interface Election {
  join(alive: () => boolean): Lead
}

const STATES = ['ours', 'theirs', 'unknown'] as const
/** How long a process believes what it does, at most. */
const TERM_MS = 20_000
const WORD_MS = 200

interface Member {
  state: (typeof STATES)[number]
  look(): void
}

/** @param dice below a number */
export function election(clock: Clock, dice: (below: number) => number): Election {
  const members = new Set<Member>()
  const any = () => STATES[dice(STATES.length)] ?? 'unknown'
  const hear = (one: Member) => {
    if (members.has(one) && one.state === 'ours') one.look()
  }
  return {
    join(alive) {
      const me: Member = { state: any(), look: () => undefined }
      const change = () => {
        if (!members.has(me)) return
        me.state = any()
        hear(me)
        clock.after(1 + dice(TERM_MS), change)
      }
      return {
        whose: () => me.state,
        apartMs: () => (me.state === 'unknown' ? 0 : GATHER_MS),
        tell() {
          // One word in ten is lost.
          for (const one of members) if (dice(10) > 0) clock.after(dice(WORD_MS), () => hear(one))
        },
        start(lookForWork) {
          me.look = () => {
            if (alive()) lookForWork()
          }
          members.add(me)
          clock.after(1 + dice(TERM_MS), change)
        },
        async stop() {
          members.delete(me)
        },
      }
    },
  }
}
