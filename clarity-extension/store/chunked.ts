/** Bound parameters per statement: SQLite takes 32,766, PostgreSQL 65,535. */
const CHUNK = 5_000

/** Asks for many items in statements of a bounded size. */
export async function chunked<Item, Row>(items: Item[], query: (part: Item[]) => Promise<Row[]>): Promise<Row[]> {
  const rows: Row[] = []
  for (let start = 0; start < items.length; start += CHUNK) {
    rows.push(...(await query(items.slice(start, start + CHUNK))))
  }
  return rows
}
