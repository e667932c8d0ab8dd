import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { program } from '../../scripts/program.ts'
import { execArgv, startEnv } from './as-started.ts'
import { freePort } from './ports.ts'

/** The extension as its own process, as a merchant runs it: tests can kill it and start it again on the same data. */
export interface Bridge {
  url: string
  port: number
  readonly pid: number
  /** Whether the process runs; false also when it ended by itself. */
  readonly alive: boolean
  /** Resident memory now, in MB. */
  rss(): number
  /** SIGKILL, at once. */
  kill(): Promise<void>
  /** SIGTERM, and wait for it to finish what it has begun. */
  stop(): Promise<void>
  start(): Promise<void>
  /** What it printed: the last 200,000 characters. */
  log(): string
  /** Its log lines with this message since an instant (unix ms). */
  logged(msg: string, since: number): unknown[]
}

export async function startBridge(env: Record<string, string>): Promise<Bridge> {
  const port = env.PORT ? Number(env.PORT) : await freePort()
  const url = `http://127.0.0.1:${port}`
  const { main, compileCache } = await program()
  let output = ''
  let child: ChildProcess | undefined

  const bridge: Bridge = {
    url,
    port,
    get pid() {
      return child?.pid ?? 0
    },
    get alive() {
      return child !== undefined && child.exitCode === null && child.signalCode === null
    },
    rss() {
      const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${bridge.pid}/status`, 'utf8'))
      return Number(line?.[1] ?? 0) / 1024
    },
    async start() {
      const started = spawn(process.execPath, [...execArgv, main], {
        env: {
          ...startEnv,
          NODE_COMPILE_CACHE: compileCache,
          PATH: process.env.PATH,
          HOME: process.env.HOME,
          ADMIN_PASSWORD: 'correct horse battery',
          ...env,
          PORT: String(port),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      child = started
      started.stdout?.on('data', (chunk: Buffer) => keep(chunk))
      started.stderr?.on('data', (chunk: Buffer) => keep(chunk))
      while (!(await answers(`${url}/health/live`))) {
        if (started.exitCode !== null)
          throw new Error(`the bridge ended with ${started.exitCode}:\n${output.slice(-4000)}`)
        await new Promise((done) => setTimeout(done, 50))
      }
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    log: () => output,
    logged: (msg, since) =>
      output.split('\n').flatMap((text) => {
        const line = logLine.safeParse(parsed(text)).data
        return line?.msg === msg && line.time >= since ? [line] : []
      }),
  }
  await bridge.start()
  return bridge

  function keep(chunk: Buffer) {
    output = (output + chunk.toString()).slice(-200_000)
  }

  async function end(signal: NodeJS.Signals) {
    const ending = child
    child = undefined
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return
    const exit = once(ending, 'exit')
    ending.kill(signal)
    await exit
  }
}

const logLine = z.looseObject({ msg: z.string(), time: z.number() })

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}
