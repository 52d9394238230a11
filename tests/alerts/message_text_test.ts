import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  ENTRIES_MAX,
  headlineOf,
  messageText,
  NAMES_MAX,
  PART_LENGTH_MAX,
} from "../../src/alerts/message_text.ts";
import { ALERT_KINDS, type AlertEnd, type AlertMessage } from "../../src/status/alert_store.ts";
import { aDelivery, aMessage, anAlert, aPlace, aStorm, NOON } from "./deliveries.ts";

const PAGE = "https://status.example/all";
const AT_NOON = { nowMs: NOON.getTime() };

Deno.test("messageText() says what, since when, why, where to look, and how long it took last", () => {
  const acked = {
    acked_at: NOON,
    acked_by: "ann",
    ack_reason: "the database again",
    detail: {
      places: [
        aPlace(),
        aPlace({ location: "paris", reason: null, error_text: null, stale: true }),
      ],
      placesLeftOut: 3,
      children: ["api", "blog"],
      childrenLeftOut: 5,
    },
  };
  deepStrictEqual(
    messageText(aDelivery([aMessage("reminded", anAlert(acked), { count: 2 })]), {
      ...AT_NOON,
      publicUrl: PAGE,
    }),
    {
      title: "shop is down (reminder 2)",
      severity: "critical",
      entries: [{
        headline: "shop is down (reminder 2)",
        facts: [
          "Since 2026-05-01 11:58:00 UTC (2 min)",
          "At berlin: down, connect_refused: Cannot connect to shop.example:443: connection refused",
          "At paris: no report arrived",
          "At 3 more locations",
          "Held back, since they depend on it: api, blog and 5 more",
          "The last one took 12 min 30 s",
          "Acknowledged by ann at 2026-05-01 12:00:00 UTC: the database again",
          "Rule: down (critical)",
        ],
        links: [
          { label: "Runbook", url: "https://wiki.example/shop" },
          { label: "Status page", url: "https://status.example/all/sites/shop" },
          { label: "Site", url: "https://shop.example/" },
        ],
      }],
      others: null,
    },
  );
});

Deno.test("messageText() does not say where, of a site with one location", () => {
  const facts = (place: Parameters<typeof aPlace>[0]) =>
    messageText(
      aDelivery([
        aMessage("fired", anAlert({ detail: { locations: 1, places: [aPlace(place)] } })),
      ]),
      AT_NOON,
    ).entries[0]!.facts[1];
  strictEqual(facts({ reason: "dns", error_text: "no such host" }), "Down, dns: no such host");
  strictEqual(facts({ stale: true }), "No report arrived");
});

Deno.test("messageText() says of an end how long it took, and of a digest when it was learned", () => {
  const [resolved, digest] = (["resolved", "digest"] as const).map((kind) =>
    messageText(aDelivery([aMessage(kind)]), AT_NOON)
  );
  strictEqual(resolved!.title, "shop is up again");
  strictEqual(resolved!.severity, null);
  const span = "From 2026-05-01 11:58:00 to 2026-05-01 12:00:00 UTC (2 min)";
  strictEqual(resolved!.entries[0]!.facts[0], span);
  strictEqual(digest!.title, "shop was down");
  strictEqual(digest!.entries[0]!.facts[0], `${span}, learned at 2026-05-01 12:00:00`);
});

Deno.test("messageText() tells what lasts as of now, however long it waited for a receiver", () => {
  for (const kind of ["fired", "reminded", "flapping"] as const) {
    const { entries } = messageText(aDelivery([aMessage(kind)]), { nowMs: +NOON + 3_600_000 });
    strictEqual(entries[0]!.facts[0], "Since 2026-05-01 11:58:00 UTC (1 h 2 min)", kind);
  }
});

Deno.test("messageText() says of a flapping site how often it changed", () => {
  const { title, entries } = messageText(
    aDelivery([aMessage("flapping", anAlert({ suppressed_by: "flapping:14" }))]),
    AT_NOON,
  );
  strictEqual(title, "shop is flapping");
  match(entries[0]!.facts[1]!, /^14 changes within an hour/);
});

