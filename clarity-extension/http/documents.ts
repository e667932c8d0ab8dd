import express, { type RequestHandler, type Response, Router } from 'express'
import { rateLimit } from 'express-rate-limit'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { Answer } from '../../shared/outcome.ts'
import { verifySignature } from '../../shared/signature.ts'
import { DocumentTokens } from './document-token.ts'
import { Refusal, sendProblem } from './problem.ts'

export interface DocumentOptions {
  /** Fetches the PDF from Odoo; null when there is no such invoice of this storefront. */
  invoice(id: string): Promise<Answer<DocumentFile | null>>
  /** The storefront's webhook secrets that are valid now. */
  secrets: () => readonly string[]
  secretKey: string
  log: Pick<Logger, 'warn'>
  /** Unix ms. */
  now?: () => number
}

export interface DocumentFile {
  name: string
  content_type: string
  /** Base64. */
  content: string
}

const LINKS_LIMIT = 4 * 1024
const OPENED_PER_MINUTE = 60

/**
 * The storefront shows an invoice's `pdfUrl` to whom it belongs: its server asks here for a link, signed as it signs its
 * webhooks, and sends the customer there. The link opens that one document for five minutes. Odoo's own address stays hidden.
 *
 * - `POST /documents/links` `{"pdfUrl": …}` -> 201 `{url, expiresAt}`
 * - `GET /documents/invoices/{id}?token=…` -> the PDF
 */
export function documentDoors(options: DocumentOptions): Router {
  const { now = Date.now } = options
  const tokens = new DocumentTokens(options.secretKey)
  const router = Router()
  const raw = express.raw({ type: () => true, limit: LINKS_LIMIT, inflate: false })
  const limit = rateLimit({
    windowMs: 60_000,
    limit: OPENED_PER_MINUTE,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
  })
  router.post('/documents/links', raw, makeLink(options, tokens, now))
  router.get('/documents/invoices/:id', limit, open(options, tokens, now))
  return router
}

const wish = z.object({ pdfUrl: z.url() })
const INVOICE = /\/documents\/invoices\/(\d{1,15})$/

function makeLink({ secrets, log }: DocumentOptions, tokens: DocumentTokens, now: () => number): RequestHandler {
  return (req, res) => {
    const body: Buffer = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0)
    const fault = verifySignature(body, req.headers, secrets(), Math.floor(now() / 1000))
    if (fault) {
      log.warn({ door: 'documents', fault }, 'document link refused')
      const remedy = 'Sign the request with the webhook secret, as the webhooks are signed.'
      return sendProblem(res, new Refusal(401, fault, 'The request is not signed by the storefront.', remedy))
    }
    const url = pdfUrlOf(body)
    const id = url && INVOICE.exec(url.pathname)?.[1]
    if (!url || !id) {
      const remedy = 'Send {"pdfUrl": …} as the bridge wrote it to the invoice.'
      return sendProblem(res, new Refusal(400, 'invalid_request', 'pdfUrl: is no address of a document here.', remedy))
    }
    const { token, expiresAt } = tokens.issue(`invoices/${id}`, now())
    url.search = new URLSearchParams({ token }).toString()
    res.status(201).json({ url: url.href, expiresAt: expiresAt.toISOString() })
  }
}

function pdfUrlOf(body: Buffer): URL | undefined {
  try {
    return new URL(wish.parse(JSON.parse(body.toString('utf8'))).pdfUrl)
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined
    throw error
  }
}

function open({ invoice }: DocumentOptions, tokens: DocumentTokens, now: () => number): RequestHandler {
  return async (req, res) => {
    const id = String(req.params.id)
    const token = typeof req.query.token === 'string' ? req.query.token : ''
    if (!tokens.opens(token, `invoices/${id}`, now())) {
      const remedy = 'Open the invoice in the shop again; a link works for five minutes.'
      return sendProblem(res, new Refusal(403, 'link_expired', 'This link does not open this document.', remedy))
    }
    const answer = await invoice(id)
    if (!answer.ok) return sendProblem(res, unavailable(answer.outcome.kind))
    if (!answer.value) {
      return sendProblem(res, new Refusal(404, 'no_such_document', 'There is no such invoice.', 'Ask the shop.'))
    }
    sendFile(res, answer.value)
  }
}

function unavailable(kind: string): Refusal {
  if (kind === 'correct') {
    return new Refusal(
      502,
      'not_printed',
      'Odoo could not print this invoice.',
      'Install wkhtmltopdf on the server of Odoo.',
    )
  }
  return new Refusal(503, 'odoo_away', 'The invoice cannot be fetched now.', 'Try again in a few minutes.', 60)
}

function sendFile(res: Response, { name, content_type, content }: DocumentFile): void {
  res.set({
    'Content-Type': content_type,
    'Content-Disposition': `inline; filename*=UTF-8''${encodeURIComponent(name)}`,
    'Cache-Control': 'private, no-store',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  })
  res.send(Buffer.from(content, 'base64'))
}
