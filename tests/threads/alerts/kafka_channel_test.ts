// Alerts on a topic, as its readers have them: by a client that is none of sitemon's, in a process of its own.
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { RunFolder } from "../../integration/run_folder.ts";
import { readTopic } from "../../kafka/plain_kafka.ts";
import { startKafka } from "../../services/kafka.ts";
import { serviceTest } from "../../services/with_services.ts";
import { serveLocally } from "../../support/local_server.ts";
import { sitemon } from "../../support/sitemon_process.ts";
import { eventually } from "../../support/waiting.ts";

serviceTest("own kafka")(
  "sitemon run tells a topic of a beginning while its broker was away, and of the end",
  async () => {
    await using kafka = await startKafka();
    const [broker] = kafka.brokers;
    let status = 200;
    await using site = serveLocally(() => new Response(null, { status }));
    using folder = new RunFolder(`
interval: 200ms
alerts:
  channels: { events: { kafka: { servers: "${kafka.bootstrap}" } } }
  group_wait: 0s
sites: [{ name: shop, url: '${site.origin}/', labels: { team: shop } }]`);
    await using process = folder.run();
    await process.log("a check", (line) => line.message.includes("stored"));
    broker!.suspend();
    status = 500;
    const failed = await process.log("its failure", 'channel "events" failed');
    match(String(failed.error), /Kafka/);
    broker!.resume();
    const untilTold = (count: number) =>
      eventually(60_000, `${count} deliveries`, () => {
        const told = process.logs.filter(({ message }) => message.startsWith("told channel"));
        return told.length === count || undefined;
      });
    await untilTold(1);
    status = 200;
    await untilTold(2);
    strictEqual(await process.stop(), 0);

    const test = await sitemon(["alerts", "test", "events", "-c", folder.config]);
    const taken = 'delivered: acknowledged by all replicas of topic "sitemon-alerts"';
    deepStrictEqual(test, {
      ...{ code: 0, stdout: `fired: ${taken}\nresolved: ${taken}\n`, stderr: "" },
    });

    const read = await readTopic(kafka.bootstrap, "sitemon-alerts");
    const events = read.map(({ key, headers, value }) => {
      const { id, ...event } = JSON.parse(String(value));
      return { ...event, id, key: String(key), mime: String(headers!["content-type"]) };
    });
    for (const { mime, specversion, source, key, subject } of events) {
      deepStrictEqual([mime, specversion, source, key], [
        ...["application/cloudevents+json; charset=UTF-8", "1.0", "sitemon", subject],
      ]);
    }
    // What a connection lost before its answer came comes again, with the same id.
    const once = [...new Map(events.map((event) => [event.id, event])).values()];
    deepStrictEqual(once.map(({ type, subject, data }) => [type, subject, data.labels.team]), [
      ["sitemon.alert.fired", "shop", "shop"],
      ["sitemon.alert.resolved", "shop", "shop"],
      ["sitemon.alert.fired", "TEST of sitemon", undefined],
      ["sitemon.alert.resolved", "TEST of sitemon", undefined],
    ]);
    const [fired, resolved] = once;
    strictEqual(fired.data.alert_id, resolved.data.alert_id);
    strictEqual(fired.data.began_at, resolved.data.began_at);
  },
);
