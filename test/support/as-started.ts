import { z } from 'zod'
import manifest from '../../package.json' with { type: 'json' }
import { compileCache } from '../../scripts/compiled.ts'

/** What `npm start` gives Node besides the program, so that tests and benches measure the process that merchants run. */
const words = z.object({ start: z.string() }).parse(manifest.scripts).start.split(' ')

export const execArgv: string[] = words.filter((word) => word.startsWith('--'))

export const startEnv: Record<string, string> = {
  ...Object.fromEntries(words.flatMap((word) => (/^[A-Z_]+=/.test(word) ? [word.split('=')] : []))),
  // scripts/start.js fills it and switches it on; `compileWhenOld` does so where memory is measured.
  NODE_COMPILE_CACHE: compileCache,
}
