/** From rows of SQLite, which has no times, booleans or structures, to values of the query port. */
import type { SQLOutputValue } from "node:sqlite";
import { PROPERTY_TYPES } from "../read/query_columns.ts";

export function valuesOf<T>(row: Record<string, SQLOutputValue>): T {
  return Object.fromEntries(
    Object.entries(row).map(([property, cell]) => [property, valueOf(property, cell)]),
  ) as T;
}

/** Tables have times as microseconds since 1970, and views as ISO 8601. */
function valueOf(property: string, cell: SQLOutputValue): unknown {
  if (cell === null) return null;
  switch (PROPERTY_TYPES.get(property)) {
    case "time":
      return new Date(typeof cell === "number" ? cell / 1_000 : cell as string);
    case "structure":
      return JSON.parse(cell as string);
    case "boolean":
      return cell === 1;
    default:
      return cell;
  }
}
