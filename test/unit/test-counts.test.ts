import { describe, expect, it } from 'vitest'
import { countOdoo, countVitest, troublesIn } from '../../scripts/test-counts.ts'

const fine = { code: 0, strict: false }
const strict = { code: 0, strict: true }
const report = (changes: object = {}) => ({
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [{ status: 'passed', assertionResults: [{}, {}, {}] }],
  ...changes,
})

describe('what a run of vitest comes to', () => {
  it('is what it reports when all went well', () => {
    expect(countVitest(report(), strict)).toEqual({ passed: 3, failed: 0, skipped: 0 })
  })

  it('takes a file that could not be loaded for a failed test', () => {
    const testResults = [{ status: 'failed', assertionResults: [] }]
    expect(countVitest(report({ testResults }), { code: 1, strict: false })).toMatchObject({ failed: 1 })
  })

  it('takes an error outside of all tests for a failure, and a signal too', () => {
    expect(countVitest(report(), { code: 1, strict: false })).toMatchObject({ passed: 3, failed: 1 })
    expect(countVitest(report(), { code: null, strict: false })).toMatchObject({ failed: 1 })
  })

  it('forgives what was skipped on a desk, not in CI', () => {
    const skipping = report({ numPendingTests: 1, numTodoTests: 1 })
    expect(countVitest(skipping, fine)).toEqual({ passed: 3, failed: 0, skipped: 2 })
    expect(countVitest(skipping, strict)).toEqual({ passed: 3, failed: 2, skipped: 2 })
  })
})

describe('what a run of Odoo’s tests comes to', () => {
  const line = (text: string, level = 'INFO', logger = 'odoo.tests.result') =>
    `2026-11-20 18:18:50,488 28849 ${level} db ${logger}: ${text}`
  const result = (text: string) => line(`${text} tests when loading database 'db'`)

  it('adds up what its runner says', () => {
    expect(countOdoo(result('0 failed, 0 error(s) of 12'), fine)).toEqual({ passed: 12, failed: 0, skipped: 0 })
    expect(countOdoo(result('2 failed, 1 error(s) of 12'), { code: 1, strict: false })).toMatchObject({
      passed: 9,
      failed: 3,
    })
  })

  it('adds up several runs; one that found nothing is a failure', () => {
    const first = result('0 failed, 0 error(s) of 12')
    expect(countOdoo(`${first}\n${result('1 failed, 0 error(s) of 3')}`, fine)).toMatchObject({ passed: 14, failed: 1 })
    expect(countOdoo(`${first}\n${result('0 failed, 0 error(s) of 0')}`, fine)).toMatchObject({ failed: 1 })
  })

  it('takes a runner that found no test, or said nothing, for a failure', () => {
    expect(countOdoo(result('0 failed, 0 error(s) of 0'), fine)).toMatchObject({ passed: 0, failed: 1 })
    expect(countOdoo('Killed', { code: 137, strict: false })).toMatchObject({ passed: 0, failed: 1 })
  })

  it('takes a bad end after good tests for a failure', () => {
    expect(countOdoo(result('0 failed, 0 error(s) of 12'), { code: 1, strict: false })).toMatchObject({ failed: 1 })
  })

  it('sees what was skipped', () => {
    const log = `${line("skipped 'no browser'", 'INFO', 'odoo.addons.clarity_bridge.tests.test_http')}\n${result('0 failed, 0 error(s) of 12')}`
    expect(countOdoo(log, strict)).toEqual({ passed: 11, failed: 1, skipped: 1 })
  })

  it('shows the errors with their tracebacks and nothing else', () => {
    const error = `${line('FAIL: TestApply.test_one', 'ERROR')}\nTraceback\n  AssertionError`
    expect(troublesIn(`${line('loading')}\n${error}\n${line('done')}`)).toBe(error)
  })
})
