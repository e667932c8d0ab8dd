// @ts-check
// What is built at the first start, and where: plain JavaScript, because a process that strips types keeps 12 MB for it.
import { createHash } from 'node:crypto'
import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

export const root = join(import.meta.dirname, '..')

/** Named by what it was made of, so that a process that runs an older one keeps its files. Present when it is complete. */
export async function programFolder() {
  const rooms = ['clarity-extension', 'shared', 'odoo-bridge/client']
  const sources = rooms.flatMap((room) =>
    globSync(`${room}/**/*.ts`, { cwd: root, exclude: ['clarity-extension/panel/**'] }),
  )
  return join(root, '.cache/program', (await sourceHash(['scripts/program.ts', ...sources])).slice(0, 16))
}

/** Of the panel's sources; the built panel carries it in a file `.sources`. */
export async function panelHash() {
  const files = globSync('clarity-extension/panel/**/*', {
    cwd: root,
    withFileTypes: true,
    exclude: (file) => file.name === 'dist',
  })
  const own = files.filter((file) => file.isFile()).map((file) => relative(root, join(file.parentPath, file.name)))
  return sourceHash([...own, 'clarity-extension/http/rights.ts', 'scripts/build.ts'])
}

/**
 * What something made of these files depends on: their names and contents, the exact versions of packages, and Node's own.
 * @param {readonly string[]} paths
 */
async function sourceHash(paths) {
  const hash = createHash('sha256').update(process.version)
  for (const path of [...paths.toSorted(), 'package-lock.json'])
    hash.update(`${path}\0`).update(await readFile(join(root, path)))
  return hash.digest('hex')
}
