import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mappingDocs } from '../clarity-extension/mapping/docs.ts'

/** Writes docs/mappings.md from the rules as they are delivered. */
const folder = join(import.meta.dirname, '../docs')
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'mappings.md'), mappingDocs())
