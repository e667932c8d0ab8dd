/**
 * For `node --import`: the wall clock of this process is off by as many milliseconds as the file CHAOS_CLOCK says, from one
 * moment to the next. Monotonic time and timers are as they were, as when a clock is set.
 */
import { readFileSync } from 'node:fs'

const file = process.env.CHAOS_CLOCK
const Real = Date
let offset = 0

function look() {
  try {
    offset = Number(readFileSync(file, 'utf8')) || 0
  } catch {
    offset = 0
  }
}

if (file) {
  look()
  setInterval(look, 200).unref()
  globalThis.Date = class extends Real {
    constructor(...given) {
      if (given.length === 0) super(Real.now() + offset)
      else super(...given)
    }
    static now() {
      return Real.now() + offset
    }
  }
}
