import { type Answer, retry } from '../../shared/outcome.ts'
import type { Clock } from './clock.ts'

/** What may go wrong between two machines, as chances in a thousand; `until` then nothing does any more. */
export interface Weather {
  lost: number
  answerLost: number
  refused: number
  slow: number
}

export interface Network {
  /** Calls the far side: its effect happens once, not at all, or unseen. */
  call<T>(effect: () => T): Promise<Answer<T>>
  /** The same for senders of webhooks: rejects where an answer would. */
  send(effect: () => Promise<void>): Promise<void>
  calm(): void
  /** Effects so far: nothing of the far sides changed while it stands. */
  readonly effects: number
  dice: (below: number) => number
  wait(ms: number): Promise<void>
}

const CALM: Weather = { lost: 0, answerLost: 0, refused: 0, slow: 0 }
const SLOW_MS = 150_000
/** After which a sender of webhooks takes a call for failed. */
const SENDER_MS = 30_000

export function network(clock: Clock, dice: (below: number) => number, weather: Weather): Network {
  let now = weather
  let effects = 0
  const wait = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve))
  const way = () => wait(1 + dice(60) + (dice(1000) < now.slow ? dice(SLOW_MS) : 0))
  const failed = (cause: string): Answer<never> => ({ ok: false, outcome: retry(cause, cause) })
  return {
    get effects() {
      return effects
    },
    dice,
    wait,
    calm() {
      now = CALM
    },
    async call(effect) {
      await way()
      if (dice(1000) < now.lost) return failed('unreachable')
      if (dice(1000) < now.refused) return failed('server_error')
      const value = effect()
      effects++
      await way()
      return dice(1000) < now.answerLost ? failed('timeout') : { ok: true, value }
    },
    async send(effect) {
      await way()
      if (dice(1000) < now.lost) throw new Error('the request was lost')
      const late = wait(SENDER_MS).then(() => Promise.reject(new Error('no answer')))
      await Promise.race([effect(), late])
      await way()
      if (dice(1000) < now.answerLost) throw new Error('the answer was lost')
    },
  }
}
