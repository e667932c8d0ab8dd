import { type Answer, answerOf, silenceOf } from './answer.ts'
import { lookAgain } from './database.ts'
import { NO_DATABASE, SIGN_IN_FAILED } from './names.ts'
import type { Settings } from './options.ts'
import { deadlineOf } from './timeouts.ts'
import type { Send } from './transport.ts'

/** Odoo 19 and later: the request goes as it is, with the key and the database in headers. */
export function json2(settings: Settings): Send {
  return async (request) => {
    const answer = await post(request, settings)
    if (answer.kind === 'page' && answer.status === 404 && answer.text.includes(NO_DATABASE)) return lookAgain(settings)
    // A wrong key is `Unauthorized`. `AccessDenied` is what Odoo makes of any error while it looks the key up, such as a
    // connection to PostgreSQL that was ended (ir.http `_authenticate_explicit`).
    if (answer.kind === 'error' && answer.name === 'odoo.exceptions.AccessDenied')
      return { ...answer, name: SIGN_IN_FAILED }
    return answer
  }
}

async function post(request: Request, settings: Settings): Promise<Answer> {
  const signed = new Request(request, { redirect: 'manual', signal: deadlineOf(request, settings.timeouts) })
  signed.headers.set('authorization', `bearer ${settings.apiKey}`)
  signed.headers.set('x-odoo-database', settings.db)
  try {
    return await answerOf(await settings.fetch(signed))
  } catch (error) {
    return silenceOf(error)
  }
}
