/**
 * `npm test`: everything. `npm test -- unit real`: only these projects, out of unit, flows, contract, real, panel, faults
 * and addon (the addon's own tests, in Odoo's runner).
 *
 * It installs what is missing where it may (root on Debian): PostgreSQL, Chromium, Prometheus and a real Odoo 19 (scripts/odoo.sh).
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
import { chromiumInstalled } from '../test/support/chromium.ts'
import { postgresInstalled, privateCluster } from '../test/support/postgres.ts'
import { prometheusInstalled } from '../test/support/prometheus.ts'
import { type Count, countOdoo, countVitest, troublesIn } from './test-counts.ts'

const root = join(import.meta.dirname, '..')
const strict = process.env.CI === 'true'
const everything = ['unit', 'flows', 'contract', 'real', 'panel', 'faults', 'addon']
const needs: Record<string, readonly string[]> = {
  odoo: ['contract', 'real', 'panel', 'faults', 'addon'],
  chromium: ['panel', 'faults'],
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

  // Beside each other: Odoo's runner is one process, and vitest has moments in which only one of its own has work.
  const addon = possible.includes('addon') ? runAddonTests() : Promise.resolve(undefined)
  const others = await runVitest(possible.filter((name) => name !== 'addon'))
  const counts = [others, told(await addon), { ...none, failed: strict ? missing.length : 0 }]
  if (wasDown) await odoo('down')
  const total = (key: keyof Count) => counts.reduce((sum, count) => sum + count[key], 0)
  if (total('skipped') > 0) shout(`${total('skipped')} tests were skipped.`)
  if (total('passed') === 0) shout('No test passed at all.')
  console.log(`${total('passed')} passed, ${total('failed')} failed`)
  return total('failed') > 0 || total('passed') === 0 ? 1 : 0
}

const none: Count = { passed: 0, failed: 0, skipped: 0 }
let wasDown = false

/** Installs and starts what the projects need. @returns what could not be had */
async function provide(selected: string[]): Promise<string[]> {
  const wants = (part: string) => selected.some((name) => needs[part]?.includes(name))
  const missing: string[] = []
  const prometheus = process.getuid?.() === 0 && selected.includes('contract') && !prometheusInstalled()
  if (wants('odoo')) {
    wasDown = (await odoo('status')).code !== 0
    // One call of apt for all of them: several would wait for each other's lock.
    const also = [
      ...(wants('chromium') && !chromiumInstalled() ? ['chromium'] : []),
      ...(prometheus ? ['prometheus'] : []),
    ].join(' ')
    if ((await odoo('prepare', { ODOO_ALSO_INSTALL: also })).code !== 0) missing.push('odoo')
  }
  if (!postgresInstalled() && !(await install('postgresql'))) missing.push('postgres')
  if (wants('chromium') && !chromiumInstalled() && !(await install('chromium'))) missing.push('chromium')
  if (selected.includes('contract') && !prometheusInstalled() && !(await install('prometheus')))
    missing.push('prometheus')
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
    return countVitest(JSON.parse(await readFile(report, 'utf8')), { code, strict })
  } finally {
    await cluster?.dispose()
    await rm(folder, { recursive: true, force: true })
  }
}

interface AddonTests {
  count: Count
  output: string
}

async function runAddonTests(): Promise<AddonTests> {
  const { code, output } = await odoo('test-addon')
  return { count: countOdoo(output, { code, strict }), output }
}

/** Said when the others are through, so that it does not stand in the middle of what they say. */
function told(tests: AddonTests | undefined): Count {
  if (!tests) return none
  const { count, output } = tests
  console.log("\nThe addon's own tests, in Odoo's runner:")
  if (count.failed > 0) console.log(troublesIn(output) || output.split('\n').slice(-40).join('\n'))
  console.log(`  ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
  return count
}

const odoo = (command: string, env: NodeJS.ProcessEnv = {}) =>
  run('bash', [join(root, 'scripts/odoo.sh'), command], env, 'errors')

async function run(command: string, args: string[], env: NodeJS.ProcessEnv, show: 'all' | 'errors') {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }), ...env },
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
