/**
 * `npm test`: everything. `npm test -- unit real`: only these projects, out of unit, flows, contract, real, panel, faults
 * and addon (the addon's own tests, in Odoo's runner).
 *
 * It installs what is missing where it may (root on Debian): PostgreSQL, Chromium and a real Odoo 19 (scripts/odoo.sh).
 * What it cannot have, it says, and leaves out the tests that need it; with CI=true that is a failure, and so is a skipped
 * test. The last line is `N passed, N failed`.
 *
 * Environment, all optional: CI; ODOO_HOME (where the real Odoo lives, see scripts/odoo.sh); CHROMIUM (a browser's path);
 * DATABASE_URL_TEST (a PostgreSQL server where databases may be made; otherwise one is started for the run).
 */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { chromiumInstalled } from '../test/support/chromium.ts'
import { postgresInstalled, privateCluster } from '../test/support/postgres.ts'

const root = join(import.meta.dirname, '..')
const strict = process.env.CI === 'true'
const everything = ['unit', 'flows', 'contract', 'real', 'panel', 'faults', 'addon']
const needs: Record<string, readonly string[]> = {
  odoo: ['contract', 'real', 'panel', 'faults', 'addon'],
  chromium: ['panel', 'faults'],
}

interface Count {
  passed: number
  failed: number
}

async function main(wanted: string[]): Promise<number> {
  const unknown = wanted.filter((name) => !everything.includes(name))
  if (unknown.length > 0) {
    console.error(`There is no project ${unknown.join(', ')}: choose from ${everything.join(', ')}`)
    return 2
  }
  const selected = wanted.length > 0 ? wanted : everything
  const missing = await provide(selected)
  const possible = selected.filter((name) => !missing.some((part) => needs[part]?.includes(name)))
  for (const part of missing)
    shout(
      `${part} is not to be had here. Not run: ${selected.filter((name) => needs[part]?.includes(name)).join(', ') || 'what needs it'}`,
    )

  const counts = [
    await runVitest(possible.filter((name) => name !== 'addon')),
    possible.includes('addon') ? await runAddonTests() : none,
    { passed: 0, failed: strict ? missing.length : 0 },
  ]
  if (wasDown) await odoo('down')
  const passed = counts.reduce((sum, count) => sum + count.passed, 0)
  const failed = counts.reduce((sum, count) => sum + count.failed, 0)
  if (passed + failed === 0) shout('No test ran at all.')
  console.log(`${passed} passed, ${failed} failed`)
  return failed > 0 || passed === 0 ? 1 : 0
}

const none: Count = { passed: 0, failed: 0 }
let wasDown = false

/** Installs and starts what the projects need. @returns what could not be had */
async function provide(selected: string[]): Promise<string[]> {
  const wants = (part: string) => selected.some((name) => needs[part]?.includes(name))
  const missing: string[] = []
  if (wants('odoo')) {
    wasDown = (await odoo('status')).code !== 0
    // One call of apt for all of them: several would wait for each other's lock.
    const also = wants('chromium') && !chromiumInstalled() ? 'chromium' : ''
    if ((await odoo('prepare', { ODOO_ALSO_INSTALL: also })).code !== 0) missing.push('odoo')
  }
  if (!postgresInstalled() && !(await install('postgresql'))) missing.push('postgres')
  if (wants('chromium') && !chromiumInstalled() && !(await install('chromium'))) missing.push('chromium')
  return missing
}

async function install(name: string): Promise<boolean> {
  if (process.getuid?.() !== 0) return false
  console.log(`installing ${name}`)
  const script = `apt-get -qq update && apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends ${name}`
  return (await run('bash', ['-c', script], { DEBIAN_FRONTEND: 'noninteractive' }, 'errors')).code === 0
}

async function runVitest(projects: string[]): Promise<Count> {
  if (projects.length === 0) return none
  const folder = await mkdtemp(join(tmpdir(), 'clarity-test-'))
  const report = join(folder, 'report.json')
  const cluster =
    process.env.DATABASE_URL_TEST === undefined && postgresInstalled() ? await privateCluster() : undefined
  try {
    const { code } = await run(
      process.execPath,
      [
        join(root, 'node_modules/vitest/vitest.mjs'),
        ...['run', '--passWithNoTests', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
        ...projects.map((name) => `--project=${name}`),
      ],
      cluster === undefined ? {} : { DATABASE_URL_TEST: cluster.url() },
      'all',
    )
    return count(Report.parse(JSON.parse(await readFile(report, 'utf8'))), code)
  } finally {
    await cluster?.dispose()
    await rm(folder, { recursive: true, force: true })
  }
}

const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
})

/** A file that could not be loaded has no tests to fail, and an error outside of any test only shows in the exit code. */
function count(report: z.infer<typeof Report>, code: number | null): Count {
  const unloadable = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  const skipped = report.numPendingTests + report.numTodoTests
  if (skipped > 0) shout(`${skipped} tests were skipped.`)
  const failed = report.numFailedTests + unloadable.length + (strict ? skipped : 0)
  return { passed: report.numPassedTests, failed: code !== 0 && failed === 0 ? 1 : failed }
}

/** Odoo says `0 failed, 0 error(s) of 12 tests when loading database`, and exits with 1 if one failed. */
async function runAddonTests(): Promise<Count> {
  console.log("\nThe addon's own tests, in Odoo's runner:")
  const { code, output } = await odoo('test-addon')
  const [, failures, errors, total] = /(\d+) failed, (\d+) error\(s\) of (\d+) tests/.exec(output)?.map(Number) ?? []
  if (failures === undefined || errors === undefined || total === undefined || total === 0) {
    console.log(output.split('\n').slice(-40).join('\n'))
    shout("Odoo's runner reported no test.")
    return { passed: 0, failed: 1 }
  }
  const skipped =
    output.match(/^\S+ \S+ \d+ INFO \S+ odoo\.addons\.clarity_bridge\.tests\.\S+: .*\bskipped\b.*$/gm) ?? []
  const failed = failures + errors + (strict ? skipped.length : 0)
  if (failed > 0 || code !== 0) console.log(troubles(output))
  console.log(`${total} tests of the addon, ${failures + errors} failed, ${skipped.length} skipped`)
  return { passed: total - failures - errors - skipped.length, failed: code !== 0 && failed === 0 ? 1 : failed }
}

/** The log's errors with what follows each of them, without the thousand lines of modules loading. */
function troubles(log: string): string {
  const entries = log.split(/\n(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ )/)
  return entries.filter((entry) => /^\S+ \S+ \d+ (ERROR|CRITICAL)/.test(entry)).join('\n')
}

const odoo = (command: string, env: NodeJS.ProcessEnv = {}) =>
  run('bash', [join(root, 'scripts/odoo.sh'), command], env, 'errors')

async function run(command: string, args: string[], env: NodeJS.ProcessEnv, show: 'all' | 'errors') {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', show === 'all' ? 'inherit' : 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  const [code, output] = await Promise.all([ended, child.stdout === null ? '' : text(child.stdout)])
  return { code, output }
}

function shout(message: string): void {
  console.log(`\n!!! ${message}\n`)
}

process.exitCode = await main(process.argv.slice(2))
