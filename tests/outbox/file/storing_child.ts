/** A process of its own that stores reports until it is killed: `storing_child.ts PATH`. */
import { Outbox } from "../../../src/outbox/outbox.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { RecordingTelemetry } from "../../support/recording_telemetry.ts";
import { draftsOf, manyReports, SPACIOUS } from "../outbox_fixture.ts";

const telemetry = new RecordingTelemetry();
const outbox = Outbox.open({ ...SPACIOUS, path: Deno.args[0]!, clock: systemClock, telemetry });
const encoder = new TextEncoder();
for (let round = 1;; round++) {
  const range = outbox.append(draftsOf(manyReports(1 + round * 37 % 300)))!;
  Deno.stdout.writeSync(encoder.encode(`${range.first} ${range.last}\n`));
}
