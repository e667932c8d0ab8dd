/** An error as Odoo tells it over the wire: the Python class by name, its message, the HTTP status `/json/2` gives it. */
export class OdooError extends Error {
  override readonly name: string
  readonly status: number

  constructor(name: keyof typeof STATUS, message: string) {
    super(message)
    this.name = name
    this.status = STATUS[name]
  }
}

/** What a real Odoo could and the stand-in cannot: said aloud, never half done. */
export const beyondStandIn = (what: string): OdooError =>
  new OdooError('builtins.NotImplementedError', `The Odoo stand-in ${what}. Use a real Odoo: npm run odoo -- up`)

const STATUS = {
  'odoo.exceptions.UserError': 422,
  'odoo.exceptions.ValidationError': 422,
  'odoo.exceptions.MissingError': 404,
  'werkzeug.exceptions.NotFound': 404,
  'werkzeug.exceptions.Unauthorized': 401,
  'werkzeug.exceptions.BadRequest': 400,
  'werkzeug.exceptions.UnprocessableEntity': 422,
  'builtins.ValueError': 500,
  'builtins.NotImplementedError': 500,
} as const
