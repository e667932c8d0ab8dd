import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { readConfig } from '../../clarity-extension/config.ts'
import manifest from '../../package.json' with { type: 'json' }

const dockerfile = readFileSync('Dockerfile', 'utf8')
const compose = z
  .object({
    services: z.object({
      bridge: z.looseObject({ environment: z.record(z.string(), z.string()), read_only: z.literal(true) }),
    }),
  })
  .parse(parse(readFileSync('compose.yaml', 'utf8')))
const objects = parseAllDocuments(readFileSync('ops/kubernetes.yaml', 'utf8')).map((document) => document.toJS())

describe('the container files', () => {
  it('start the program with the words of npm start', () => {
    const words = manifest.scripts.start.split(' ')
    const command = z.array(z.string()).parse(JSON.parse(/^CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? ''))
    expect(command).toEqual(words.filter((word) => !/^[A-Z_]+=/.test(word)))
    for (const word of words.filter((word) => /^[A-Z_]+=/.test(word))) expect(dockerfile).toContain(word)
  })

  it('set only what the bridge reads', () => {
    const set = Object.fromEntries(
      (/^ENV (.*)$/m.exec(dockerfile)?.[1] ?? '').split(' ').map((word) => word.split('=')),
    )
    expect(readConfig({ ...set, ...compose.services.bridge.environment })).toMatchObject({
      config: {
        port: 4000,
        host: '0.0.0.0',
        dataDir: '/data',
        databaseUrl: expect.stringContaining('@postgres:5432/bridge'),
      },
    })
  })

  it('never run as root, nor with a disk that can be written', () => {
    expect(/^USER (\S+)$/m.exec(dockerfile)?.[1]).toBe('10001:10001')
    const [deployment] = objects
    const { spec } = z
      .object({ spec: z.looseObject({ replicas: z.number(), template: z.object({ spec: z.looseObject({}) }) }) })
      .parse(deployment)
    expect(spec.template.spec).toMatchObject({
      securityContext: { runAsNonRoot: true, runAsUser: 10001 },
      containers: [
        {
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          livenessProbe: { httpGet: { path: '/health/live' } },
          readinessProbe: { httpGet: { path: '/health/ready' } },
          resources: { limits: { memory: '512Mi' } },
        },
      ],
    })
  })

  it('keep one replica while nodes are emptied, and reach all of them by their label', () => {
    const [deployment, budget, service] = objects
    const label = { 'app.kubernetes.io/name': 'clarity-odoo-bridge' }
    expect(deployment).toMatchObject({
      kind: 'Deployment',
      spec: { replicas: 2, template: { metadata: { labels: label } } },
    })
    expect(budget).toMatchObject({
      kind: 'PodDisruptionBudget',
      spec: { minAvailable: 1, selector: { matchLabels: label } },
    })
    expect(service).toMatchObject({ kind: 'Service', spec: { selector: label } })
  })
})

describe('HOST', () => {
  it('is loopback unless somebody says otherwise, and an address', () => {
    expect(readConfig({})).toMatchObject({ config: { host: '127.0.0.1' } })
    expect(readConfig({ HOST: 'everywhere' })).toEqual({
      problems: [expect.stringContaining('HOST must be an IP address, e.g. 0.0.0.0')],
    })
  })
})
