import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import express from 'express'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { HIDDEN, mask } from '../../clarity-extension/http/mask.ts'
import type { ClaimedEvent } from '../../clarity-extension/ledger/types.ts'
import type { Event } from '../../clarity-extension/panel/api.ts'
import { merge } from '../../clarity-extension/panel/merge.ts'
import { filterOf, readSearch } from '../../clarity-extension/panel/search.ts'
import { first } from '../../clarity-extension/panel/words/en/first.ts'
import { metrics } from '../../clarity-extension/watch/metrics.ts'
import { causeOf, causes } from '../../shared/causes.ts'
import { scenario } from '../panel/scenarios.ts'
import { de, en } from '../support/panel-words.ts'

describe('masking', () => {
  const order = {
    number: 'W1001',
    contact: { name: 'Ada', email: 'ada@example.com', phone: null },
    items: [{ sku: 'MUG', name: 'Mug', quantity: '2' }],
    shippingLines: [{ method: 'UPS', name: 'Ground' }],
    shippingAddress: { name: 'Ada', company: 'Byron Ltd', line1: '12 Square', city: 'London', country: 'GB' },
    note: 'Leave it with Ada',
    webhook: { secret: 'whsec_x', apiKey: 'k', nested: [{ access_token: 't' }] },
  }

  it('hides people and secrets, keeps the shape and what a merchant works with', () => {
    expect(mask(order, 'nothing')).toEqual({
      masked: true,
      value: {
        number: 'W1001',
        contact: { name: HIDDEN, email: HIDDEN, phone: null },
        items: [{ sku: 'MUG', name: 'Mug', quantity: '2' }],
        shippingLines: [{ method: 'UPS', name: 'Ground' }],
        shippingAddress: { name: HIDDEN, company: HIDDEN, line1: HIDDEN, city: 'London', country: 'GB' },
        note: HIDDEN,
        webhook: { secret: HIDDEN, apiKey: HIDDEN, nested: [{ access_token: HIDDEN }] },
      },
    })
  })

  it('never shows a secret, also when people are asked for', () => {
    const { value } = mask(order, 'personal')
    expect(value).toMatchObject({
      contact: order.contact,
      note: order.note,
      webhook: { secret: HIDDEN, apiKey: HIDDEN },
    })
  })

  it('says when nothing was hidden', () => {
    expect(mask({ total: '1.00' }, 'nothing')).toEqual({ value: { total: '1.00' }, masked: false })
  })
})

describe('words', () => {
  const keysOf = (value: object, path = ''): string[] =>
    Object.entries(value).flatMap(([key, inner]) =>
      typeof inner === 'string' ? [`${path}${key}`] : keysOf(inner, `${path}${key}.`),
    )
  const shared = (words: typeof en | typeof de) =>
    keysOf(words).filter((key) => !/^(meaning|remedy|refusal)\./.test(key))
  const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)/g)].map((match) => match[1]).sort()
  const at = (words: object, key: string): string => {
    const parts =
      key.startsWith('type.') || key.startsWith('cause.')
        ? [key.split('.')[0] ?? '', key.slice(key.indexOf('.') + 1)]
        : key.split('.')
    const found = parts.reduce<unknown>((value, part) => Reflect.get(Object(value), part), words)
    return String(found)
  }

  it('are the same in every language, with the same placeholders', () => {
    expect(shared(de).sort()).toEqual(shared(en).sort())
    for (const key of shared(en)) expect(placeholders(at(de, key)), key).toEqual(placeholders(at(en, key)))
  })

  it('tell every refusal of the panel in German, too', () => {
    const http = join(import.meta.dirname, '../../clarity-extension/http')
    // Told to programs, or on pages that are no part of the panel.
    const others =
      /^(encoded_body|unread_body|link_expired|no_such_document|not_printed|not_stored|panel_not_built|no_such_cause|internal)$/
    const codes = readdirSync(http)
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => [...readFileSync(join(http, name), 'utf8').matchAll(/new Refusal\(\s*\d+,\s*'(\w+)'/g)])
      .map(([, code = '']) => code)
    expect(codes.length).toBeGreaterThan(40)
    expect(codes.filter((code) => !others.test(code) && !(code in de.refusal))).toEqual([])
  })

  it('are there for every key that the panel uses', () => {
    const root = join(import.meta.dirname, '../../clarity-extension/panel')
    const files = globSync('**/*.{ts,tsx}', { cwd: root, exclude: (name) => name === 'dist' })
    const known = new Set(keysOf(en).flatMap((key) => [key, key.replace(/_(zero|one|other)$/, '')]))
    const used = files.flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/\bt\(\s*'([^']+)'/g)].map((match) => `${match[1]}`),
    )
    expect(used.length).toBeGreaterThan(100)
    expect([...new Set(used)].filter((key) => !known.has(key))).toEqual([])
  })

  it('are in the first file for all that the first file says', () => {
    const root = join(import.meta.dirname, '../../clarity-extension/panel')
    const texts = new Map<string, string>()
    const read = (file: string): void => {
      if (texts.has(file) || !/\.tsx?$/.test(file)) return
      const text = readFileSync(file, 'utf8')
      texts.set(file, text)
      for (const [, path = ''] of text.matchAll(/^(?:import|\} from|export .* from)(?! type).*'(\.[^']+)'$/gm))
        read(join(file, '..', path))
    }
    read(join(root, 'main.tsx'))
    const here = new Set(keysOf(first).map((key) => key.replace(/_(zero|one|other)$/, '')))
    const isHere = (key: string) =>
      [...here].some((known) => (key.endsWith('.') ? known.startsWith(key) : known === key))
    const used = [...texts.values()].flatMap((text) =>
      [...text.matchAll(/\bt\(\s*(?:'([^']+)'|`([^`$]+)\$)/g)].map(([, key, start]) => key ?? start ?? ''),
    )
    expect(texts.size).toBeGreaterThan(30)
    expect(used.length).toBeGreaterThan(50)
    // What a server refuses, it says in English itself; by then another language's words are there.
    expect([...new Set(used)].filter((key) => !isHere(key) && key !== 'refusal.')).toEqual([])
  })

  it('name every cause of the catalogue, and what to do about it', () => {
    const needsPerson = Object.entries(causes).filter(([, { classes }]) => !classes.every((one) => one === 'skip'))
    expect(Object.keys(causes).filter((code) => !(code in en.cause))).toEqual([])
    expect(needsPerson.map(([code]) => code).filter((code) => !(code in de.remedy && code in de.meaning))).toEqual([])
    expect(Object.keys(en.cause).filter((code) => causeOf(code) === undefined)).toEqual([])
    const told = [...Object.keys(de.remedy), ...Object.keys(de.meaning)]
    expect(told.filter((code) => causeOf(code) === undefined)).toEqual([])
  })
})

