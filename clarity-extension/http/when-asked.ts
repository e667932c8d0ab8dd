import type { RequestHandler } from 'express'

interface Part {
  router: RequestHandler
  close(): void
}

/** A part of the app that is loaded when somebody first asks for it, and is asked for again where loading failed. */
export function whenAsked(load: () => Promise<Part>): { router: RequestHandler; close(): Promise<void> } {
  let loading: Promise<Part> | undefined
  const loaded = () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined
      throw error
    })
    return loading
  }
  return {
    async router(req, res, next) {
      const { router } = await loaded()
      router(req, res, next)
    },
    async close() {
      ;(await loading?.catch(() => undefined))?.close()
    },
  }
}
