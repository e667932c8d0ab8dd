import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import express from 'express'
import request from 'supertest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { panelFiles } from '../../clarity-extension/http/panel-files.ts'
import { secureHeaders } from '../../clarity-extension/http/security.ts'

const script = `export const words = ${JSON.stringify('as it is '.repeat(500))}\n`
let dist: string
beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), 'panel-files-'))
  await mkdir(join(dist, 'assets'))
  for (const [name, content] of Object.entries({
    'page-1.js': script,
    'page-1.js.br': brotliCompressSync(script),
    'page-1.js.gz': gzipSync(script),
    'plain-1.js': script,
  }))
    await writeFile(join(dist, 'assets', name), content)
})
afterAll(() => rm(dist, { recursive: true }))

const ask = (name: string, encoding: string) =>
  request(express().use('/admin', panelFiles(dist)))
    .get(`/admin/assets/${name}`)
    .set('accept-encoding', encoding)

it.each([
  ['gzip, deflate, br', 'br'],
  ['gzip', 'gzip'],
])('sends what was compressed at the build to who takes %s', async (accepted, encoding) => {
  const answer = await ask('page-1.js', accepted)
  expect(answer.status).toBe(200)
  expect(answer.headers).toMatchObject({
    'content-encoding': encoding,
    'content-type': expect.stringContaining('javascript'),
    'cache-control': expect.stringContaining('immutable'),
    vary: expect.stringContaining('Accept-Encoding'),
  })
  expect(Number(answer.headers['content-length'])).toBeLessThan(200)
  expect(answer.text).toBe(script)
})

it('sends a file as it is to who takes nothing else, and what was not compressed all the same', async () => {
  const plain = await ask('page-1.js', 'identity')
  expect([plain.headers['content-encoding'], plain.text]).toEqual([undefined, script])
  const other = await ask('plain-1.js', 'br')
  expect([other.status, other.headers['content-type'], other.text]).toEqual([
    200,
    expect.stringContaining('javascript'),
    script,
  ])
  expect((await ask('../index.html', 'br')).status).toBe(404)
})

it('tells the page whether a session came with the request, and gives it a nonce of its own', async () => {
  await writeFile(join(dist, 'index.html'), '<html data-session="__SESSION__"><script nonce="__CSP_NONCE__"></script>')
  const app = express().use(...secureHeaders(() => []), panelFiles(dist))
  const page = async (cookie: string) => (await request(app).get('/activity').set('cookie', cookie)).text
  expect(await page('other=1')).toContain('data-session="none"')
  const signedIn = await page('other=1; bridge_session=a.b.c')
  expect(signedIn).toContain('data-session="kept"')
  expect(signedIn).not.toContain('a.b.c')
  expect(signedIn).toMatch(/nonce="[\w+/]{22}=="/)
})
