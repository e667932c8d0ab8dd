/**
 * Runs inside the sandbox's own JavaScript context, after jsonata and decimal.js, as text: only text crosses its border, so no
 * object of ours (and no constructor of one) is ever within an expression's reach. It has no clock and no chance.
 */
export const inside = `'use strict'
{
  const { jsonata, Decimal } = globalThis
  const compiled = new Map()
  let record, bindings, outcome

  const digits = (value) => new Decimal(value).toFixed()
  const exact = {
    add: (a, b) => new Decimal(a).plus(b).toFixed(),
    subtract: (a, b) => new Decimal(a).minus(b).toFixed(),
    multiply: (a, b) => new Decimal(a).times(b).toFixed(),
    divide: (a, b, places) => new Decimal(a).div(b).toDecimalPlaces(places, 4).toFixed(places),
    roundTo: (a, places) => new Decimal(a).toDecimalPlaces(places, 4).toFixed(places),
    compare: (a, b) => new Decimal(a).comparedTo(b),
    exact: digits,
  }
  const none = (name) => () => { throw new Error('$' + name + ' is not available: an expression gives the same result every time') }

  function compile(text, limits) {
    if (compiled.has(text)) return compiled.get(text)
    const expression = jsonata(text, limits)
    for (const [name, run] of Object.entries(exact)) expression.registerFunction(name, run)
    for (const name of ['now', 'millis', 'random', 'shuffle', 'eval']) expression.registerFunction(name, none(name))
    if (compiled.size >= 500) compiled.clear()
    compiled.set(text, expression)
    return expression
  }

  globalThis.load = (text) => { ({ record, bindings } = JSON.parse(text)) }

  globalThis.start = (text) => {
    outcome = undefined
    const { expression, at, index, limits } = JSON.parse(text)
    const settle = (value) => { outcome = JSON.stringify(value) }
    const fail = (error) => settle({ error: String((error && error.message) || error).slice(0, 300) })
    try {
      const input = at.reduce((value, key) => (value === null || value === undefined ? undefined : value[key]), record)
      compile(expression, limits)
        .evaluate(input, { ...bindings, root: record, index })
        .then((value) => settle({ value: value === undefined ? null : value }))
        .catch(fail)
    } catch (error) {
      fail(error)
    }
  }

  globalThis.take = () => outcome
}`
