/**
 * A proxy in front, or a client, keeps connections for a minute or so and sends on one that it takes for open; Node closes it after
 * five seconds, sometimes at that very moment, and the request is lost with "connection reset". So ours stay open longer than theirs.
 */
export const listening = { keepAliveTimeout: 75_000, headersTimeout: 80_000 } as const
