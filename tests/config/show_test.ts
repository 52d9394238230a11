import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { parse } from "yaml";
import { loadConfig } from "../../src/config/load.ts";
import { showConfig } from "../../src/config/show.ts";
import { fakeHostEnvironment, type FakeMachine } from "./fake_host_environment.ts";

function load(yaml: string, machine: FakeMachine = {}) {
  return loadConfig("a.yaml", {
    hostEnvironment: fakeHostEnvironment({
      ...machine,
      files: { ...machine.files, "a.yaml": yaml },
    }),
  });
}

Deno.test("showConfig() hides literal credentials, and shows references as they are in the file", () => {
  const env = { WORD: "s3cret", PORT: "5433" };
  const shown = parse(showConfig(load(
    `
location: "in \${PORT}"
sites:
  - {name: a, url: "https://user:hunter2@a/", headers: {X-Token: hunter2, Accept: text}}
  - {name: b, url: "https://user:\${WORD}@a/", headers: {Authorization: "Bearer \${WORD}"}}
  - {name: c, url: "https://\${WORD:-hunter2}@a/", proxy: "http://u:hunter2@p:1"}
  - {name: d, url: "https://a/", headers: {Authorization: "Bearer hunter2\${WORD}"}}
kafka: {server: "k:1", sasl: {mechanism: plain, username: u, password: hunter2}}
postgres: {host: p, user: u, password: "\${WORD:-hunter2}", port: "\${PORT}"}
`,
    { env },
  )));
  strictEqual(shown.location, "in ${PORT}");
  deepStrictEqual(shown.sites.map(({ url }: { url: string }) => url), [
    "https://***:***@a/",
    "https://***:${WORD}@a/",
    "https://${WORD:-***}@a/",
    "https://a/",
  ]);
  deepStrictEqual(shown.sites[0].headers, { "X-Token": "***", Accept: "text" });
  deepStrictEqual(shown.sites[1].headers, { Authorization: "Bearer ${WORD}" });
  deepStrictEqual(shown.sites[3].headers, { Authorization: "***" });
  strictEqual(shown.sites[2].proxy, "http://***:***@p:1");
  strictEqual(shown.kafka.sasl.password, "***");
  strictEqual(shown.postgres.password, "${WORD:-***}");
  strictEqual(shown.postgres.port, "${PORT}");
});

Deno.test("showConfig() hides the password of a database's URL, and so does every log", () => {
  const shownFor = (url: string, env = {}) => {
    const loaded = load(`postgres: {url: "${url}"}`, { env });
    return [parse(showConfig(loaded)).postgres.url, loaded.secrets];
  };
  deepStrictEqual(shownFor("postgres://ann:hunter%202@h/d"), [
    "postgres://***:***@h/d",
    ["hunter%202", "hunter 2"],
  ]);
  deepStrictEqual(shownFor("postgresql://ann:${WORD}@h/d", { WORD: "a/b#?@" }), [
    "postgresql://***:${WORD}@h/d",
    ["a/b#?@", "a%2Fb%23%3F%40"],
  ]);
  const whole = "postgres://ann:hunter2@h/d";
  deepStrictEqual(shownFor("${DATABASE_URL}", { DATABASE_URL: whole }), [
    "${DATABASE_URL}",
    [whole, "hunter2"],
  ]);
});

Deno.test("showConfig() prints a file that loads as the same configuration", () => {
  const env = { WORD: "s3cret" };
  const loaded = load(
    `
interval: 5
defaults: {timeout: 3s, headers: {X-Team: "\${WORD}"}, expect: {status: [2xx, "!204"]}}
sites: [{url: "https://\${WORD}@a/", max_body_bytes: 64KiB, expect: {json: [{path: $, equals: 9007199254740993}]}}, {url: "http://b/", interval: 1m}]
include: [more.yaml]
allow_hosts: ["c:1"]
listen: "[::1]:0"
kafka: {servers: ["k:1"], tls: true}
`,
    { env, files: { "more.yaml": "- url: http://d/\n  labels: {a: b}" } },
  );
  const text = showConfig(loaded);
  const again = load(text, { env });
  deepStrictEqual(again.sites, loaded.sites);
  deepStrictEqual(again.config.kafka, loaded.config.kafka);
  deepStrictEqual(again.config.outbox, loaded.config.outbox);
  strictEqual(showConfig(again), text);
  ok(!text.includes("s3cret"));
});
