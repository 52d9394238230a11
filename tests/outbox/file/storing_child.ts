/** A process of its own that stores reports until it is killed: `storing_child.ts PATH`. */
import { Outbox } from "../../../src/outbox/outbox.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { draftsOf, manyReports } from "../outbox_fixture.ts";
import { RecordingTelemetry } from "../../support/recording_telemetry.ts";

const outbox = Outbox.open({
  path: Deno.args[0]!,
  bytesMax: 1 << 30,
  rowsMax: 1_000_000,
  freeBytesMin: 0,
  whenFull: "coalesce",
  clock: systemClock,
  telemetry: new RecordingTelemetry(),
});
const encoder = new TextEncoder();
for (let round = 1;; round++) {
  const range = outbox.append(draftsOf(manyReports(1 + round * 37 % 300)))!;
  Deno.stdout.writeSync(encoder.encode(`${range.first} ${range.last}\n`));
}
