import { z } from 'zod'
import type { EventType } from '../../shared/events.ts'
import { amount } from '../../shared/money.ts'
import type { Worth } from './types.ts'

/** Ten-thousandths: every currency's smallest unit is a whole number of them, and sums stay exact in both stores. */
const UNITS = 10_000

const money = z.object({ total: z.string(), currency: z.string().length(3) })
const refund = z.object({ refundAmount: z.string(), currency: z.string().length(3) })

/** What is at stake with an event; undefined where its snapshot does not say. */
export function worthOf(type: EventType, data: unknown): Worth | undefined {
  if (type.startsWith('order.')) {
    const parsed = money.safeParse(data)
    return parsed.success ? unitsOf(parsed.data.total, parsed.data.currency) : undefined
  }
  if (type.startsWith('return.')) {
    const parsed = refund.safeParse(data)
    return parsed.success ? unitsOf(parsed.data.refundAmount, parsed.data.currency) : undefined
  }
  return undefined
}

export const amountOf = (units: number): string => amount(units).div(UNITS).toFixed()

function unitsOf(text: string, currency: string): Worth | undefined {
  if (!/^-?\d{1,11}(\.\d+)?$/.test(text)) return undefined
  return { units: amount(text).times(UNITS).round().toNumber(), currency }
}
