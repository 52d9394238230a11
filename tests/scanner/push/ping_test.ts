import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "../../support/random_runs.ts";
import { pingRequests } from "../../../src/scanner/push/ping.ts";

/** What each path says to a site with that token. */
const PINGS: readonly [target: string, token: string, ping: object, answer?: string][] = [
  ["/push/TOKEN", "TOKEN", { kind: "success", run: "" }],
  ["/push/TOKEN/start", "TOKEN", { kind: "start", run: "" }],
  ["/push/TOKEN/fail", "TOKEN", { kind: "fail", run: "" }],
  ["/push/TOKEN/log", "TOKEN", { kind: "log", run: "" }],
  ["/push/TOKEN/0", "TOKEN", { kind: "success", run: "" }],
  ["/push/TOKEN/255", "TOKEN", { kind: "fail", run: "", message: "exit code 255" }],
  ["/ping/TOKEN/3?rid=a-1", "TOKEN", { kind: "fail", run: "a-1", message: "exit code 3" }],
  ["/ping/KEY/slug", "KEY/slug", { kind: "success", run: "" }],
  ["/ping/KEY/slug/start", "KEY/slug", { kind: "start", run: "" }],
  ["/ping/KEY/start", "KEY/start", { kind: "success", run: "" }],
  ["/ping/TOKEN?rid=a%20b", "TOKEN", { problem: "invalid rid; write a UUID" }],
  ["/api/push/TOKEN", "TOKEN", { kind: "success", run: "" }, '{"ok":true}'],
  [
    "/api/push/TOKEN?status=up&msg=OK&ping=12.5",
    "TOKEN",
    { kind: "success", run: "", message: "OK", durationMs: 12.5 },
    '{"ok":true}',
  ],
  [
    "/api/push/TOKEN?status=down&msg=full?+%26&ping=",
    "TOKEN",
    { kind: "fail", run: "", message: "full? &" },
    '{"ok":true}',
  ],
];

for (const [target, token, ping, answer = "OK"] of PINGS) {
  Deno.test(`pingRequests() understands ${target}`, () => {
    const found = pingRequests(target).find((it) => it.token === token);
    deepStrictEqual(found, { token, ping, answer });
  });
}

for (const target of ["/", "/push/", "/push", "/ping", "/api/push/", "/metrics", "/pushx/TOKEN"]) {
  Deno.test(`pingRequests() takes ${target} for none`, () => {
    deepStrictEqual(pingRequests(target), []);
  });
}

Deno.test("pingRequests() knows of no exit code above 255, and of no other word", () => {
  for (const word of ["256", "999", "1000", "stop", "Start", "-1", "1.5"]) {
    const found = pingRequests(`/push/TOKEN/${word}`);
    deepStrictEqual(found.map(({ token }) => token), [`TOKEN/${word}`]);
  }
});

Deno.test("pingRequests() takes any target, and finds two meanings at most", () => {
  fc.assert(fc.property(fc.webPath(), fc.webQueryParameters(), (path, query) => {
    for (const prefix of ["", "/push", "/ping", "/api/push"]) {
      ok(pingRequests(`${prefix}${path}?${query}`).length <= 2);
    }
  }));
});