describe('what the live stream brings', () => {
  const row = (id: number, change: Partial<Event> = {}): Event => ({
    id: String(id),
    source: 'clarity',
    type: 'order.created',
    lane: `order:${id}`,
    subject: `#${id}`,
    state: 'done',
    attempts: 1,
    receivedAt: '2026-11-20T12:00:00.000Z',
    dueAt: null,
    settledAt: null,
    cause: null,
    message: null,
    traceId: '0'.repeat(32),
    ...change,
  })
  const pages = {
    pageParams: ['', '8'],
    pages: [
      { items: [row(9), row(8)], nextCursor: '8' },
      { items: [row(7)], nextCursor: null },
    ],
  }
  const ids = (merged: typeof pages) => merged.pages.map((page) => page.items.map((item) => `${item.id} ${item.state}`))

  it('changes known rows in their place, also where the filter would no longer find them', () => {
    expect(ids(merge(pages, { state: ['done'] }, [row(7, { state: 'ready' })]))).toEqual([
      ['9 done', '8 done'],
      ['7 ready'],
    ])
  })

  it('puts new rows on top, newest first, where the filter lets them', () => {
    const news = [row(10), row(12, { state: 'dead' }), row(11, { subject: 'MUG' })]
    expect(ids(merge(pages, {}, news))[0]).toEqual(['12 dead', '11 done', '10 done', '9 done', '8 done'])
    expect(ids(merge(pages, { state: ['dead'] }, news))[0]).toEqual(['12 dead', '9 done', '8 done'])
    expect(ids(merge(pages, { q: 'mu' }, news))[0]).toEqual(['11 done', '9 done', '8 done'])
    expect(ids(merge(pages, { type: 'stock.changed' }, news))[0]).toEqual(['9 done', '8 done'])
  })
})

describe('the address of a list', () => {
  it('holds the filter and nothing it does not know', () => {
    expect(readSearch({ show: 'failed', type: '', q: 1042, cause: 'timeout', evil: 1 })).toEqual({
      show: 'failed',
      q: '1042',
      cause: 'timeout',
    })
    expect(readSearch({ show: 'toString', q: '  ' })).toEqual({})
    expect(filterOf({ show: 'open', q: 'x' })).toEqual({ state: ['ready', 'running'], q: 'x' })
  })
})

describe('metrics', () => {
  it('count what the ledger tells and gauge what it holds', async () => {
    const watch = metrics(scenario('failing', Date.now), undefined, () => false)
    const event: ClaimedEvent = {
      id: 1,
      source: 'clarity',
      webhookId: 'msg_1',
      type: 'order.created',
      lane: 'order:1',
      subject: '#1',
      priority: 0,
      payload: Buffer.from('{}'),
      corrected: false,
      approved: false,
      approvals: [],
      receivedAt: Date.now() - 300,
      attempt: 1,
      traceId: '0'.repeat(32),
      epoch: 1,
      signal: new AbortController().signal,
    }
    watch.observe({ fact: 'accepted', source: 'clarity', type: 'order.created', count: 3 })
    watch.observe({ fact: 'settled', event, to: 'done', outcome: 'done', cause: null, durationMs: 120, steps: [] })
    watch.observe({
      fact: 'settled',
      event,
      to: 'dead',
      outcome: 'correct',
      cause: 'unknown_sku',
      durationMs: 7,
      steps: [],
    })
    watch.observe({ fact: 'lease_lost', lane: 'order:1', eventId: 1 })
    const { text } = await request(express().get('/metrics', watch.handler)).get('/metrics').expect(200)
    for (const line of [
      'bridge_events_received_total{source="clarity",type="order.created"} 3',
      'bridge_attempts_settled_total{type="order.created",outcome="done",state="done"} 1',
      'bridge_attempts_settled_total{type="order.created",outcome="correct",state="dead"} 1',
      'bridge_attempt_duration_seconds_bucket{le="0.01",type="order.created",outcome="correct"} 1',
      'bridge_delivery_seconds_count{type="order.created"} 1',
      'bridge_leases_lost_total 1',
      'bridge_events{state="failed"} 10',
      'bridge_events{state="held"} 2',
      'bridge_connection_up{connection="odoo"} 0',
      'bridge_connection_up{connection="clarity"} 1',
      'bridge_leads 0',
    ])
      expect(text).toContain(`${line}\n`)
    expect(text).toMatch(/bridge_nodejs_eventloop_lag_seconds /)
    expect(text).toMatch(/bridge_process_resident_memory_bytes /)
  })
})
