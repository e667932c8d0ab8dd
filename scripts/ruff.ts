/** Lints the addon with ruff.toml and checks its format; `--write` formats it. Ruff comes from npm, so no Python tool is needed. */

import { globSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import ruff from '@astral-sh/ruff-wasm-nodejs'
import { parse } from 'smol-toml'
import { z } from 'zod'

const root = join(import.meta.dirname, '..')

const Settings = z.looseObject({
  lint: z.looseObject({ 'per-file-ignores': z.record(z.string(), z.array(z.string())).default({}) }),
})
const Diagnostics = z.array(
  z.object({
    code: z.string().nullable(),
    message: z.string(),
    start_location: z.object({ row: z.number(), column: z.number() }),
  }),
)

/** One line per finding, `path:row:column CODE message`. */
function lint(path: string, source: string, workspace: ruff.Workspace, ignored: string[]): string[] {
  const found = Diagnostics.parse(workspace.check(source))
    .filter(({ code }) => code === null || !ignored.includes(code))
    .map(({ code, message, start_location: at }) => `${path}:${at.row}:${at.column} ${code ?? ''} ${message}`)
  const broken = found.some((line) => line.includes('invalid-syntax'))
  return broken || workspace.format(source) === source ? found : [...found, `${path} is not formatted: npm run format`]
}

async function main(): Promise<void> {
  const settings = Settings.parse(parse(await readFile(join(root, 'ruff.toml'), 'utf8')))
  const files = globSync(['odoo-bridge/clarity_bridge*/**/*.py', 'scripts/**/*.py'], { cwd: root })
  const workspace = new ruff.Workspace(settings, ruff.PositionEncoding.Utf16)
  const findings: string[] = []
  for (const file of files.sort()) {
    let source = await readFile(join(root, file), 'utf8')
    if (process.argv.includes('--write')) {
      source = workspace.format(source)
      await writeFile(join(root, file), source)
    }
    // The WebAssembly build sees no file names, so what is ignored per file is decided here.
    findings.push(...lint(file, source, workspace, settings.lint['per-file-ignores'][basename(file)] ?? []))
  }
  console.log(findings.length > 0 ? findings.join('\n') : `${files.length} Python files are clean`)
  process.exitCode = findings.length > 0 ? 1 : 0
}

if (import.meta.main) await main()
