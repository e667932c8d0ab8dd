import type { Cause } from './cause.ts'

/** Nothing is broken, but a person has to decide. */
export const reviewCauses = {
  totals_differ: {
    classes: ['review'],
    mendedIn: 'event',
    title: 'The totals differ',
    meaning: "Odoo's own computation of the order differs from the storefront's total or tax.",
    reasons: [
      'A tax has another rate in Odoo.',
      'Rounding per line against rounding per document.',
      'A rule maps a discount or fee wrongly.',
    ],
    remedy: 'Compare both computations, then accept the difference or correct taxes and prices.',
  },
  totals_inconsistent: {
    classes: ['review'],
    mendedIn: 'storefront',
    title: "The order's own figures do not add up",
    meaning: "The lines, discounts, shipping and tax of the storefront's order do not sum to its total.",
    reasons: [
      'An extension of the storefront changes totals and not lines.',
      'A fee is part of the total and of no line.',
    ],
    remedy: 'Correct the order in the storefront and replay, or dismiss it and enter the order by hand.',
  },
  rule: {
    classes: ['review'],
    mendedIn: 'event',
    title: 'A rule holds it',
    meaning: 'A mapping rule of yours holds such orders until a person has looked at them.',
    reasons: ['The order meets the condition of the rule, e.g. its amount or its products.'],
    remedy: 'Look at the order, then approve or reject it.',
  },
  proposed_change: {
    classes: ['review'],
    mendedIn: 'event',
    title: 'A change is proposed',
    meaning: 'A field changed on the side that is not its record, and you want to be asked.',
    reasons: ['Somebody edited the record in the other system.'],
    remedy: 'Approve it to write it to the other side, or reject it to leave things as they are.',
  },
  not_editable: {
    classes: ['review', 'correct'],
    mendedIn: 'odoo',
    title: 'Odoo can no longer change it',
    meaning: 'The order changed in the storefront after Odoo had locked, invoiced or delivered it.',
    reasons: ['The shopper or the shop edited a confirmed order.', 'The order is locked in Odoo.'],
    remedy: 'Change the order in Odoo by hand, or cancel it, and close this.',
  },
  already_delivered: {
    classes: ['review', 'correct'],
    mendedIn: 'odoo',
    title: 'Already delivered in Odoo',
    meaning: 'The storefront cancelled the order after Odoo had delivered goods for it.',
    reasons: ['The cancellation came too late.', 'The parcel was refused and the order cancelled instead of returned.'],
    remedy: 'Take the goods back in Odoo by a return, and close this.',
  },
  review: {
    classes: ['review'],
    mendedIn: 'event',
    title: 'Odoo cannot follow the storefront here',
    meaning: 'Odoo refuses to follow the change and says why.',
    reasons: ['A state in Odoo that the storefront does not know.'],
    remedy: 'Decide in Odoo what is right, then approve or reject.',
  },
} as const satisfies Record<string, Cause>
