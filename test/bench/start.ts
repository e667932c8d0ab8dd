import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execArgv, startEnv } from '../support/as-started.ts'
import { freePort } from '../support/ports.ts'
import { openSandboxStage } from '../support/sandbox-stage.ts'
import { median, ratio } from './figures.ts'

const ROUNDS = 11
const root = join(import.meta.dirname, '../..')

/**
 * From the start of the process, as `npm start` starts it, to /health/ready, which looks at the store and both sides; beside an
 * empty Express app that opens the same store. Both on a store that is there already, compiled before, in interleaved rounds.
 */
export async function run(report: (metric: string, value: number, unit: string) => void): Promise<void> {
  const stage = await openSandboxStage()
  await stage.bridge.stop()
  const folders = await Promise.all(['ours', 'empty'].map((name) => mkdtemp(join(tmpdir(), `bench-start-${name}-`))))
  const [ours = '', empty = ''] = folders
  try {
    const starts = {
      ours: started([join(root, 'scripts/start.js')], { ...stage.env, DATA_DIR: ours }),
      empty: (port: number) => started([join(import.meta.dirname, 'start-empty.ts'), empty, String(port)], {})(port),
    }
    const times = { ours: [] as number[], empty: [] as number[] }
    for (let round = -2; round < ROUNDS; round++)
      for (const which of ['ours', 'empty'] as const) {
        const took = await timed(starts[which])
        if (round >= 0) times[which].push(took)
      }
    report('ready_ms', median(times.ours), 'ms')
    report('empty_ms', median(times.empty), 'ms')
    report('ratio', ratio(times.ours, times.empty), 'x')
  } finally {
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
    await stage.dispose()
  }
}

const started = (args: string[], env: Record<string, string>) => (port: number) =>
  spawn(process.execPath, [...execArgv, ...args], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      ...startEnv,
      NODE_COMPILE_CACHE: join(root, '.cache/bench'),
      ...env,
      PORT: String(port),
    },
    stdio: 'ignore',
  })

/** @returns milliseconds */
async function timed(start: (port: number) => ReturnType<ReturnType<typeof started>>): Promise<number> {
  const port = await freePort()
  const began = performance.now()
  const child = start(port)
  while (!(await isReady(port))) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  const took = performance.now() - began
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
  return took
}

/** By a plain socket: what asks must not take the time that is measured. */
function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /health/ready HTTP/1.0\r\n\r\n'))
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk.toString()
    })
    socket.on('error', () => resolve(false))
    socket.on('close', () => resolve(answer.startsWith('HTTP/1.1 200')))
  })
}
