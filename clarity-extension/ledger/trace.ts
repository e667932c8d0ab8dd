import { mask } from '../privacy/mask.ts'
import type { TraceStep } from '../store/schema.ts'
import type { Trace } from './types.ts'

export interface TraceLog extends Trace {
  steps: TraceStep[]
}

/** So many steps, characters of one step's data, and characters of all of them are kept; the rest is cut and says so. */
const STEPS = 100
const DATA = 8_000
const TOTAL = 64_000
const SUMMARY = 500

/** @param clock milliseconds; only differences count */
export function createTrace(clock: () => number = () => performance.now()): TraceLog {
  const steps: TraceStep[] = []
  const began = clock()
  let last = began
  let room = TOTAL
  return {
    steps,
    step(name, summary, data) {
      const now = clock()
      const timing = { at: Math.round(last - began), ms: Math.round(now - last) }
      last = now
      if (steps.length > STEPS) return
      if (steps.length === STEPS) {
        steps.push({ step: 'cut', ...timing, summary: `Only the first ${STEPS} steps are kept.` })
        return
      }
      const step: TraceStep = { step: name, ...timing, summary: summary.slice(0, SUMMARY) }
      if (data !== undefined) {
        const kept = bounded(mask(data), Math.min(DATA, room))
        room -= kept.size
        step.data = kept.value
      }
      steps.push(step)
    },
  }
}

function bounded(value: unknown, room: number): { value: unknown; size: number } {
  const text = JSON.stringify(value) ?? 'null'
  if (text.length <= room) return { value, size: text.length }
  const cut = text.slice(0, Math.max(0, room))
  return { value: { cut: `${cut}…`, characters: text.length }, size: cut.length }
}
