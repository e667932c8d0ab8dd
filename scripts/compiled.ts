/**
 * The extension's TypeScript, compiled once for the next starts: Node's own compile cache, filled by a process that only loads
 * what the extension loads. A start that has nothing left to compile is quicker and keeps some 25 MB to itself.
 */
import { execFile } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sourceHash } from './source-hash.ts'

const root = join(import.meta.dirname, '..')

/** For NODE_COMPILE_CACHE: threads take it from the environment. */
export const compileCache: string = join(root, '.cache/compiled')

/** What loads everything the extension runs: what it loads only when it needs it, and its threads, included. */
const entries = [
  'main.ts',
  'store/sqlite.ts',
  'store/postgres.ts',
  'store/sqlite-thread.ts',
  'sandbox/storefront/storefront.ts',
  'sandbox/odoo/stand-in.ts',
  'mapping/expressions/worker.ts',
]

export async function compileWhenOld(): Promise<void> {
  const hash = await sourceHash(sources())
  const stamp = join(compileCache, '.sources')
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === hash) return
  await rm(compileCache, { recursive: true, force: true })
  await promisify(execFile)(process.execPath, [import.meta.filename], {
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  })
  await mkdir(compileCache, { recursive: true })
  await writeFile(stamp, hash)
}

/** Everything it runs, whoever asks for it. */
const sources = (): string[] =>
  ['clarity-extension', 'shared', 'odoo-bridge/client'].flatMap((room) =>
    globSync(`${room}/**/*.ts`, { cwd: root, exclude: ['clarity-extension/panel/**'] }),
  )

// Threads refuse to run as a program; they are loaded by then.
if (import.meta.main) {
  for (const entry of entries) await import(join(root, 'clarity-extension', entry)).catch(() => undefined)
}
