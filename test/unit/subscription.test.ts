import { describe, expect, it } from 'vitest'
import type { WebhookEndpoint } from '../../clarity-extension/clarity/webhooks.ts'
import { repairOf } from '../../clarity-extension/sweep/subscription.ts'
import { clarityEventTypes } from '../../shared/events.ts'

const endpoint = (over: Partial<WebhookEndpoint> = {}): WebhookEndpoint => ({
  id: 'wh_1',
  url: 'https://bridge.example.com/webhooks/clarity',
  events: [...clarityEventTypes],
  enabled: true,
  disabledReason: null,
  updatedAt: '2026-11-20T12:00:00Z',
  ...over,
})
const wantedUrl = 'https://bridge.example.com/webhooks/clarity'

describe('the subscription at the storefront', () => {
  it('is left alone when it is right', () => {
    expect(repairOf([endpoint()], { wantedUrl, ours: undefined })).toMatchObject({ change: undefined })
  })

  it('is switched on again and made complete', () => {
    const off = endpoint({ enabled: false, events: ['order.created'] })
    expect(repairOf([off], { wantedUrl, ours: undefined })).toMatchObject({
      change: { enabled: true, events: [...clarityEventTypes] },
    })
  })

  it('is made when there is none', () => {
    expect(repairOf([], { wantedUrl, ours: undefined })).toEqual({ url: wantedUrl })
  })

  it('follows the bridge to another address when it is ours, and never takes another bridge’s', () => {
    const moved = endpoint({ url: 'https://old.example.com/webhooks/clarity' })
    expect(repairOf([moved], { wantedUrl, ours: 'wh_1' })).toMatchObject({ change: { url: wantedUrl } })
    expect(repairOf([moved], { wantedUrl, ours: undefined })).toEqual({ url: wantedUrl })
  })

  it('is known by its path where nobody said the address, if there is only one', () => {
    const off = endpoint({ enabled: false })
    const other = endpoint({ id: 'wh_2', url: 'https://mail.example.com/hooks' })
    expect(repairOf([other, off], { wantedUrl: undefined, ours: undefined })).toMatchObject({
      endpoint: { id: 'wh_1' },
      change: { enabled: true },
    })
    const two = [off, endpoint({ id: 'wh_3', url: 'https://staging.example.com/webhooks/clarity' })]
    expect(repairOf(two, { wantedUrl: undefined, ours: undefined })).toMatchObject({
      missing: expect.stringContaining('PUBLIC_URL'),
    })
    expect(repairOf(two, { wantedUrl: undefined, ours: 'wh_1' })).toMatchObject({ change: { enabled: true } })
  })
})
