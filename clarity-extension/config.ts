import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { isSecret } from '../shared/signature.ts'

/**
 * The only reader of the environment. A side that is not configured is the sandbox's, so that nothing need be set to try it.
 * Every problem is named at once.
 */
export interface Config {
  port: number
  /** Where it listens: loopback, unless a container or a network of its own stands before it. */
  host: string
  dataDir: string
  databaseUrl: string | undefined
  /** Where the storefront reaches this bridge from outside, e.g. `https://bridge.example.com`. */
  publicUrl: string | undefined
  /** Further origins of the storefront's admin, which may open and frame the panel; that of its API always may. */
  adminOrigins: string[]
  clarity: ClarityConfig | 'sandbox'
  odoo: OdooConfig | 'sandbox'
  adminPassword: string
  /** Whether the password was made up for this start, and may be printed. */
  adminPasswordIsNew: boolean
  secretKey: string
  /** A language model that may be asked about mappings; nothing is asked where none is named. */
  assistModel: AssistModel | undefined
  /** Whether the key was made up: it is kept beside the data then. */
  secretKeyIsNew: boolean
  /** Keys that were current before: what was sealed with them is still read, and sealed anew. */
  previousSecretKeys: string[]
  /** Where traces go as OTLP/HTTP; nowhere when not set. */
  otlp: { endpoint: string; headers: Record<string, string> } | undefined
  /** Alerts may be sent into a private network. */
  allowPrivateAlerts: boolean
  logLevel: string
}

export interface AssistModel {
  /** Anything that speaks OpenAI's chat completions, e.g. `http://127.0.0.1:11434/v1`. */
  url: string
  model: string
  key: string | undefined
}

export interface ClarityConfig {
  baseUrl: string
  tokenUrl: string
  clientId: string
  clientSecret: string
  webhookSecrets: string[]
}

export interface OdooConfig {
  url: string
  db: string
  login: string | undefined
  apiKey: string
  transport: 'json2' | 'jsonrpc' | 'auto'
  webhookSecrets: string[]
}

const secrets = (name: string) =>
  z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter(Boolean))
    .refine((all) => all.length > 0 && all.every(isSecret), {
      error: `${name} must be whsec_ followed by base64 of 24 to 64 random bytes (several, separated by a space, during a rotation)`,
    })

const optional = z.string().min(1).optional()
const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  HOST: z.union([z.ipv4(), z.ipv6()], 'HOST must be an IP address, e.g. 0.0.0.0 in a container').default('127.0.0.1'),
  DATA_DIR: z.string().default('data'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'DATABASE_URL must begin with postgresql://')
    .optional(),
  PUBLIC_URL: z.url('PUBLIC_URL must be a URL, e.g. https://bridge.example.com').optional(),
  CLARITY_ADMIN_ORIGINS: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter(Boolean))
    .refine((all) => all.every((one) => URL.canParse(one) && new URL(one).origin === one), {
      error: 'CLARITY_ADMIN_ORIGINS must be origins such as https://admin.example.com, separated by a space',
    })
    .default([]),
  CLARITY_BASE_URL: z.url('CLARITY_BASE_URL must be a URL, e.g. https://shop.example.com/api/v1').optional(),
  CLARITY_TOKEN_URL: z.url('CLARITY_TOKEN_URL must be a URL, e.g. https://shop.example.com/oauth/token').optional(),
  CLARITY_CLIENT_ID: optional,
  CLARITY_CLIENT_SECRET: optional,
  CLARITY_WEBHOOK_SECRET: secrets('CLARITY_WEBHOOK_SECRET').optional(),
  ODOO_URL: z.url('ODOO_URL must be a URL, e.g. https://erp.example.com').optional(),
  ODOO_DB: optional,
  ODOO_LOGIN: optional,
  ODOO_API_KEY: optional,
  ODOO_TRANSPORT: z.enum(['json2', 'jsonrpc', 'auto'], 'ODOO_TRANSPORT must be json2, jsonrpc or auto').default('auto'),
  ODOO_WEBHOOK_SECRET: secrets('ODOO_WEBHOOK_SECRET').optional(),
  ADMIN_PASSWORD: z.string().min(12, 'ADMIN_PASSWORD must have at least 12 characters').optional(),
  SECRET_KEY: z
    .string()
    .min(32, 'SECRET_KEY must have at least 32 characters; make one with: openssl rand -base64 32')
    .optional(),
  ASSIST_MODEL_URL: z.url('ASSIST_MODEL_URL must be a URL, e.g. http://127.0.0.1:11434/v1').optional(),
  ASSIST_MODEL: optional,
  ASSIST_MODEL_KEY: optional,
  SECRET_KEY_PREVIOUS: z
    .string()
    .transform((text) => text.split(/\s+/).filter(Boolean))
    .default([]),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url('OTEL_EXPORTER_OTLP_ENDPOINT must be a URL, e.g. http://collector:4318')
    .optional(),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .regex(
      /^([^=,]+=[^,]*)(,[^=,]+=[^,]*)*$/,
      'OTEL_EXPORTER_OTLP_HEADERS must be name=value, several separated by a comma',
    )
    .transform((text) =>
      Object.fromEntries(
        text.split(',').map((one) => [one.slice(0, one.indexOf('=')).trim(), one.slice(one.indexOf('=') + 1)]),
      ),
    )
    .default({}),
  ALERTS_ALLOW_PRIVATE: z.enum(['true', 'false'], 'ALERTS_ALLOW_PRIVATE must be true or false').default('false'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
})
type Environment = z.infer<typeof environment>

