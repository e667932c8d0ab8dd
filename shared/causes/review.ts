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
  anomaly: {
    classes: ['review'],
    mendedIn: 'event',
    title: 'It is out of the ordinary',
    meaning:
      'A quantity, price, discount, tax or a second order differs from what this shop usually has, and you want to look first.',
    reasons: ['A slip of the hand in the storefront, e.g. 500 pieces instead of 5.', 'It is right, and only unusual.'],
    remedy:
      'Look at the order. Approve it where it is right; correct it in the storefront or dismiss it where it is not.',
  },
  proposed_change: {
    classes: ['review'],
    mendedIn: 'event',
    title: 'A change is proposed',
    meaning: 'A field changed on the side that is not its record, and you want to be asked.',
    reasons: ['Somebody edited the record in the other system.'],
    remedy: 'Approve it to write it to the other side, or reject it to leave things as they are.',
  },
  not_for_sale: {
    classes: ['review'],
    mendedIn: 'odoo',
    title: 'A product is not for sale',
    meaning: 'The storefront sold a product that may not be sold in Odoo.',
    reasons: ['The product was taken off sale in Odoo only.', 'The storefront still shows an old product.'],
    remedy:
      'Let the product be sold in Odoo, or agree on another one with the customer, and replay; or approve the order as it is.',
  },
  customer_on_hold: {
    classes: ['review'],
    mendedIn: 'odoo',
    title: 'The customer is on hold in Odoo',
    meaning: 'Somebody ticked Storefront Hold on the customer in Odoo, and the order is not paid.',
    reasons: ['Unpaid invoices.', 'A person is to look at what this customer orders on account.'],
    remedy:
      'Wait for the payment, or take the hold off the customer in Odoo, and replay; or approve the order all the same.',
  },
  customer_warning: {
    classes: ['review'],
    mendedIn: 'odoo',
    title: 'The customer has a sales warning',
    meaning: 'Somebody wrote a sales warning on the customer in Odoo.',
    reasons: ['Unpaid invoices.', 'An agreement that sales should know of.'],
    remedy:
      'Settle what the warning says, take it off the customer in Odoo, and replay; or approve the order all the same.',
  },
  credit_limit: {
    classes: ['review'],
    mendedIn: 'odoo',
    title: 'The credit limit would be exceeded',
    meaning: 'With this order the customer would owe more than the credit limit in Odoo.',
    reasons: ['Invoices are not paid yet.', 'The limit is lower than what the customer usually orders.'],
    remedy: 'Wait for a payment, or raise the credit limit in Odoo, and replay; or approve this order.',
  },
  duplicate_reference: {
    classes: ['review'],
    mendedIn: 'odoo',
    title: 'A purchase order number is used twice',
    meaning: 'The same customer has used the same purchase order number on another order.',
    reasons: ['The customer ordered twice by mistake.', 'One number stands for several orders at this customer.'],
    remedy:
      'Ask the customer which order is meant; approve this one if both are, else cancel the other one in Odoo and replay, or dismiss this one.',
  },
  minimum_quantity: {
    classes: ['review'],
    mendedIn: 'event',
    title: 'Less is ordered than the minimum',
    meaning: 'The order has less of a product than your table of minimum quantities asks for.',
    reasons: ['The storefront does not know the minimum.', 'The customer agreed on a smaller quantity with somebody.'],
    remedy: 'Approve it where the quantity is agreed on; else correct the table and replay, or reject it.',
  },
  not_editable: {
    classes: ['review', 'correct'],
    mendedIn: 'odoo',
    title: 'Odoo can no longer change it',
    meaning: 'The order changed in the storefront in a way that Odoo does not allow any more.',
    reasons: [
      'The order is locked or cancelled in Odoo.',
      'It belongs to another customer now.',
      'A registered payment has another amount.',
    ],
    remedy: 'Change the order in Odoo by hand, or cancel it, and close this.',
  },
  status_conflict: {
    classes: ['review'],
    mendedIn: 'event',
    title: 'The order stands differently on both sides',
    meaning: "The storefront refuses the order's status in Odoo, because the order has gone another way there.",
    reasons: [
      'Odoo cancelled an order that the storefront had completed.',
      'The shop set the order to shipped by hand, before Odoo delivered it.',
    ],
    remedy: 'Set the order right on the side that is wrong, then replay or dismiss.',
  },
  already_delivered: {
    classes: ['review', 'correct'],
    mendedIn: 'odoo',
    title: 'Already delivered in Odoo',
    meaning: 'The storefront cancelled the order, or took goods off it, after Odoo had delivered them.',
    reasons: ['The cancellation came too late.', 'The parcel was refused and the order cancelled instead of returned.'],
    remedy: 'Take the goods back in Odoo by a return, and close this.',
  },
  already_invoiced: {
    classes: ['review', 'correct'],
    mendedIn: 'odoo',
    title: 'Already invoiced in Odoo',
    meaning: 'The storefront cancelled or changed what a posted invoice in Odoo states.',
    reasons: ['The change came after the invoice.', 'Orders are invoiced automatically as soon as they are confirmed.'],
    remedy: 'Correct the invoice in Odoo by a credit note, and close this.',
  },
  not_delivered: {
    classes: ['review', 'correct'],
    mendedIn: 'odoo',
    title: 'More would come back than was delivered',
    meaning: 'A return names goods that Odoo has not delivered, or that came back already.',
    reasons: ['The delivery is not validated in Odoo yet.', 'The goods came back with another return.'],
    remedy: 'Validate the delivery in Odoo, or correct the return in the storefront, and replay.',
  },
  not_invoiced: {
    classes: ['review', 'correct'],
    mendedIn: 'odoo',
    title: 'The goods are on no invoice',
    meaning: 'A refund concerns goods that no posted invoice in Odoo states, or that were credited already.',
    reasons: ['Only a part of the order was invoiced.', 'Somebody made the credit note by hand.'],
    remedy: 'Make the credit note in Odoo by hand where one is due, and close this.',
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
