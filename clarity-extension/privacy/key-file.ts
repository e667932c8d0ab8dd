import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The key of a bridge that is only tried out, made at its first start and kept beside its data: without it a restart could read
 * nothing of what is there. With a real storefront SECRET_KEY is required (config.ts) and this is not asked.
 */
export function keyBeside(dataDir: string): string {
  const file = join(dataDir, 'secret.key')
  try {
    writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  return readFileSync(file, 'utf8').trim()
}