export function readConfig(env: NodeJS.ProcessEnv = process.env): { config: Config } | { problems: string[] } {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(present)
  if (!parsed.success)
    return { problems: parsed.error.issues.map((issue) => named(String(issue.path[0]), issue.message)) }
  const values = parsed.data
  const problems = [
    ...missingOf(values, clarityNames),
    ...missingOf(values, odooNames),
    ...requiredWhenReal(values),
    ...halfModel(values),
    ...loginMissing(values),
  ]
  if (problems.length > 0) return { problems }
  return {
    config: {
      port: values.PORT,
      host: values.HOST,
      dataDir: values.DATA_DIR,
      databaseUrl: values.DATABASE_URL,
      publicUrl: values.PUBLIC_URL,
      adminOrigins: values.CLARITY_ADMIN_ORIGINS,
      clarity: clarityOf(values),
      odoo: odooOf(values),
      adminPassword: values.ADMIN_PASSWORD ?? randomBytes(9).toString('base64url'),
      adminPasswordIsNew: values.ADMIN_PASSWORD === undefined,
      secretKey: values.SECRET_KEY ?? randomBytes(32).toString('base64'),
      assistModel: modelOf(values),
      secretKeyIsNew: values.SECRET_KEY === undefined,
      previousSecretKeys: values.SECRET_KEY_PREVIOUS,
      otlp: values.OTEL_EXPORTER_OTLP_ENDPOINT
        ? { endpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT, headers: values.OTEL_EXPORTER_OTLP_HEADERS }
        : undefined,
      allowPrivateAlerts: values.ALERTS_ALLOW_PRIVATE === 'true',
      logLevel: values.LOG_LEVEL,
    },
  }
}

/** What a log line may show of it. */
export function summary(config: Config): Record<string, string | number> {
  return {
    port: config.port,
    store: config.databaseUrl ? 'PostgreSQL' : `SQLite in ${config.dataDir}`,
    clarity: config.clarity === 'sandbox' ? 'sandbox' : `${config.clarity.baseUrl} as ${config.clarity.clientId}`,
    odoo:
      config.odoo === 'sandbox'
        ? 'stand-in'
        : `${config.odoo.url} database ${config.odoo.db} by ${config.odoo.transport} as ${config.odoo.login ?? 'key owner'}`,
  }
}

