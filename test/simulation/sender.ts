import type { Clock } from './clock.ts'
import type { Network } from './network.ts'

export interface Message {
  id: string
  body: unknown
}

/** Delivers at least once, in whatever order, now and then twice, until it is taken. */
export interface Sender {
  send(message: Message, key?: string): void
  /** Messages that nobody has taken. */
  waiting(): number
}

const AGAIN_MS = 20_000

/** @param door takes a message; rejects when it was not stored */
export function sender(clock: Clock, net: Network, door: (message: Message) => Promise<void>): Sender {
  const open = new Map<string, Message>()
  /** One waiting message per changed thing. */
  const byKey = new Map<string, string>()

  function attempt(message: Message, key: string | undefined): void {
    clock.after(net.dice(300), async () => {
      if (key !== undefined && byKey.get(key) === message.id) byKey.delete(key)
      try {
        await net.send(() => door(message))
        open.delete(message.id)
      } catch {
        clock.after(net.dice(AGAIN_MS), () => attempt(message, undefined))
      }
    })
  }

  return {
    waiting: () => open.size,
    send(message, key) {
      if (key !== undefined && byKey.has(key)) return
      if (key !== undefined) byKey.set(key, message.id)
      open.set(message.id, message)
      attempt(message, key)
      if (net.dice(10) === 0) attempt(message, undefined)
    },
  }
}
