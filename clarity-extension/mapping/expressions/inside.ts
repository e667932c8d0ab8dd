/**
 * Runs inside the sandbox's own JavaScript context, after jsonata and decimal.js, as text: only text crosses its border (`inbox`
 * in, `take()` out), so no object of ours, and no constructor of one, is ever within an expression's reach. No clock, no chance.
 */
export const inside = `'use strict'
{
  const { jsonata, Decimal } = globalThis
  const compiled = new Map()
  let outcome

  const exact = {
    add: (a, b) => new Decimal(a).plus(b).toFixed(),
    subtract: (a, b) => new Decimal(a).minus(b).toFixed(),
    multiply: (a, b) => new Decimal(a).times(b).toFixed(),
    divide: (a, b, places) => new Decimal(a).div(b).toDecimalPlaces(places, 4).toFixed(places),
    roundTo: (a, places) => new Decimal(a).toDecimalPlaces(places, 4).toFixed(places),
    compare: (a, b) => new Decimal(a).comparedTo(b),
  }
  const none = (name) => () => { throw new Error('$' + name + ' is not available: an expression gives the same result every time') }

  function compile(text, limits) {
    const known = compiled.get(text)
    if (known) return known
    const expression = jsonata(text, limits)
    for (const [name, run] of Object.entries(exact)) expression.registerFunction(name, run)
    for (const name of ['now', 'millis', 'random', 'shuffle', 'eval']) expression.registerFunction(name, none(name))
    if (compiled.size >= 500) compiled.clear()
    compiled.set(text, expression)
    return expression
  }

  async function runUnit({ record, bindings, jobs }, limits) {
    const results = []
    for (const { expression, at, index } of jobs) {
      try {
        const input = at.reduce((value, key) => (value === null || value === undefined ? undefined : value[key]), record)
        const value = await compile(expression, limits).evaluate(input, { ...bindings, root: record, index })
        results.push({ value: value === undefined ? null : value })
      } catch (error) {
        results.push({ error: String((error && error.message) || error).slice(0, 300) })
      }
    }
    return results
  }

  // Record by record: what one was read into is gone before the next is.
  async function run([limits, ...units]) {
    const known = JSON.parse(limits)
    const results = []
    for (const unit of units) results.push(JSON.stringify(await runUnit(JSON.parse(unit), known)))
    return '[' + results.join(',') + ']'
  }

  globalThis.start = () => {
    outcome = undefined
    const lines = globalThis.inbox.split('\\n')
    globalThis.inbox = undefined
    run(lines).then((text) => { outcome = text }, (error) => { outcome = '"' + typeof error + '"' })
  }
  globalThis.take = () => outcome
}`
