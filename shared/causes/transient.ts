import type { Cause } from './cause.ts'

/** Remedies are read when the bridge has given up: until then nobody need do anything. */
const reach =
  'The bridge tried for about a day. Check that the other side runs and can be reached from the extension, then replay.'
const patience = 'The bridge tried for about a day and the other side was never ready for it. Replay when it is.'
const interrupted =
  'The bridge was interrupted each time it tried. See that its server has memory and runs through, then replay.'
const report = 'This is a fault of the bridge. Replay once; if it comes back, report it with the trace id.'

/** Time heals it: tried again with growing delays for about a day, then a dead letter. */
export const transientCauses = {
  lookups_changed: {
    classes: ['retry'],
    mendedIn: 'itself',
    title: 'A value table changed meanwhile',
    meaning: 'Odoo did not know a value, and the table that maps it was changed while it was asked.',
    reasons: ['Somebody saved an entry at that moment.'],
    remedy: 'The table was changed again and again for about a day. Replay when it is as you want it.',
  },
  network: {
    classes: ['retry'],
    mendedIn: 'itself',
    title: 'Not reachable',
    meaning: 'No connection to the other side came about, or it was reset.',
    reasons: ['The server is down or restarts.', 'DNS, a firewall or the network changed.'],
    remedy: reach,
  },
  timeout: {
    classes: ['retry'],
    mendedIn: 'itself',
    title: 'No answer in time',
    meaning:
      'The other side took the request and did not answer in time. It may have done the work; repeating is safe.',
    reasons: ['It is overloaded.', 'One record is unusually large.', 'A lock is held in its database.'],
    remedy: reach,
  },
  server_error: {
    classes: ['retry'],
    mendedIn: 'itself',
    title: 'The other side had an error',
    meaning: 'The other side answered with an error of its own.',
    reasons: [
      'It is being upgraded or restarted.',
      'A fault in an app or extension there.',
      'Its disk or memory is full.',
    ],
    remedy: reach,
  },
  unreadable_answer: {
    classes: ['retry'],
    mendedIn: 'itself',
    title: 'The answer could not be read',
    meaning: 'The other side answered with something else than data, e.g. a page.',
    reasons: ['A proxy answered with a page of its own.', 'The answer was cut off.'],
    remedy: reach,
  },
  database_down: {
    classes: ['retry'],
    mendedIn: 'itself',
    title: "Odoo's database is away",
    meaning: 'Odoo answers, its database does not.',
    reasons: ['PostgreSQL restarts or fails over.', 'A backup or upgrade keeps it busy.'],
    remedy: 'Check that the database of Odoo runs, then replay.',
  },
  throttled: {
    classes: ['retry'],
    mendedIn: 'itself',
    title: 'Asked to slow down',
    meaning: 'The other side asks the bridge to slow down; the bridge waits as long as it says.',
    reasons: ['Its rate limit is lower than what there is to deliver.', 'Another integration uses up the same limit.'],
    remedy: patience,
  },
  busy: {
    classes: ['retry'],
    mendedIn: 'itself',
    title: 'The other side is busy',
    meaning: 'Odoo had no database connection free for us.',
    reasons: ['Too few workers or connections for its load.', 'A long report or import runs.'],
    remedy: patience,
  },
  conflict: {
    classes: ['retry'],
    mendedIn: 'itself',
    title: 'Two changes met',
    meaning: 'Odoo refused the write because another transaction wrote the same record.',
    reasons: ['A person saved the same order.', 'Several orders of one customer came at once.'],
    remedy: patience,
  },
  in_progress: {
    classes: ['retry'],
    mendedIn: 'itself',
    title: 'Still in progress on the other side',
    meaning: 'The storefront still works on an earlier attempt of the same write.',
    reasons: ['The earlier attempt timed out here and goes on there.'],
    remedy: patience,
  },
  stale_version: {
    classes: ['retry'],
    mendedIn: 'itself',
    title: 'Changed in the meantime',
    meaning: 'The record changed between reading and writing it.',
    reasons: ['Somebody edits it in the storefront.'],
    remedy: patience,
  },
  stale_quantity: {
    classes: ['retry'],
    mendedIn: 'itself',
    title: 'Sold in the meantime',
    meaning: 'The storefront has a newer number than the one we counted; it is counted again.',
    reasons: ['An order came in while the stock was being counted.'],
    remedy: patience,
  },
  aborted: {
    classes: ['retry'],
    mendedIn: 'itself',
    title: 'Given up by us',
    meaning: 'The call was given up before it was through.',
    reasons: ['The extension was stopped.', 'The run took longer than it may.'],
    remedy: interrupted,
  },
  lease_lost: {
    classes: ['retry'],
    mendedIn: 'itself',
    title: 'The worker was gone',
    meaning: 'The process that ran the event ended before it was through; another one takes it up.',
    reasons: ['The process was killed or ran out of memory.', 'The machine was asleep.'],
    remedy: interrupted,
  },
  bug: {
    classes: ['retry'],
    mendedIn: 'code',
    title: 'Unexpected error',
    meaning: 'The bridge itself failed. The event is tried again and none is lost.',
    reasons: ['A case that the bridge does not know yet.'],
    remedy: report,
  },
} as const satisfies Record<string, Cause>
