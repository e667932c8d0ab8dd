import { ApiError, type Schemas } from '../api.ts'
import { complain } from './toast.tsx'

/** Where somebody else changed the mapping meanwhile, both ways are laid beside each other; all else is complained of. */
export const mergeOrComplain =
  (onConflict: (merge: Schemas['MappingMerge']) => void) =>
  (error: unknown): void => {
    const merge = error instanceof ApiError ? error.problem?.merge : undefined
    if (merge) onConflict(merge)
    else complain(error)
  }
