import { mkdirSync } from 'node:fs'
import { pino } from 'pino'
import { startBridge } from './compose.ts'
import { type Config, readConfig, summary } from './config.ts'
import { keyBeside } from './privacy/key-file.ts'
import { type Sandbox, startSandbox } from './sandbox/start.ts'
import { threadsHaveTheirLimits } from './thread-limits.ts'

/** Reads the configuration, starts what is not configured as a sandbox, then the bridge; ends in the reverse order. */
export async function main(): Promise<void> {
  threadsHaveTheirLimits()
  const read = readConfig()
  if ('problems' in read) {
    process.stderr.write(`The bridge cannot start:\n${read.problems.map((problem) => `  - ${problem}`).join('\n')}\n`)
    process.exit(1)
  }
  const { config: given } = read
  mkdirSync(given.dataDir, { recursive: true })
  const config = given.secretKeyIsNew ? { ...given, secretKey: keyBeside(given.dataDir) } : given
  const log = pino({ level: config.logLevel, redact: ['*.authorization', '*.clientSecret', '*.apiKey', '*.password'] })
  log.info(summary(config), 'starting')

  const sandbox = await startSandbox(config)
  const bridge = await startBridge({ ...config, ...sandbox.sides }, log)
  await sandbox.connect(bridge.url)
  process.stdout.write(banner(config, bridge.url, sandbox))

  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, async () => {
      if (stopping) return
      stopping = true
      log.info({ signal }, 'stopping')
      await bridge.stop()
      await sandbox.stop()
      process.exit(0)
    })
  }
}

function banner({ adminPassword, adminPasswordIsNew }: Config, url: string, { urls }: Sandbox): string {
  const lines = [
    ...(urls.storefront ? [`  Shop        ${urls.storefront}   (its admin: ${urls.storefront}/admin)`] : []),
    ...(urls.odoo ? [`  Odoo        ${urls.odoo}   (a stand-in; npm run odoo -- up brings a real one)`] : []),
    `  Panel       ${url}/admin   user admin, ${adminPasswordIsNew ? `password ${adminPassword}` : 'the password you set'}`,
  ]
  return `\nThe Clarity-Odoo bridge is running.\n\n${lines.join('\n')}\n\n`
}

if (import.meta.main) await main()
