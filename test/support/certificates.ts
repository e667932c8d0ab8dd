import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** What a server of this machine speaks TLS with. PEM. */
export interface Certificate {
  cert: string
  key: string
}

/** An issuer of one's own: its certificate is what a client is told to trust. */
export interface Authority {
  cert: string
  /** For 127.0.0.1 and localhost. @param until when it ends; the default is tomorrow */
  issue(until?: Date): Certificate
}

const DAY = 24 * 60 * 60_000

export function authority(): Authority {
  const name = 'Issuer of the tests'
  const keys = pair()
  const root = {
    subject: name,
    issuer: name,
    key: keys.publicKey,
    signer: keys.privateKey,
    until: tomorrow(),
    ca: true,
  }
  return {
    cert: certificate(root),
    issue(until = tomorrow()) {
      const own = pair()
      const leaf = { subject: 'localhost', issuer: name, key: own.publicKey, signer: keys.privateKey, until, ca: false }
      return { cert: certificate(leaf), key: pem(own.privateKey) }
    },
  }
}

/** Nobody vouches for it. */
export function selfSigned(): Certificate {
  const own = pair()
  const name = 'localhost'
  const facts = {
    subject: name,
    issuer: name,
    key: own.publicKey,
    signer: own.privateKey,
    until: tomorrow(),
    ca: false,
  }
  return { cert: certificate(facts), key: pem(own.privateKey) }
}

const tomorrow = () => new Date(Date.now() + DAY)
const pair = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString()

interface Facts {
  subject: string
  issuer: string
  key: KeyObject
  signer: KeyObject
  until: Date
  ca: boolean
}

/** X.509 in DER, RFC 5280: written out, because Node makes none and older OpenSSL makes no expired ones. */
function certificate({ subject, issuer, key, signer, until, ca }: Facts): string {
  const algorithm = sequence(ECDSA_SHA256)
  const begins = new Date(Math.min(Date.now(), until.getTime()) - DAY)
  const body = sequence(
    der(0xa0, integer(2)),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    nameOf(issuer),
    sequence(time(begins), time(until)),
    nameOf(subject),
    key.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...(ca ? [isAuthority] : [names]))),
  )
  const signature = sign('sha256', body, signer)
  const whole = sequence(body, algorithm, der(0x03, Buffer.from([0]), signature))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const { length } = body
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}

const sequence = (...parts: Buffer[]) => der(0x30, ...parts)
const integer = (value: number) => der(0x02, Buffer.from([value]))
const oid = (...bytes: number[]) => der(0x06, Buffer.from(bytes))
/** UTCTime: two digits of the year. */
const time = (at: Date) => der(0x17, Buffer.from(`${at.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`))
const nameOf = (text: string) => sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(text)))))
const ECDSA_SHA256 = oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)
const isAuthority = sequence(
  oid(0x55, 0x1d, 0x13),
  der(0x01, Buffer.from([0xff])),
  der(0x04, sequence(der(0x01, Buffer.from([0xff])))),
)
const names = sequence(
  oid(0x55, 0x1d, 0x11),
  der(0x04, sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])))),
)
