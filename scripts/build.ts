/** `npm run build`: the panel, into clarity-extension/panel/dist, and the program. `npm start` does it when they are missing or old. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { panelHash, root } from './built.js'
import { program } from './program.ts'

const panel = join(root, 'clarity-extension/panel')
const dist = join(panel, 'dist')
const stamp = join(dist, '.sources')

export async function buildPanelWhenOld(): Promise<void> {
  const sources = await panelHash()
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === sources) return
  await buildPanel(sources)
}

async function buildPanel(sources: string): Promise<void> {
  // Only when it is needed: an installation without development dependencies brings its panel built.
  const { build } = await import('vite')
  // Vite believes this before its own mode: under a test runner it would build React's development version.
  process.env.NODE_ENV = 'production'
  const fresh = join(import.meta.dirname, `../.cache/panel-${process.pid}`)
  await build({ root: panel, logLevel: 'warn', build: { outDir: fresh, emptyOutDir: true } })
  await compressAll(join(fresh, 'assets'))
  await writeFile(join(fresh, '.sources'), sources)
  await replace(fresh)
}

/** As small as each can be, once: http/panel-files.ts sends them as they are. */
async function compressAll(folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((name) => /\.(js|css)$/.test(name))
  for (const name of files) {
    const path = join(folder, name)
    const bytes = await readFile(path)
    await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes))
    await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }))
  }
}

/** Swapped as a whole: another process may be serving the old one, or building the same at this moment. */
async function replace(fresh: string): Promise<void> {
  const old = `${fresh}-old`
  await mkdir(dist, { recursive: true })
  await rename(dist, old)
  await rename(fresh, dist)
  await rm(old, { recursive: true })
}

if (import.meta.main) {
  await buildPanelWhenOld()
  await program()
}
