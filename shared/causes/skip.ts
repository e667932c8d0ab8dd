import type { Cause } from './cause.ts'

/** Nothing had to be done; the reason is kept. */
export const skipCauses = {
  unchanged: {
    classes: ['skip'],
    mendedIn: 'itself',
    title: 'Nothing changed',
    meaning: 'The other side already has exactly this.',
    reasons: ['Our own write came back as an event.', 'The event was delivered twice.'],
    remedy: 'Nothing to do.',
  },
  stale: {
    classes: ['skip'],
    mendedIn: 'itself',
    title: 'A newer version came first',
    meaning: 'A newer version of the record has been applied already.',
    reasons: ['Events came in another order than they happened.'],
    remedy: 'Nothing to do.',
  },
  superseded: {
    classes: ['skip'],
    mendedIn: 'itself',
    title: 'A newer event covers it',
    meaning: 'A later event of the same record brought the same and more.',
    reasons: ['A burst of changes to one record.', 'The record was mended and came again.'],
    remedy: 'Nothing to do.',
  },
  switched_off: {
    classes: ['skip'],
    mendedIn: 'settings',
    title: 'Switched off',
    meaning: 'Records of this kind do not travel in this direction now.',
    reasons: ['The merchant switched it off.'],
    remedy: 'Switch it on and replay what was left out, if you want it.',
  },
  not_the_record: {
    classes: ['skip'],
    mendedIn: 'settings',
    title: 'The other side is the record',
    meaning: 'The change comes from the side that is not the record of these fields.',
    reasons: ['Somebody edited the record in the system that does not own it.'],
    remedy: 'Change the record in the system that owns it, or change the owner in the settings.',
  },
  not_for_us: {
    classes: ['skip'],
    mendedIn: 'itself',
    title: 'Not for the bridge',
    meaning: 'The record has nothing to do with the storefront.',
    reasons: ['A transfer that delivers no online order.', 'A product that is not sold online.'],
    remedy: 'Nothing to do.',
  },
} as const satisfies Record<string, Cause>
