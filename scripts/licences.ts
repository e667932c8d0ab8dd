/**
 * `node scripts/licences.ts [--write]`: the licences of everything that reaches a merchant, held to those that let them use it as
 * they like; `--write` makes docs/LICENCES.md anew. Part of `npm run check`, which refuses a list that is stale.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const root = join(import.meta.dirname, '..')
const list = join(root, 'docs/LICENCES.md')

const ALLOWED = new Set([
  ...[
    'MIT',
    'MIT-0',
    'ISC',
    'BSD-2-Clause',
    'BSD-3-Clause',
    '0BSD',
    'Apache-2.0',
    'Unlicense',
    'CC0-1.0',
    'BlueOak-1.0.0',
  ],
  // Fonts that are embedded, not sold.
  'OFL-1.1',
])
/** Built into the panel's files; the others of the development dependencies only build and test. */
const IN_THE_PANEL = /^(@fontsource|@mantine|@tanstack|react|tinykeys|uplot)/

const entry = z.object({
  version: z.string().optional(),
  license: z.string().optional(),
  dev: z.boolean().optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
})
const shape = z.object({ packages: z.record(z.string(), entry) })
const manifest = z.object({ devDependencies: z.record(z.string(), z.string()) })

export interface Shipped {
  name: string
  version: string
  licence: string
}

export async function shipped(): Promise<Shipped[]> {
  const { packages } = shape.parse(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')))
  const { devDependencies } = manifest.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
  const reached = new Set(Object.keys(packages).filter((path) => path !== '' && !packages[path]?.dev))
  const waiting = Object.keys(devDependencies).filter((name) => IN_THE_PANEL.test(name))
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const path = `node_modules/${name}`
    if (reached.has(path) || !packages[path]) continue
    reached.add(path)
    waiting.push(...Object.keys(packages[path].dependencies))
  }
  return [...reached].sort().map((path) => ({
    name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version: packages[path]?.version ?? '',
    licence: packages[path]?.license ?? 'none named',
  }))
}

/** `A OR B` is ours to choose. */
export const isAllowed = (licence: string): boolean =>
  licence
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((one) => ALLOWED.has(one))

const page = (all: readonly Shipped[]): string => `# Licences

What reaches a merchant besides our own code, made by \`node scripts/licences.ts --write\` from the lockfile. Ours: MIT for the
TypeScript, LGPL-3 for the Odoo module.

| package | version | licence |
|---|---|---|
${all.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`).join('\n')}
`

if (import.meta.main) {
  const all = await shipped()
  const refused = all.filter(({ licence }) => !isAllowed(licence))
  for (const { name, licence } of refused)
    console.error(`${name}: the licence ${licence} is not one of those we ship. Replace the package.`)
  if (process.argv.includes('--write')) await writeFile(list, page(all))
  const stale = (await readFile(list, 'utf8').catch(() => '')) !== page(all)
  if (stale) console.error('docs/LICENCES.md is stale: node scripts/licences.ts --write')
  process.exitCode = refused.length > 0 || stale ? 1 : 0
}
