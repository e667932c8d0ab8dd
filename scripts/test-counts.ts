/** What a run of tests comes to. Everything that is not plainly a passed test counts against it. */
import { z } from 'zod'

export interface Count {
  passed: number
  failed: number
  skipped: number
}

export interface Ended {
  /** The runner's exit code; null if a signal ended it. */
  code: number | null
  /** Whether a skipped test is a failure. */
  strict: boolean
}

/** Vitest's JSON report. A file that cannot be loaded has no tests to fail; an error outside of all tests shows in the code only. */
export function countVitest(report: unknown, ended: Ended): Count {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = Report.parse(report)
  const unloadable = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  return judge(numPassedTests, numFailedTests + unloadable.length, numPendingTests + numTodoTests, ended)
}

/** Odoo's log, whose runs say `0 failed, 0 error(s) of 12 tests when loading database`. One that says nothing of it has failed. */
export function countOdoo(log: string, ended: Ended): Count {
  const runs = [...log.matchAll(/(\d+) failed, (\d+) error\(s\) of (\d+) tests/g)].map((run) =>
    run.slice(1).map(Number),
  )
  const sum = (place: number) => runs.reduce((all, run) => all + (run[place] ?? 0), 0)
  const [failures, errors, total] = [sum(0), sum(1), sum(2)]
  if (runs.length === 0 || runs.some(([, , tests]) => !tests)) return { passed: 0, failed: 1, skipped: 0 }
  const skipped =
    log.match(/^\S+ \S+ \d+ INFO \S+ odoo\.addons\.clarity_bridge(?:_mrp)?\.tests\.\S+: skipped .*$/gm)?.length ?? 0
  return judge(total - failures - errors - skipped, failures + errors, skipped, ended)
}

/** The log's errors with what follows each of them, without the thousand lines of modules loading. */
export function troublesIn(log: string): string {
  const entries = log.split(/\n(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ )/)
  return entries.filter((entry) => /^\S+ \S+ \d+ (ERROR|CRITICAL)/.test(entry)).join('\n')
}

function judge(passed: number, failed: number, skipped: number, { code, strict }: Ended): Count {
  const against = failed + (strict ? skipped : 0)
  return { passed, failed: code !== 0 && against === 0 ? 1 : against, skipped }
}

const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
})
