import { randomBytes } from 'node:crypto'
import type { RequestHandler, Response } from 'express'
import helmet from 'helmet'

/**
 * Headers for every answer. Scripts come from our own files only; styles from our files, plus the one style element in
 * which Mantine puts its variables, known by the nonce of this answer.
 * @param frameAncestors origins that may show the panel in a frame (the storefront's admin), e.g. `https://shop.example`
 */
export function secureHeaders(frameAncestors: () => readonly string[]): RequestHandler[] {
  return [
    (_req, res, next) => {
      res.locals.cspNonce = randomBytes(16).toString('base64')
      next()
    },
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'", (_req, res) => `'nonce-${nonceOf(res as Response)}'`],
          imgSrc: ["'self'", 'data:'],
          fontSrc: ["'self'"],
          connectSrc: ["'self'"],
          baseUri: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: [() => frameAncestors().join(' ') || "'none'"],
        },
      },
      // X-Frame-Options knows no list of origins; frame-ancestors says it all, and browsers that know it look at nothing else.
      frameguard: false,
      referrerPolicy: { policy: 'same-origin' },
      crossOriginEmbedderPolicy: false,
    }),
  ]
}

export const nonceOf = (res: Response): string => String(res.locals.cspNonce ?? '')
