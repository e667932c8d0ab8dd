/** For what a page can stand without: run once it has had time for a click. @returns takes it back */
export function whenIdle(run: () => void): () => void {
  // Safari has none.
  if (!('requestIdleCallback' in window)) {
    const timer = setTimeout(run, 200)
    return () => clearTimeout(timer)
  }
  const asked = requestIdleCallback(run, { timeout: 1000 })
  return () => cancelIdleCallback(asked)
}
