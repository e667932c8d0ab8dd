import { once } from 'node:events'
import { createServer as createHttp } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { type Notice, send } from '../../clarity-extension/watch/alerts/channels.ts'

const alerts: Notice['alerts'] = ['Odoo refuses us: The key is not accepted', 'The disk is almost full'].map(
  (title, n) => ({
    ...{ key: `k${n}`, rule: 'authentication', severity: 'critical', title, text: 'Enter a valid key.' },
    ...{ url: 'https://bridge.example.com/admin/connections', since: '2026-11-20T12:00:00Z' },
  }),
)
const options = { allowPrivate: true, now: Date.now }

it('an alert goes out by mail: several in one, with what to do and where', async () => {
  const server = await mailServer()
  const to = {
    ...{ id: 'm', kind: 'email' as const, name: 'Ops', enabled: true, host: '127.0.0.1', port: server.port },
    ...{ user: '', password: '', from: 'bridge@example.com', to: ['ann@example.com', 'bob@example.com'] },
  }
  await send(to, { state: 'raised', alerts }, options)
  const { commands, message } = server
  expect(commands).toContain('MAIL FROM:<bridge@example.com>')
  expect(commands.filter((one) => one.startsWith('RCPT'))).toEqual([
    'RCPT TO:<ann@example.com>',
    'RCPT TO:<bob@example.com>',
  ])
  const whole = message().replaceAll('=\r\n', '')
  expect(whole).toMatch(/Subject: \[Clarity-Odoo bridge\] Odoo refuses us: The key is not accepted\s+\(and 1 more\)/)
  for (const part of [
    '- The disk is almost full',
    'Enter a valid key.',
    'https://bridge.example.com/admin/connections',
  ])
    expect(whole).toContain(part)

  // A mail server inside is for who may reach inside.
  await expect(send(to, { state: 'test', alerts }, { ...options, allowPrivate: false })).rejects.toThrow(/private/i)
  await server.stop()
  await expect(send(to, { state: 'test', alerts }, options)).rejects.toThrow()
})

it('an alert goes out to a chat as one message', async () => {
  const got: string[] = []
  const server = createHttp(async (request, response) => {
    got.push(await text(request))
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const to = { id: 'c', kind: 'chat' as const, name: 'Ops', enabled: true, url: `http://127.0.0.1:${port}/hook` }
  await send(to, { state: 'cleared', alerts }, options)
  expect(JSON.parse(got[0] ?? '')).toEqual({
    text: '[Clarity-Odoo bridge] Mended: Odoo refuses us: The key is not accepted (and 1 more)\n- Odoo refuses us: The key is not accepted\n- The disk is almost full',
  })
  server.close()
})

/** As much of RFC 5321 as one message takes. */
async function mailServer() {
  const commands: string[] = []
  let message = ''
  const server = createServer((socket) => {
    let inMessage = false
    let left = ''
    socket.write('220 mail\r\n')
    socket.on('data', (chunk) => {
      const lines = (left + chunk.toString()).split('\r\n')
      left = lines.pop() ?? ''
      for (const line of lines) {
        if (inMessage && line !== '.') message += `${line}\r\n`
        else if (inMessage) {
          inMessage = false
          socket.write('250 taken\r\n')
        } else {
          commands.push(line)
          inMessage = line === 'DATA'
          socket.write(inMessage ? '354 go on\r\n' : line === 'QUIT' ? '221 bye\r\n' : '250 yes\r\n')
        }
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    commands,
    message: () => message,
    stop: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  }
}
