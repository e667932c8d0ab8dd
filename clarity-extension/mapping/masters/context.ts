import type { MappingContext } from '../context.ts'
import type { RuleSet } from '../rules.ts'

export interface MasterContext extends MappingContext {
  /** The live rules by name; one that is not there maps as it is delivered. */
  sets?: ReadonlyMap<string, RuleSet>
}
