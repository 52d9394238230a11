import { throws } from "node:assert/strict";
import { FREE_BYTES_PER_ROW, requireRoom } from "./room_for_history.ts";
import { UnfitMachineError } from "./scenario.ts";

Deno.test("requireRoom() throws UnfitMachineError for a byte too little", () => {
  const needed = { rows: 20_000_000, folder: "/tmp/data" };
  const freeBytes = needed.rows * FREE_BYTES_PER_ROW;
  requireRoom({ ...needed, freeBytes });
  throws(
    () => requireRoom({ ...needed, freeBytes: freeBytes - 1 }),
    new UnfitMachineError(
      'Cannot make a history of 20,000,000 rows as the disk of "/tmp/data" must have 30.0 GB ' +
        "free: it has 30.0 GB; make room there, or name a folder on a larger disk in TMPDIR",
    ),
  );
});
