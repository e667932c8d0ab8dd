import type { Migration } from '../migrate.ts'
import { ledger } from './0001_ledger.ts'
import { approvals } from './0002_approvals.ts'
import { audit } from './0003_audit.ts'
import { sweeps } from './0004_sweeps.ts'
import { rules } from './0005_rules.ts'
import { lookups } from './0006_lookups.ts'
import { drifts } from './0007_drifts.ts'
import { assistance } from './0008_assistance.ts'
import { issues } from './0009_issues.ts'
import { reviews } from './0010_reviews.ts'
import { alerts } from './0011_alerts.ts'
import { twins } from './0012_twins.ts'
import { digests } from './0013_digests.ts'
import { spentIds } from './0014_spent_ids.ts'
import { loads } from './0015_loads.ts'
import { users } from './0016_users.ts'
import { lastErrors } from './0017_last_errors.ts'
import { issueIds } from './0018_issue_ids.ts'
import { standing } from './0019_standing.ts'
import { sweepsEndedWell } from './0020_sweeps_ended_well.ts'
import { searchKeys } from './0021_search_keys.ts'
import { held } from './0022_held.ts'
import { persons } from './0023_persons.ts'
import { stockParts } from './0024_stock_parts.ts'
import { demandArrived } from './0025_demand_arrived.ts'
import { arrivals } from './0026_arrivals.ts'
import { sharedArrivals } from './0027_shared_arrivals.ts'

/** In order. Add at the end, never change or remove. */
export const migrations: readonly Migration[] = [
  ledger,
  approvals,
  audit,
  sweeps,
  rules,
  lookups,
  drifts,
  assistance,
  issues,
  reviews,
  alerts,
  twins,
  digests,
  spentIds,
  loads,
  users,
  lastErrors,
  issueIds,
  standing,
  sweepsEndedWell,
  searchKeys,
  held,
  persons,
  stockParts,
  demandArrived,
  arrivals,
  sharedArrivals,
]