const clarityNames = [
  'CLARITY_BASE_URL',
  'CLARITY_TOKEN_URL',
  'CLARITY_CLIENT_ID',
  'CLARITY_CLIENT_SECRET',
  'CLARITY_WEBHOOK_SECRET',
] as const
const odooNames = ['ODOO_URL', 'ODOO_DB', 'ODOO_API_KEY', 'ODOO_WEBHOOK_SECRET'] as const

/** A side is configured wholly or not at all. */
function missingOf(values: Environment, names: readonly (keyof Environment)[]): string[] {
  const given = names.filter((name) => values[name] !== undefined)
  if (given.length === 0) return []
  return names
    .filter((name) => values[name] === undefined)
    .map((name) => `${name} is missing: set it beside ${given.join(', ')}, or none of them to use the sandbox`)
}

/** A made-up password or key is for trying only. */
function requiredWhenReal(values: Environment): string[] {
  if (values.CLARITY_BASE_URL === undefined) return []
  return (['ADMIN_PASSWORD', 'SECRET_KEY'] as const)
    .filter((name) => values[name] === undefined)
    .map((name) => `${name} is missing: it is required with a real storefront`)
}

/** The address alone does not say which model. */
function halfModel({ ASSIST_MODEL_URL, ASSIST_MODEL }: Environment): string[] {
  if ((ASSIST_MODEL_URL === undefined) === (ASSIST_MODEL === undefined)) return []
  return [
    ASSIST_MODEL === undefined
      ? 'ASSIST_MODEL is missing: name the model beside ASSIST_MODEL_URL, or set neither'
      : 'ASSIST_MODEL_URL is missing: set it beside ASSIST_MODEL, or neither',
  ]
}

/** An Odoo before 19 is signed in to by login. */
function loginMissing({ ODOO_URL, ODOO_TRANSPORT, ODOO_LOGIN }: Environment): string[] {
  if (ODOO_URL === undefined || ODOO_TRANSPORT !== 'jsonrpc' || ODOO_LOGIN !== undefined) return []
  return ['ODOO_LOGIN is missing: ODOO_TRANSPORT=jsonrpc signs in by the login of the service user']
}

function modelOf({ ASSIST_MODEL_URL, ASSIST_MODEL, ASSIST_MODEL_KEY }: Environment): Config['assistModel'] {
  return ASSIST_MODEL_URL && ASSIST_MODEL
    ? { url: ASSIST_MODEL_URL, model: ASSIST_MODEL, key: ASSIST_MODEL_KEY }
    : undefined
}

function clarityOf(values: Environment): Config['clarity'] {
  const { CLARITY_BASE_URL, CLARITY_TOKEN_URL, CLARITY_CLIENT_ID, CLARITY_CLIENT_SECRET, CLARITY_WEBHOOK_SECRET } =
    values
  if (
    !CLARITY_BASE_URL ||
    !CLARITY_TOKEN_URL ||
    !CLARITY_CLIENT_ID ||
    !CLARITY_CLIENT_SECRET ||
    !CLARITY_WEBHOOK_SECRET
  )
    return 'sandbox'
  return {
    baseUrl: CLARITY_BASE_URL,
    tokenUrl: CLARITY_TOKEN_URL,
    clientId: CLARITY_CLIENT_ID,
    clientSecret: CLARITY_CLIENT_SECRET,
    webhookSecrets: CLARITY_WEBHOOK_SECRET,
  }
}

function odooOf(values: Environment): Config['odoo'] {
  const { ODOO_URL, ODOO_DB, ODOO_API_KEY, ODOO_WEBHOOK_SECRET } = values
  if (!ODOO_URL || !ODOO_DB || !ODOO_API_KEY || !ODOO_WEBHOOK_SECRET) return 'sandbox'
  return {
    url: ODOO_URL,
    db: ODOO_DB,
    login: values.ODOO_LOGIN,
    apiKey: ODOO_API_KEY,
    transport: values.ODOO_TRANSPORT,
    webhookSecrets: ODOO_WEBHOOK_SECRET,
  }
}

const named = (name: string, message: string): string => (message.includes(name) ? message : `${name}: ${message}`)
