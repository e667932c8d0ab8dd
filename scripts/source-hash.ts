import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** What something made of these files depends on: their names and contents, the exact versions of packages, and Node's own. */
export async function sourceHash(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(process.version)
  for (const path of [...paths.toSorted(), 'package-lock.json'])
    hash.update(`${path}\0`).update(await readFile(join(root, path)))
  return hash.digest('hex')
}
