import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { freePort } from './ports.ts'
import { until } from './until.ts'

/** Debian's package brings both programs; scripts/test.ts installs it. */
const PROMETHEUS = '/usr/bin/prometheus'
const PROMTOOL = '/usr/bin/promtool'

export const prometheusInstalled = (): boolean => existsSync(PROMETHEUS) && existsSync(PROMTOOL)

/** @returns what promtool says and how it ended @param input for its standard input */
export async function promtool(args: string[], input = ''): Promise<{ code: number | null; said: string }> {
  const child = execFile(PROMTOOL, args)
  let said = ''
  child.stdout?.on('data', (text: string) => {
    said += text
  })
  child.stderr?.on('data', (text: string) => {
    said += text
  })
  child.stdin?.end(input)
  const [code] = z
    .tuple([z.number().nullable()])
    .rest(z.unknown())
    .parse(await once(child, 'close'))
  return { code, said }
}

export interface Prometheus {
  /** The series that a query gives now. */
  query(expression: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]>
  /** Every name that was ever scraped. */
  names(): Promise<string[]>
  /** The alert rules it has loaded, with what their evaluation says. */
  rules(): Promise<{ name: string; health: string }[]>
  stop(): Promise<void>
}

/** A Prometheus of one's own on loopback that scrapes one address every second. @param rules a file of alert rules */
export async function startPrometheus(target: string, rules: string): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'clarity-prometheus-'))
  const port = await freePort()
  const { host } = new URL(target)
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [resolve(rules)],
    scrape_configs: [{ job_name: 'bridge', static_configs: [{ targets: [host] }] }],
  }
  // JSON is YAML.
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config))
  const child = spawn(
    PROMETHEUS,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  )
  const base = `http://127.0.0.1:${port}/api/v1`
  const ask = async <T>(path: string, shape: z.ZodType<T>): Promise<T> => {
    const answer = await fetch(`${base}${path}`)
    const body: unknown = await answer.json()
    return z.object({ status: z.literal('success'), data: shape }).parse(body).data
  }
  await until('Prometheus to be ready', () =>
    fetch(`http://127.0.0.1:${port}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
  )
  const series = z.array(
    z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
  )
  return {
    query: async (expression) =>
      (await ask(`/query?query=${encodeURIComponent(expression)}`, z.object({ result: series }))).result,
    names: () => ask('/label/__name__/values', z.array(z.string())),
    rules: async () => {
      const rule = z.object({ name: z.string(), health: z.string() })
      const { groups } = await ask('/rules', z.object({ groups: z.array(z.object({ rules: z.array(rule) })) }))
      return groups.flatMap((group) => group.rules)
    },
    async stop() {
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await exit
      await rm(folder, { recursive: true, force: true })
    },
  }
}
