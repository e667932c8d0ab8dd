import pino from 'pino'
import { expect, it } from 'vitest'
import { createReader } from '../../clarity-extension/ledger/reader.ts'

const webhook = { source: 'clarity', webhookId: 'msg_1', payload: Buffer.from('{"name":"Ada"}') } as const

it('a webhook that makes the bridge stumble while it looks at it is a dead letter, and the log says why', () => {
  const lines: string[] = []
  const log = pino({ level: 'error' }, { write: (line) => void lines.push(line) })
  const { taken, read } = createReader({ now: () => 7, log, project: () => undefined }, () => {
    throw new RangeError('a fault of the bridge')
  })
  expect(read(taken(webhook))).toMatchObject({
    ...webhook,
    type: 'unreadable',
    receivedAt: 7,
    fault: { cause: 'unreadable_body', message: 'The body could not be read; the log of the bridge says why.' },
  })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('a fault of the bridge')
  expect(lines[0]).not.toContain('Ada')
})
