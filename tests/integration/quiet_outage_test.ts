// Goal: an outage of ten minutes writes under 100 lines, and yet says what is wrong.
import { deepStrictEqual, ok } from "node:assert/strict";
import { eventually } from "../support/waiting.ts";
import { freePort } from "../support/free_port.ts";
import { type LogLine, SitemonProcess } from "../support/sitemon_process.ts";
import { TempFolder } from "../support/temp_folder.ts";

const DEADLINE_MS = 60_000;
const OUTAGE_MINUTES = 10;
const LINES_MAX = 100;
/** With its backoff the relay needs several seconds for these. */
const FAILURES = 4;

/** What a line says, whichever try of whichever broker it is about. */
function causeOf({ thread, category, message }: LogLine): string {
  return `${thread} ${category} ${message.replaceAll(/\d+/g, "0")}`;
}

/** Lines of the outage: those of start and listening come once. */
function outageLines({ logs }: SitemonProcess): LogLine[] {
  return logs.filter(({ category }) => category !== "cli");
}

// Every record of a failure passes a limit of one a minute for its cause (logging_test.ts holds
// that with a clock of its own). So ten minutes write ten times what the first seconds do, if
// nothing is said twice in them.
Deno.test("an outage of Kafka and PostgreSQL says each cause once a minute", async () => {
  using folder = new TempFolder();
  const [dead, other, listen] = [freePort(), freePort(), freePort()];
  const kafka = `kafka: { servers: ['127.0.0.1:${dead}', '127.0.0.1:${other}'], topic: t }`;
  const producerFile = folder.write(
    "producer.yaml",
    `interval: 200ms
log: { format: json }
listen: 127.0.0.1:${listen}
outbox: { path: '${folder.path}/o.db' }
sites: [{ url: 'http://127.0.0.1:${dead}/' }]
${kafka}
`,
  );
  const consumerFile = folder.write(
    "consumer.yaml",
    `log: { format: json }
postgres: { host: 127.0.0.1, port: ${dead}, user: u }
${kafka}
`,
  );
  await using producer = new SitemonProcess(["producer", "-c", producerFile]);
  await using consumer = new SitemonProcess(["consumer", "-c", consumerFile]);
  await eventually(DEADLINE_MS, `${FAILURES} batches that failed`, async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${listen}/metrics`)).text();
    const [, failures] = /^sitemon_publish_failures_total\{.*\} (\d+)$/m.exec(metrics) ?? [];
    return Number(failures) >= FAILURES || undefined;
  });
  for (const process of [producer, consumer]) {
    await process.log("a warning that says what is wrong", ({ level, category }) => {
      return level === "warning" && category !== "cli";
    });
    const lines = outageLines(process);
    const causes = lines.map(causeOf);
    deepStrictEqual(causes.filter((cause, index) => causes.indexOf(cause) !== index), []);
    const inAll = lines.length * OUTAGE_MINUTES;
    ok(inAll < LINES_MAX, `${inAll} lines in ${OUTAGE_MINUTES} minutes:\n${causes.join("\n")}`);
  }
  await producer.stop();
  await consumer.stop();
});
