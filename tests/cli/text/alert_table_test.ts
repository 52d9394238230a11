import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  alertTable,
  messageTable,
  toldTable,
  toldText,
} from "../../../src/cli/text/alert_table.ts";
import { muteTable } from "../../../src/cli/text/mute_table.ts";
import type { Alert, AlertPlace, KeptMessage } from "../../../src/status/alert_store.ts";
import { aMute, anAlert as anyAlert, idOf } from "../../contract/some_alerts.ts";

const BEGAN = new Date("2026-05-01T00:44:10Z");
const PLACE: AlertPlace = {
  ...{ location: "fra", outcome: "down", stale: false, since: BEGAN },
  ...{ reason: "status", error_text: "status 500" },
};

function anAlert(overrides: Partial<Alert> = {}): Alert {
  const detail = { ...anyAlert(1).detail, places: [PLACE] };
  return anyAlert(0x1_0000_0001, { site: "shop", began_at: BEGAN, detail, ...overrides });
}

function aMessage(overrides: Partial<KeptMessage> = {}): KeptMessage {
  return {
    ...{ id: idOf(2), alert_id: idOf(1) },
    ...{ channel: "ops", kind: "fired", count: 1, state: "delivered", attempts: 1, error: null },
    created_at: new Date("2026-05-01T00:44:31Z"),
    due_at: new Date("2026-05-01T00:44:41Z"),
    settled_at: new Date("2026-05-01T00:44:42Z"),
    ...overrides,
  };
}

const lines = (table: string) => table.split("\n").slice(0, -1);

Deno.test("alertTable() says what, since when, and what came of it", () => {
  const ended_at = new Date("2026-05-01T01:56:40Z");
  const places = [{
    ...anAlert().detail.places[0]!,
    reason: "dns" as const,
    error_text: "\u001b[2J",
  }];
  const alerts = [
    anAlert(),
    anAlert({ acked_by: "ann", kind: "degraded", severity: "warning" }),
    anAlert({ suppressed_by: "maintenance:upgrade" }),
    anAlert({ ended_at, end: "rule_removed", detail: { ...anAlert().detail, places } }),
    anAlert({
      site: null,
      location: "fra",
      kind: "location",
      detail: { ...anAlert().detail, places: [] },
    }),
  ];
  deepStrictEqual(lines(alertTable(alerts, { columns: undefined })), [
    "ID        SITE          KIND      RULE  SEVERITY  BEGAN (UTC)          STATE                               CAUSE",
    "00000000  shop          down      down  critical  2026-05-01 00:44:10  firing                              status: status 500",
    "00000000  shop          degraded  down  warning   2026-05-01 00:44:10  acknowledged by ann                 status: status 500",
    "00000000  shop          down      down  critical  2026-05-01 00:44:10  held back by maintenance (upgrade)  status: status 500",
    "00000000  shop          down      down  critical  2026-05-01 00:44:10  rule removed after 1 h 12 min       dns: \ufffd[2J",
    "00000000  location fra  location  down  critical  2026-05-01 00:44:10  firing",
  ]);
});

Deno.test("toldTable() says who was told last, and what came of it", () => {
  const waits = { state: "pending", settled_at: null } as const;
  const told: readonly [readonly KeptMessage[], string][] = [
    [[], "nobody"],
    [[aMessage()], "ops 2026-05-01 00:44:42"],
    [[aMessage(), aMessage({ kind: "reminded", state: "expired" })], "ops expired"],
    [
      [aMessage({ ...waits, attempts: 0 }), aMessage({ ...waits, channel: "pager", attempts: 3 })],
      "ops waits, pager waits after 3 attempts",
    ],
  ];
  for (const [messages, text] of told) strictEqual(toldText(messages), text);
  const found = { alerts: [anAlert()], messages: [[aMessage()]] };
  deepStrictEqual(lines(toldTable(found, { columns: undefined })), [
    "ID        SITE  KIND  RULE  SEVERITY  BEGAN (UTC)          STATE   TOLD (UTC)               CAUSE",
    "00000000  shop  down  down  critical  2026-05-01 00:44:10  firing  ops 2026-05-01 00:44:42  status: status 500",
  ]);
});

Deno.test("messageTable() says who was told what, or that nobody was", () => {
  strictEqual(messageTable([], { columns: undefined }), "  nobody was told\n");
  const error = "status 500";
  const messages = [
    aMessage(),
    aMessage({
      kind: "reminded",
      count: 2,
      state: "pending",
      error,
      settled_at: null,
      attempts: 12,
    }),
  ];
  deepStrictEqual(lines(messageTable(messages, { columns: undefined })), [
    "  MESSAGE     CHANNEL  STATE      AT (UTC)             ATTEMPTS  ERROR",
    "  fired       ops      delivered  2026-05-01 00:44:42         1",
    "  reminded 2  ops      pending    2026-05-01 00:44:41        12  status 500",
  ]);
});

Deno.test("muteTable() says which sites, for how long, and why", () => {
  const mute = aMute("33333333-1111-4111-8111-111111111111", {
    from: new Date("2026-05-01T00:00:00Z"),
    until: new Date("2026-05-01T02:30:00Z"),
    ...{ names: null, author: "ann", reason: "upgrade" },
  });
  const some = { ...mute, names: ["shop*", "api"], labels: { team: "shop" } };
  deepStrictEqual(lines(muteTable([mute, some], { columns: undefined })), [
    "ID        FROM (UTC)                  FOR  SITES                  AUTHOR  REASON",
    "33333333  2026-05-01 00:00:00  2 h 30 min  all                    ann     upgrade",
    "33333333  2026-05-01 00:00:00  2 h 30 min  shop*, api; team:shop  ann     upgrade",
  ]);
});
