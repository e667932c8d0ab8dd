import { Router } from 'express'
export interface PageParts {
  shop: unknown
  endpoints: unknown
  extension: unknown
  courier: unknown
}
export function pages(_parts: PageParts): Router {
  return Router()
}
