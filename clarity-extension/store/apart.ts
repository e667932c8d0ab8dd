/** What is called often and does its work now and then. */
export interface Apart {
  call(): void
  /** What is to be done later is not done. */
  stop(): void
}

/**
 * Runs at once, or where it ran less than so long ago, once when that is over, however often it is called meanwhile.
 * @param apartMs asked at each call; 0: each call runs at once
 */
export function apart(run: () => void, apartMs: () => number): Apart {
  let ranAt = Number.NEGATIVE_INFINITY
  let later: NodeJS.Timeout | undefined

  function runNow(): void {
    later = undefined
    ranAt = performance.now()
    run()
  }

  return {
    call() {
      if (later) return
      const early = ranAt + apartMs() - performance.now()
      if (early > 0) later = setTimeout(runNow, early)
      else runNow()
    },
    stop() {
      clearTimeout(later)
      later = undefined
    },
  }
}