Deno.test("headlineOf() has words for every kind, and for every end", () => {
  for (const kind of ALERT_KINDS) {
    const alert = kind === "location"
      ? anAlert({ kind, site: null, location: "berlin" })
      : anAlert({ kind });
    const headlines = (["fired", "digest", "resolved"] as const)
      .map((message) => headlineOf(aMessage(message, alert)));
    strictEqual(new Set(headlines).size, 3, kind);
    const subject = kind === "location" ? "location berlin " : "shop ";
    ok(headlines.every((headline) => headline.startsWith(subject)), kind);
  }
  const ends: AlertEnd[] = ["rule_removed", "site_forgotten", "superseded_by_location"];
  for (const end of ends) {
    match(headlineOf(aMessage("resolved", anAlert({ end }))), /^shop: alert ended, because /);
  }
});

Deno.test("messageText() titles a group by what its alerts have in common", () => {
  const named = (site: string) => anAlert({ site });
  const cases: [AlertMessage[], string][] = [
    [[aMessage("fired", named("a")), aMessage("fired", named("b"))], "2 sites are down: a, b"],
    [
      [aMessage("resolved", named("a")), aMessage("resolved", named("b"))],
      "2 sites are up again: a, b",
    ],
    [[aMessage("digest", named("a")), aMessage("digest", named("b"))], "2 sites were down: a, b"],
    [[aMessage("fired", named("a")), aMessage("resolved", named("b"))], "1 new, 1 ended: a, b"],
    [
      ["a", "b"].map((location) =>
        aMessage("fired", anAlert({ kind: "location", site: null, location }))
      ),
      "2 locations report nothing: location a, location b",
    ],
    [
      [
        aMessage("resolved", anAlert({ site: "a", end: "rule_removed" })),
        aMessage("resolved", anAlert({ site: "b", end: "rule_removed" })),
      ],
      "2 ended: a, b",
    ],
  ];
  for (const [messages, title] of cases) {
    strictEqual(messageText(aDelivery(messages), AT_NOON).title, title);
  }
});

Deno.test("messageText() tells of a storm in a few lines, with names", () => {
  const { title, entries, others } = messageText(aStorm(1_000), AT_NOON);
  strictEqual(title, "1,000 sites are down: site-0, site-1, site-2 and 997 more");
  strictEqual(entries.length, ENTRIES_MAX);
  match(others!, /^And site-10, site-11, .*site-29 and 970 more$/);
  strictEqual(messageText(aStorm(ENTRIES_MAX), AT_NOON).others, null);
  strictEqual(
    messageText(aStorm(ENTRIES_MAX + NAMES_MAX), AT_NOON).others!.split(", ").length,
    NAMES_MAX,
  );
});

Deno.test("messageText() lets no control character of a site through, and cuts what is long", () => {
  const hostile = `\x1b[31m\r\nBcc: x\u202e${"a".repeat(500)}`;
  const { title, entries } = messageText(
    aDelivery([aMessage(
      "fired",
      anAlert({ site: hostile, detail: { places: [aPlace({ error_text: hostile })] } }),
    )]),
    AT_NOON,
  );
  for (const text of [title, ...entries[0]!.facts]) {
    // deno-lint-ignore no-control-regex -- they are what is looked for
    ok(!/[\x00-\x1f\u202e]/.test(text), text);
    ok(text.length < PART_LENGTH_MAX + 60, text);
  }
});

Deno.test("messageText() links to pages alone, never with credentials", () => {
  const cases: [url: string, found: string | undefined][] = [
    ["javascript:alert(1)", undefined],
    ["wiki.example/shop", undefined],
    ["https://user:secret@shop.example/a", "https://shop.example/a"],
    [`https://shop.example/${"a".repeat(1_000)}`, undefined],
  ];
  for (const [url, found] of cases) {
    const alert = anAlert({ detail: { url, labels: {} } });
    const { links } = messageText(aDelivery([aMessage("fired", alert)]), AT_NOON).entries[0]!;
    strictEqual(links[0]?.url, found, url);
  }
});
