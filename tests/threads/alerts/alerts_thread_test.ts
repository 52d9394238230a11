// Alerts as people have them: a daemon, a site that fails, and what its receiver gets.
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { fakeReceiver } from "../../alerts/channels/fake_receiver.ts";
import { SECRET, VENDORS } from "../../alerts/channels/vendors.ts";
import { freePort } from "../../support/free_port.ts";
import { serveLocally } from "../../support/local_server.ts";
import { eventually } from "../../support/waiting.ts";
import { RunFolder } from "../../integration/run_folder.ts";

interface Told {
  readonly status: string;
  readonly alerts: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

/** A site that can fail, a receiver of webhooks, and a folder for the daemon between them. */
function world() {
  const site = { status: 200 };
  const server = serveLocally(() => new Response(null, { status: site.status }));
  const receiver = fakeReceiver(VENDORS.webhook);
  const listen = freePort();
  const folder = new RunFolder(
    `web: { listen: "127.0.0.1:0", public_url: "https://status.example/" }
listen: 127.0.0.1:${listen}
interval: 200ms
alerts:
  channels: { ops: { webhook: { url: "${receiver.origin}/hook", secret: "${SECRET}" } } }
  rules: [{ name: down, when: [down], after: 2 checks }]
  group_wait: 0s
sites: [{ name: shop, url: '${server.origin}/', runbook: "https://wiki.example/shop" }]`,
  );
  // By its id, a receiver knows what it has: whoever is killed while sending sends it again.
  const told = () =>
    [...new Map(receiver.taken.map((it) => [it.headers["webhook-id"], it])).values()].map(
      ({ body }) => {
        const { status, alerts: [alert] } = JSON.parse(body) as Told;
        return [status, alert!.annotations.event, alert!.labels.site];
      },
    );
  return {
    ...{ site, receiver, folder, told },
    ready: async () =>
      await (await fetch(`http://127.0.0.1:${listen}/readyz`)).json() as {
        ready: boolean;
        dependencies: { dependency: string; ok: boolean; detail?: string }[];
      },
    untilTold: (count: number) =>
      eventually(60_000, `${count} messages`, () => {
        deepStrictEqual(receiver.problems, []);
        return told().length >= count || undefined;
      }),
    async [Symbol.asyncDispose]() {
      await Promise.all([server[Symbol.asyncDispose](), receiver[Symbol.asyncDispose]()]);
      folder[Symbol.dispose]();
    },
  };
}

Deno.test("sitemon run tells of a site that is down, once, and of its end, across kill -9", async () => {
  await using all = world();
  const { site, receiver, folder, told, untilTold } = all;
  {
    await using process = folder.run();
    await process.log("a check", (line) => line.message.includes("stored"));
    site.status = 500;
    await untilTold(1);
    await process.kill();
  }
  {
    await using process = folder.run();
    await process.log("the lead", "alerts are decided by this process");
    site.status = 200;
    await untilTold(2);
    strictEqual(await process.stop(), 0);
  }
  deepStrictEqual(receiver.problems, []);
  deepStrictEqual(told(), [["firing", "fired", "shop"], ["resolved", "resolved", "shop"]]);
  const { annotations } = (JSON.parse(receiver.taken[0]!.body) as Told).alerts[0]!;
  strictEqual(annotations.summary, "shop is down");
  strictEqual(annotations.page_url, "https://status.example/sites/shop");
  strictEqual(annotations.runbook_url, "https://wiki.example/shop");
  match(annotations.description!, /Down, status: /);
});

Deno.test("a receiver that refuses makes the daemon unready, and keeps nothing else from working", async () => {
  await using all = world();
  const { site, receiver, folder, told, ready } = all;
  site.status = 500;
  receiver.behave({ status: 404, body: "no such hook" });
  await using process = folder.run();
  const refused = await eventually(60_000, "the refusal in readiness", async () => {
    const { dependencies } = await ready();
    return dependencies.find(({ dependency, ok }) => dependency === "alerts" && !ok);
  });
  match(
    refused.detail!,
    /^channel "ops" refuses messages: HTTP 404 from 127\.0\.0\.1:\d+: no such hook$/,
  );
  strictEqual(told().length, 0);
  strictEqual(await process.stop(), 0);
});
