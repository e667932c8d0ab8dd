import { z } from 'zod'
import manifest from '../../package.json' with { type: 'json' }

/** What `npm start` gives Node besides the program, so that tests and benches measure the process that merchants run. */
const words = z.object({ start: z.string() }).parse(manifest.scripts).start.split(' ')

export const execArgv: string[] = words.filter((word) => word.startsWith('--'))

export const startEnv: Record<string, string> = Object.fromEntries(
  words.flatMap((word) => (/^[A-Z_]+=/.test(word) ? [word.split('=')] : [])),
)
