/** `npm run generate`: every type that is made from an OpenAPI document. `--check` only says which are stale. */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript'

const documents = [
  { document: 'shared/clarity.openapi.yaml', types: 'clarity-extension/clarity/schema.d.ts' },
  { document: 'odoo-bridge/openapi.yaml', types: 'odoo-bridge/client/schema.d.ts' },
  { document: 'clarity-extension/http/panel.openapi.yaml', types: 'clarity-extension/panel/schema.d.ts' },
]

const root = join(import.meta.dirname, '..')

/** The generated files that their document no longer makes, or that are missing. */
export async function staleTypes(): Promise<string[]> {
  const stale = await Promise.all(
    documents.map(async ({ document, types }) => {
      const path = join(root, types)
      return existsSync(path) && (await readFile(path, 'utf8')) === (await generate(document)) ? [] : [types]
    }),
  )
  return stale.flat()
}

async function generate(document: string): Promise<string> {
  return `${COMMENT_HEADER}${astToString(await openapiTS(pathToFileURL(join(root, document))))}`
}

async function main(): Promise<void> {
  if (process.argv.includes('--check')) {
    const stale = await staleTypes()
    if (stale.length > 0) console.error(`stale, run npm run generate: ${stale.join(', ')}`)
    process.exitCode = stale.length > 0 ? 1 : 0
    return
  }
  for (const { document, types } of documents) await writeFile(join(root, types), await generate(document))
}

if (import.meta.main) await main()
