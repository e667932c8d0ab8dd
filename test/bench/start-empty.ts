import express from 'express'
import { openStore } from '../../clarity-extension/store/store.ts'

/** The yardstick of the `start` bench: an Express app that opens the same store and answers one request. */
const [dataDir = '', port = ''] = process.argv.slice(2)
await openStore({ dataDir })
express()
  .get('/health/ready', (_req, res) => void res.json({ ready: true }))
  .listen(Number(port), '127.0.0.1')
