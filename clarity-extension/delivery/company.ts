/**
 * Who is on the way to the next call. A call to Odoo costs as much as ten orders in it, so in a crowd the first waits for those
 * that were on the way when it came; later ones never make it wait longer. Where few are on the way, nobody waits.
 */
export interface Company {
  /** @returns to be called when it is certain that nothing comes, and harmless when it came */
  announce(key: string): () => void
  arrived(key: string): void
  /** Resolves when those on the way have come or given up, or have had their time; undefined where nobody is waited for. */
  gathered(): Promise<void> | undefined
}

/** On the way at the same time: more than shops that are merely busy have. */
const CROWD = 8
/** Somebody may be held up by a question to the other side. */
const PATIENCE_MS = 100

export function company(): Company {
  const coming = new Set<string>()
  const waits = new Set<{ left: Set<string>; end(): void }>()

  function arrived(key: string) {
    coming.delete(key)
    for (const wait of waits) if (wait.left.delete(key) && wait.left.size === 0) wait.end()
  }

  return {
    announce(key) {
      coming.add(key)
      return () => arrived(key)
    },
    arrived,
    gathered() {
      if (coming.size < CROWD) return undefined
      return new Promise((resolve) => {
        const wait = {
          left: new Set(coming),
          end() {
            clearTimeout(timer)
            waits.delete(wait)
            resolve()
          },
        }
        const timer = setTimeout(wait.end, PATIENCE_MS)
        waits.add(wait)
      })
    },
  }
}
