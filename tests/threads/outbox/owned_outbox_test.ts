import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { draftColumns } from "../../../src/outbox/thread/columns.ts";
import { sendLogsTo, stopLogging } from "../../../src/runtime/telemetry/logging.ts";
import { ownedOutbox } from "../../../src/threads/outbox/owned_outbox.ts";
import { draftsOf, OutboxFolder, reportsOf, SPACIOUS } from "../../outbox/outbox_fixture.ts";
import { within } from "../../support/waiting.ts";

Deno.test("ownedOutbox() stores what scanners send, says what is left, and releases its file", async () => {
  const lines: string[] = [];
  await sendLogsTo(({ message }) => void lines.push(message.join("")), { level: "info" });
  using folder = new OutboxFolder();
  for (
    const [sites, line] of [[["a"], "1 unsent row kept; it is"], [
      ["b"],
      "2 unsent rows kept; they are",
    ]] as const
  ) {
    const owned = ownedOutbox({ ...SPACIOUS, path: folder.path }, folder.telemetry);
    const { port1, port2: scanner } = new MessageChannel();
    owned.addScanner(port1);
    const reports = draftColumns(draftsOf(reportsOf(...sites)));
    const stored = Promise.withResolvers<unknown>();
    scanner.onmessage = ({ data }) => stored.resolve(data);
    scanner.postMessage({ type: "store", source: sites[0], batch: 1, reports });
    deepStrictEqual(await within(60_000, "the answer", stored.promise), {
      type: "stored",
      batch: 1,
    });
    owned.close();
    strictEqual(lines.pop(), `${line} sent after the next start`);
  }
  await stopLogging();
});
