import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { until } from '../../support/until.ts'

/** Another way to bring orders to Odoo, as its own process. */
export interface Peer {
  /** Where orders are told. */
  url: string
  /** SIGKILL. */
  kill(): Promise<void>
  /** On the data that it had. */
  start(): Promise<void>
  dispose(): Promise<void>
}

/**
 * `documented`: partner looked up or made, order made and confirmed, as each tool's own pages build such a thing. `careful`: it looks
 * for the order first and makes and confirms only what is missing, and the webhook is answered with 2xx only when the order is confirmed.
 */
export type Workflow = 'documented' | 'careful'

/** It cannot be measured here, which says nothing about it. */
export class NotToBeHad extends Error {}

const home = join(import.meta.dirname, '../../../.cache/peers')
const LONGEST_INSTALL_MS = 10 * 60_000

/**
 * From the npm registry into .cache/peers, once; never into our own packages. Without install scripts: what is optional builds there for
 * many minutes, and needs compilers. @param builds packages whose script is needed
 * @returns its folder @throws NotToBeHad
 */
export async function installed(name: string, version: string, builds: string[] = []): Promise<string> {
  const folder = join(home, name)
  if ((await versionIn(folder, name)) === version && existsSync(join(folder, 'complete'))) return folder
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{"private":true}')
  const npm = async (...args: string[]) => {
    const child = spawn('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk
    })
    const late = setTimeout(() => child.kill(), LONGEST_INSTALL_MS)
    const [code] = await once(child, 'close')
    clearTimeout(late)
    if (code !== 0) throw new NotToBeHad(`npm ${args[0]} ended with ${code}: ${said.trim().slice(-300)}`)
  }
  await npm('install', '--ignore-scripts', '--legacy-peer-deps', '--save-exact', `${name}@${version}`)
  if (builds.length > 0) await npm('rebuild', ...builds)
  await writeFile(join(folder, 'complete'), '')
  return folder
}

async function versionIn(folder: string, name: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : z.object({ version: z.string() }).parse(JSON.parse(text)).version
}

/** A process that is killed and started again. @param ready a page that answers once it can be told orders */
export function supervised(
  command: string,
  args: string[],
  env: Record<string, string>,
  ready: () => Promise<boolean>,
) {
  let child: ChildProcess | undefined
  let said = ''
  return {
    async start() {
      // A group of its own: what it starts goes with it.
      const started = spawn(command, args, {
        env: { PATH: process.env.PATH, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      })
      child = started
      for (const out of [started.stdout, started.stderr])
        out.on('data', (chunk: Buffer) => {
          said = (said + chunk).slice(-4_000)
        })
      await until(`${command} to be ready`, async () => {
        if (started.exitCode !== null) throw new NotToBeHad(`it ended with ${started.exitCode}: ${said.slice(-300)}`)
        return ready().catch(() => false)
      })
    },
    async kill() {
      if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      process.kill(-child.pid, 'SIGKILL')
      await ended
    },
  }
}
