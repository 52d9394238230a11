import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import fc, { runs } from "../../support/random_runs.ts";
import { ALERTMANAGER_BATCH_MAX } from "../../../src/alerts/channels/prometheus_alerts.ts";
import { WEBHOOK_ALERTS_MAX } from "../../../src/alerts/channels/prometheus_alerts.ts";
import { openChannel } from "../../../src/alerts/open_channel.ts";
import { testDeliveries } from "../../../src/alerts/test_deliveries.ts";
import type { AlertMessage, Delivery } from "../../../src/status/alert_store.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { aDelivery, aMessage, anAlert, aPlace, aStorm, NOON } from "../deliveries.ts";
import { fakeReceiver } from "./fake_receiver.ts";
import { aContext, assertGolden, atNoon, DELIVERIES } from "./golden.ts";
import { channelAt, type Kind, KINDS, type Received, VENDORS } from "./vendors.ts";

const ORIGIN = "http://receiver.example";
const PAGE = "https://status.example/";

const CONTEXT = aContext({ clock: new FakeClock(Date.now() * 1_000), publicUrl: PAGE });

/** Of those that divide what one delivery has. */
const REQUEST_ALERTS_MAX: { readonly [kind in Kind]?: number } = {
  alertmanager: ALERTMANAGER_BATCH_MAX,
  webhook: WEBHOOK_ALERTS_MAX,
};

/** What a channel sends of a delivery to a receiver that takes all. */
async function sent(kind: Kind, delivery: Delivery): Promise<Received[]> {
  await using receiver = fakeReceiver(VENDORS[kind]);
  const channel = openChannel(channelAt(kind, receiver.origin), CONTEXT);
  const { result, error } = await channel.send(delivery, new AbortController().signal);
  deepStrictEqual([result, error, receiver.problems], ["delivered", null, []], kind);
  return [...receiver.taken];
}

for (const kind of KINDS) {
  Deno.test(`a channel of ${kind} sends what the vendor takes, byte for byte as before`, async () => {
    const all: Record<string, unknown> = {};
    for (const [name, delivery] of Object.entries(DELIVERIES)) {
      all[name] = (await sent(kind, delivery)).map(({ path, body }) => ({
        path,
        body: withoutNow(atNoon(body)),
      }));
    }
    assertGolden(kind, all);
  });

  Deno.test(`a channel of ${kind} sends what says that it is a test, and its end`, async () => {
    const [fired, resolved] = testDeliveries("ops", NOON);
    const [[request], [end]] = [await sent(kind, fired), await sent(kind, resolved)];
    match(request!.body, /TEST of sitemon is down/);
    match(request!.body, /nothing is wrong/);
    match(end!.body, kind === "pagerduty" ? /"resolve"/ : /TEST of sitemon is up again/);
  });

  Deno.test(`a channel of ${kind} sends a storm of 2,800 alerts in a message that the vendor takes`, async () => {
    const { pace } = openChannel(channelAt(kind, ORIGIN), CONTEXT);
    const count = pace?.messagesMax ?? 2_800;
    const requests = await sent(kind, aStorm(count));
    const isEach = pace !== undefined;
    const requestMax = isEach ? 1 : REQUEST_ALERTS_MAX[kind] ?? count;
    strictEqual(requests.length, Math.ceil(count / requestMax));
    const ids = requests.flatMap(({ headers }) => headers["webhook-id"] ?? []);
    strictEqual(new Set(ids).size, kind === "webhook" ? requests.length : 0);
    const text = requests.map(({ body }) => body).join();
    match(text, /site.{0,2}-0/);
    if (!isEach && kind !== "webhook" && kind !== "alertmanager") {
      match(text, /site.{0,2}-29 and 2,770 more/);
    }
  });

  Deno.test(`a channel of ${kind} sends nothing that the vendor refuses, whatever a site says`, () => {
    const strings = fc.string({ unit: "binary", minLength: 1, maxLength: 400 });
    const alerts = fc.record({ site: strings, error: strings, label: strings, value: strings })
      .map(({ site, error, label, value }) =>
        anAlert({
          site,
          detail: { labels: { [label]: value }, places: [aPlace({ error_text: error })] },
        })
      );
    const kinds = fc.constantFrom<AlertMessage["kind"]>("fired", "resolved", "reminded", "digest");
    const messages = fc.array(
      fc.tuple(kinds, alerts).map(([kind, alert]) => aMessage(kind, alert)),
      { minLength: 1, maxLength: 15 },
    );
    return fc.assert(
      fc.asyncProperty(messages, async (messages) => void await sent(kind, aDelivery(messages))),
      runs(25),
    );
  });
}

/** Without what depends on the clock: only Alertmanager's end of what lasts. */
function withoutNow(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map(({ endsAt, ...alert }) => {
    ok(endsAt > NOON.toISOString());
    return alert;
  });
}

Deno.test("the same delivery is sent under the same id, with a signature that is of now", async () => {
  const [first, second] = await Promise.all([
    sent("webhook", aDelivery()),
    sent("webhook", aDelivery()),
  ]);
  strictEqual(first[0]!.headers["webhook-id"], aDelivery().id);
  strictEqual(second[0]!.headers["webhook-id"], aDelivery().id);
  strictEqual(first[0]!.body, second[0]!.body);
  ok(!first[0]!.body.includes(ORIGIN));
});
