/** The room that a made history takes on the disk of its server. */
import { UnfitMachineError } from "./scenario.ts";

/**
 * Of a row with its indexes, some 500 bytes, as much for the log of its making, the same for what
 * sorting takes meanwhile, and for the reports that wait in Kafka.
 */
export const FREE_BYTES_PER_ROW = 1_500;

/** Throws `UnfitMachineError` where so many rows would fill the disk of the folder. */
export function requireRoom(
  { rows, folder, freeBytes }: {
    readonly rows: number;
    /** Of the server's data. */
    readonly folder: string;
    readonly freeBytes: number;
  },
): void {
  const neededBytes = rows * FREE_BYTES_PER_ROW;
  if (freeBytes >= neededBytes) return;
  throw new UnfitMachineError(
    `Cannot make a history of ${rows.toLocaleString("en")} rows as the disk of "${folder}" must ` +
      `have ${gigabytes(neededBytes)} free: it has ${gigabytes(freeBytes)}; make room there, or ` +
      `name a folder on a larger disk in TMPDIR`,
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
