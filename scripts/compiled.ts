/**
 * The extension's TypeScript, compiled once for the next starts: Node's own compile cache, filled by a process that only loads
 * what the extension loads. A start that has nothing left to compile is quicker and keeps some 25 MB to itself.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

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
  const sources = await hashOfSources()
  const stamp = join(compileCache, '.sources')
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === sources) return
  await rm(compileCache, { recursive: true, force: true })
  await promisify(execFile)(process.execPath, [import.meta.filename], {
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  })
  await mkdir(compileCache, { recursive: true })
  await writeFile(stamp, sources)
}

/** What the result depends on: our files, the exact versions of what they load, and Node's own. */
async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256').update(process.version)
  const paths = ['clarity-extension', 'shared', 'odoo-bridge/client'].flatMap((room) =>
    globSync(`${room}/**/*.ts`, { cwd: root, exclude: ['clarity-extension/panel/**'] }),
  )
  for (const path of [...paths.sort(), 'package-lock.json']) {
    hash.update(`${path}\0`).update(await readFile(join(root, path)))
  }
  return hash.digest('hex')
}

// Threads refuse to run as a program; they are loaded by then.
if (import.meta.main) {
  for (const entry of entries) await import(`../clarity-extension/${entry}`).catch(() => undefined)
}
