import { procedure } from '../store/procedure.ts'
import type { StockPartsTable } from '../store/schema.ts'
import { statementOfRows } from '../store/statement.ts'

export const saveParts = procedure(
  new URL('./save-parts.ts', import.meta.url),
  'saveParts',
  async (trx, { parts }: { parts: StockPartsTable[] }): Promise<void> => {
    await insertParts(trx, parts)
  },
)

const insertParts = statementOfRows<StockPartsTable, unknown>(
  ['bucket', 'run', 'number', 'side', 'levels'],
  (db, parts) => db.insertInto('stock_parts').values(parts),
)
