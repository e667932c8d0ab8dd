import createClient from 'openapi-fetch'
import type { components, paths } from './schema.d.ts'

export type Schemas = components['schemas']
export type Event = Schemas['Event']
export type Overview = Schemas['Overview']

/** The server's own words for what went wrong and what to do. */
export class ApiError extends Error {
  readonly problem: Schemas['Problem'] | undefined

  constructor(problem?: Schemas['Problem']) {
    super(problem?.detail ?? 'no answer')
    this.problem = problem
  }
}

declare global {
  interface Window {
    /** Answers that public/early.js asked for, by path. */
    early?: Record<string, Promise<Response>>
  }
}

export const api = createClient<paths>({ baseUrl: '/api', fetch: (request) => early(request) ?? fetch(request) })

/** Each is taken once: what is asked later wants to know what is true by then. */
function early({ url, method }: Request): Promise<Response> | undefined {
  const { pathname, search } = new URL(url)
  const answer = method === 'GET' && search === '' ? window.early?.[pathname] : undefined
  if (answer) delete window.early?.[pathname]
  return answer
}

let csrfToken = ''
let onSignedOut = () => {}
let onRefused = () => {}

/** What every write carries; known once the session is. */
export const setCsrfToken = (token: string | null): void => {
  csrfToken = token ?? ''
}
/** Called when the server says that the session has ended. */
export const whenSignedOut = (listener: () => void): void => {
  onSignedOut = listener
}

/** Called when the server says that the role is too small: it may be another by now. */
export const whenRefused = (listener: () => void): void => {
  onRefused = listener
}

api.use({
  onRequest({ request }) {
    if (request.method !== 'GET') request.headers.set('X-CSRF-Token', csrfToken)
    return request
  },
})

/** For parameters that openapi-fetch wants said: the middleware above sets the real one. */
export const csrf = { 'X-CSRF-Token': '' }

/** The answer's data, or an ApiError; also when there was no answer at all. */
export async function take<T>(answer: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  const { data, error } = await answer.catch(() => {
    throw new ApiError()
  })
  if (data !== undefined && error === undefined) return data
  const problem = isProblem(error) ? error : undefined
  if (problem?.code === 'not_signed_in') onSignedOut()
  if (problem?.code === 'not_allowed') onRefused()
  throw new ApiError(problem)
}

const isProblem = (error: unknown): error is Schemas['Problem'] =>
  typeof error === 'object' && error !== null && 'code' in error && 'remedy' in error
