import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** An address that a setting names and that the bridge will not talk to. */
export class AddressRefused extends Error {
  override name = 'AddressRefused'
}

/**
 * Two lists: Node holds an IPv4 address to be inside ::ffff:0:0/96.
 * Loopback, private, link-local, shared, multicast, documentation and reserved ranges, and what maps into them: a setting must
 * not reach the machine's own services or a cloud's metadata.
 */
const inside = { v4: new BlockList(), v6: new BlockList() }
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  inside.v4.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  ['2001:db8::', 32],
  ['2002::', 16],
] as const)
  inside.v6.addSubnet(net, prefix, 'ipv6')

export const isPrivate = (address: string): boolean =>
  isIP(address) === 6 ? inside.v6.check(address, 'ipv6') : inside.v4.check(address, 'ipv4')

/** What can be said of an address before anything is looked up. @throws AddressRefused */
export function checkUrl(text: string, allowPrivate: boolean): URL {
  if (!URL.canParse(text)) throw new AddressRefused('This is not an address.')
  const url = new URL(text)
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:'))
    throw new AddressRefused('The address must begin with https://.')
  if (url.username || url.password) throw new AddressRefused('The address must not hold a user or password.')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (!allowPrivate && isIP(host) > 0 && isPrivate(host)) throw refused(host)
  return url
}

/** For `lookup` of a request: the address that was checked is the one that is connected to, whatever DNS says a moment later. */
export const guardedLookup =
  (allowPrivate: boolean): LookupFunction =>
  (host, options, done) => {
    lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '')
      const bad = allowPrivate ? undefined : addresses.find(({ address }) => isPrivate(address))
      const [first] = addresses
      if (bad || !first) return done(refused(host), '')
      if (options.all) return done(null, addresses)
      done(null, first.address, first.family)
    })
  }

const refused = (host: string) =>
  new AddressRefused(
    `${host} lies in a private network. Set ALERTS_ALLOW_PRIVATE=true if the bridge shall send alerts there.`,
  )
