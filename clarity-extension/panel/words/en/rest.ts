import { activity } from './activity.ts'
import { anomalies } from './anomalies.ts'
import { attention } from './attention.ts'
import { causes } from './causes.ts'
import { connections } from './connections.ts'
import { entities } from './entities.ts'
import { lookups } from './lookups.ts'
import { mappings } from './mappings.ts'
import { reconciliation } from './reconciliation.ts'
import { settings } from './settings.ts'
import { start } from './start.ts'
import { suggestions } from './suggestions.ts'

/** What comes with the pages after the first. */
export const rest = {
  ...activity,
  ...anomalies,
  ...attention,
  ...causes,
  ...connections,
  ...entities,
  ...lookups,
  ...mappings,
  ...reconciliation,
  ...settings,
  ...start,
  ...suggestions,
}
