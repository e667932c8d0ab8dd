import type { Cause } from './cause.ts'

/** The far side refuses us as a whole: the connection pauses, no attempt is burnt, everything resumes when it is mended. */
export const connectionCauses = {
  by_hand: {
    classes: ['refused'],
    mendedIn: 'settings',
    title: 'Paused by hand',
    meaning: 'A person paused the connection.',
    reasons: ['Maintenance of the other side.', 'Somebody wanted to look at something before more is written.'],
    remedy: 'Resume it under Connections when the other side is ready.',
  },
  circuit_open: {
    classes: ['refused'],
    mendedIn: 'itself',
    title: 'It does not answer',
    meaning: 'Ten calls in a row got no answer. Nothing more is sent until one is answered.',
    reasons: ['The server is down or restarts.', 'Its database is away.', 'DNS, a firewall or the network changed.'],
    remedy:
      'Start the server or mend the network. The bridge looks every few seconds; deliveries resume by themselves.',
  },
  unauthorized: {
    classes: ['refused'],
    mendedIn: 'settings',
    title: 'The key is not accepted',
    meaning: 'The other side does not accept our key, password or token.',
    reasons: [
      'The API key has expired or was revoked.',
      'The service user was archived or lost its password.',
      'The secret was copied incompletely.',
    ],
    remedy: 'Enter a valid key or client secret under Connections. Deliveries resume by themselves.',
  },
  invalid_client: {
    classes: ['refused'],
    mendedIn: 'settings',
    title: 'The storefront does not know this client',
    meaning: 'The token address refuses the client id or its secret.',
    reasons: [
      'The client was revoked in the storefront.',
      'Its secret was changed there.',
      'Id and secret belong to different clients.',
    ],
    remedy: 'Check the client id and secret under Connections against the storefront. Deliveries resume by themselves.',
  },
  invalid_scope: {
    classes: ['refused'],
    mendedIn: 'storefront',
    title: 'The client may not have these scopes',
    meaning: 'The token address refuses to grant the scopes that the bridge needs.',
    reasons: ['The client was made with fewer scopes.', 'A newer version of the bridge needs one more.'],
    remedy: 'Grant the scopes named in the message to the client in the storefront. Deliveries resume by themselves.',
  },
  forbidden: {
    classes: ['refused'],
    mendedIn: 'storefront',
    title: 'The client lacks a right',
    meaning: 'The storefront knows us and refuses this call.',
    reasons: ['A scope is missing.', 'The client is limited to another store.'],
    remedy: 'Grant the client the missing scope in the storefront. Deliveries resume by themselves.',
  },
  wrong_address: {
    classes: ['refused'],
    mendedIn: 'settings',
    title: 'The address is not right',
    meaning: 'Something answers at the address, but not the API that is expected there.',
    reasons: [
      'The address lacks its prefix, e.g. /api/v1.',
      'The server moved and redirects.',
      'Odoo is older than 19 and needs the protocol jsonrpc.',
    ],
    remedy:
      'Correct the address (for an Odoo before 19 the protocol, too) under Connections. Deliveries resume by themselves.',
  },
  proxy_refused: {
    classes: ['refused'],
    mendedIn: 'settings',
    title: 'A proxy refuses us',
    meaning: 'Something in front of Odoo asks for a sign-in or forbids the request.',
    reasons: [
      'A firewall or an access gateway stands before Odoo.',
      'The address of the extension is not on its list.',
    ],
    remedy: 'Let the extension through the proxy before Odoo. Deliveries resume by themselves.',
  },
  unexpected_answer: {
    classes: ['refused', 'correct'],
    mendedIn: 'settings',
    title: 'Something else answers there',
    meaning: 'The other side answered something that the bridge cannot read.',
    reasons: [
      'The Odoo app and the bridge are of different versions.',
      'A proxy answers in place of the server.',
      'The storefront speaks another dialect.',
    ],
    remedy:
      'Upgrade the app "Clarity Bridge" in Odoo to the version of the bridge; check the address under Connections and any proxy before it. Deliveries resume by themselves.',
  },
  certificate: {
    classes: ['refused'],
    mendedIn: 'settings',
    title: 'The certificate is not trusted',
    meaning: 'The TLS certificate of the other side cannot be verified.',
    reasons: ['It has expired.', 'It is self-signed or from a company-internal issuer.', 'It belongs to another name.'],
    remedy:
      'Renew the certificate of the other side; where your company issues its own, have whoever runs the bridge trust that issuer. Deliveries resume by themselves.',
  },
  wrong_database: {
    classes: ['refused'],
    mendedIn: 'settings',
    title: 'The database is not there',
    meaning: 'Odoo runs, but has no database of this name for us.',
    reasons: ['The name is misspelt.', "The server's dbfilter hides it.", 'It was renamed or dropped.'],
    remedy:
      'Correct the database under Connections, or the dbfilter of the Odoo server. Deliveries resume by themselves.',
  },
  module_missing: {
    classes: ['refused'],
    mendedIn: 'odoo',
    title: 'The Odoo app is not installed',
    meaning: 'The app "Clarity Bridge" is not installed in the database.',
    reasons: ['It was never installed there.', 'The database was restored from before the installation.'],
    remedy: 'Install the app "Clarity Bridge" in Odoo under Apps. Deliveries resume by themselves.',
  },
  module_outdated: {
    classes: ['refused'],
    mendedIn: 'odoo',
    title: 'The Odoo app is too old',
    meaning: 'The app "Clarity Bridge" lacks something that this version of the bridge calls.',
    reasons: ['The bridge was upgraded and the app was not.'],
    remedy: 'Upgrade the app "Clarity Bridge" in Odoo under Apps. Deliveries resume by themselves.',
  },
  access_denied: {
    classes: ['refused', 'correct'],
    mendedIn: 'odoo',
    title: 'The service user lacks a right',
    meaning: 'Odoo knows the service user and refuses it this record or model.',
    reasons: [
      'It does not have the role Service User under Clarity Bridge.',
      'A record rule hides the record, e.g. of another company.',
    ],
    remedy:
      'Give the service user the missing right in Odoo: the role Service User under Clarity Bridge in its user form, or what the message names. Deliveries resume by themselves.',
  },
  missing_right: {
    classes: ['refused'],
    mendedIn: 'odoo',
    title: 'The service user lacks a right',
    meaning: 'The service user of Odoo may not do what the record needs.',
    reasons: ['A group was taken from the service user.', 'An app was installed whose rights it does not have.'],
    remedy:
      'Give the service user the missing right in Odoo: the role Service User under Clarity Bridge in its user form, or what the message names. Deliveries resume by themselves.',
  },
} as const satisfies Record<string, Cause>
