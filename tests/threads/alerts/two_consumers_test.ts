// Alerts of consumers: one decides, any may send, and another takes over.
import { deepStrictEqual, ok } from "node:assert/strict";
import { fakeReceiver } from "../../alerts/channels/fake_receiver.ts";
import { SECRET, VENDORS } from "../../alerts/channels/vendors.ts";
import { Pipeline } from "../../integration/pipeline.ts";
import { serviceTest } from "../../services/with_services.ts";
import { serveLocally } from "../../support/local_server.ts";
import { sitemon } from "../../support/sitemon_process.ts";
import { eventually } from "../../support/waiting.ts";

serviceTest("kafka", "postgres")(
  "two consumers tell of a site once, and of its end when the one that decided is killed",
  async () => {
    let status = 500;
    await using site = serveLocally(() => new Response(null, { status }));
    await using receiver = fakeReceiver(VENDORS.webhook);
    await using pipeline = await Pipeline.create({
      sites: `  - { name: shop, url: '${site.origin}/', runbook: "https://wiki.example/shop" }`,
      consumer: `alerts:
  channels: { ops: { webhook: { url: "${receiver.origin}/hook", secret: "${SECRET}" } } }
  group_wait: 0s`,
    });
    const events = () =>
      receiver.taken.map(({ body }) => JSON.parse(body).alerts[0].annotations.event);
    const untilTold = (event: string) =>
      eventually(60_000, event, () => {
        deepStrictEqual(receiver.problems, []);
        return events().includes(event) || undefined;
      });
    pipeline.startProducer();
    const first = pipeline.startConsumer();
    await first.log("the lead", "alerts are decided by this process");
    // Its tables were not there yet, which is no fault.
    deepStrictEqual(first.logs.filter(({ message }) => message.startsWith("lost postgres")), []);
    const second = pipeline.startConsumer();
    await untilTold("fired");
    await second.log("its group", "joined group");
    // It has noted that it was told before it dies.
    await eventually(60_000, "the note", async () => {
      const rows = await pipeline.query("SELECT 1 FROM alert_message WHERE state = 'delivered'");
      return rows.length === 1 || undefined;
    });
    await first.kill();
    await second.log("the lead", "alerts are decided by this process");
    status = 200;
    await untilTold("resolved");
    deepStrictEqual(events(), ["fired", "resolved"]);
    const audit = await sitemon(["audit", "--alerts", "-c", pipeline.consumerFile]);
    ok(audit.code === 0, audit.stdout + audit.stderr);
  },
);
