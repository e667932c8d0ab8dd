/**
 * `npm run check`: types, lint of TypeScript and Python, architecture with stale generated code, known holes and licences of what we ship.
 * Every part runs, beside each other; the output of those that fail follows the summary.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'

const root = join(import.meta.dirname, '..')
const modules = join(root, 'node_modules')

interface Verdict {
  ok: boolean
  output: string
}

const parts: Record<string, () => Promise<Verdict>> = {
  types: () => node(join(modules, 'typescript/bin/tsc'), '-p', '.'),
  'lint and format, TypeScript': () =>
    node(join(modules, '@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.'),
  'lint and format, Python': () => node(join(root, 'scripts/ruff.ts')),
  'architecture, generated code': () =>
    node(join(modules, 'vitest/vitest.mjs'), 'run', '--project=unit', 'test/architecture.test.ts'),
  'known vulnerabilities': audit,
  licences: () => node(join(root, 'scripts/licences.ts')),
}

async function main(): Promise<number> {
  const results = await Promise.all(Object.entries(parts).map(([name, part]) => timed(name, part)))
  for (const { name, ok, seconds } of results)
    console.log(`${ok ? 'ok    ' : 'FAILED'}  ${name}  ${seconds.toFixed(1)} s`)
  for (const { name, ok, output } of results)
    if (!ok || output.includes('NOT CHECKED')) console.log(`\n--- ${name}\n${output.trim()}`)
  return results.every(({ ok }) => ok) ? 0 : 1
}

async function timed(name: string, part: () => Promise<Verdict>) {
  const started = performance.now()
  const verdict = await part()
  return { name, ...verdict, seconds: (performance.now() - started) / 1000 }
}

/** What is installed for users only; moderate findings are shown by `npm audit`, high ones stop us here. */
async function audit(): Promise<Verdict> {
  const { output } = await command('npm', ['audit', '--omit=dev', '--json'])
  const report = Report.safeParse(JSON.parse(output || '{}'))
  if (!report.success)
    return { ok: true, output: 'NOT CHECKED: the package registry in use does not answer `npm audit`.' }
  const { high, critical } = report.data.metadata.vulnerabilities
  return { ok: high + critical === 0, output: `${high} high, ${critical} critical: npm audit --omit=dev` }
}

const Report = z.object({
  metadata: z.object({ vulnerabilities: z.object({ high: z.number(), critical: z.number() }) }),
})

const node = (...args: string[]) => command(process.execPath, args)

async function command(file: string, args: string[]): Promise<Verdict> {
  const run = promisify(execFile)(file, args, {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1' },
    maxBuffer: 64 * 1024 * 1024,
  })
  try {
    return { ok: true, output: (await run).stdout }
  } catch (failure) {
    const { stdout, stderr } = Failure.parse(failure)
    return { ok: false, output: stdout || stderr }
  }
}

const Failure = z.object({ stdout: z.string(), stderr: z.string() })

process.exitCode = await main()
