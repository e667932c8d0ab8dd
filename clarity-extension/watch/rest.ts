/** So long nothing may have happened. Milliseconds. */
const REST_MS = 15_000
/** Code that was not run between two collections is given back by the one after. */
const COLLECTIONS = 3
const APART_MS = 5_000

export interface Rest {
  /** Something happens: whoever rests is awake again. */
  observe(): void
  stop(): void
}

/**
 * Gives memory back once nothing has happened for a while: V8 collects by how much is allocated, and a process that has nothing
 * to do allocates nothing, so that it keeps for days what its start and its last order left behind (8 of 130 MB). Each
 * collection stops the process for a tenth of a second, three times per rest.
 * @param collect default V8's, which `npm start` switches on with --expose-gc; without it nothing is given back
 */
export function openRest(collect: (() => void) | undefined = lastResort(), restMs = REST_MS): Rest {
  let timer: NodeJS.Timeout | undefined
  let lastAt = 0
  let collected = 0
  const rest: Rest = {
    observe() {
      lastAt = performance.now()
      collected = 0
      timer ??= wait(restMs)
    },
    stop() {
      clearTimeout(timer)
    },
  }
  if (collect) rest.observe()
  else rest.observe = () => undefined
  return rest

  /** One timer however much happens: it looks again for what is left. */
  function wait(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      const left = lastAt + restMs - performance.now()
      if (left > 0) {
        timer = wait(left)
        return
      }
      collect?.()
      timer = ++collected < COLLECTIONS ? wait(APART_MS) : undefined
    }, ms).unref()
  }
}

function lastResort(): (() => void) | undefined {
  const { gc } = globalThis
  return gc && (() => void gc({ type: 'major', flavor: 'last-resort' }))
}
