import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ConfigError } from "../../../src/config/config_error.ts";
import { nearest, shownKey, shownValue } from "../../../src/config/yaml/shown_value.ts";
import { loadFile } from "../../../src/cli/load_file.ts";
import { FakeTerminal } from "../../cli/text/fake_terminal.ts";
import { fakeHostEnvironment } from "../fake_host_environment.ts";
import { schemaKeys } from "../schema/schema_keys.ts";

Deno.test("shownValue() quotes what nearly is what a key takes, and nothing else", () => {
  const quoted = [
    ["5x", "5 minutes", "10MB", "1_000", "-1", "2xy", "200-", "!404"],
    ["www.example.org", "*.example.org", "h.example:70000", "k:70000", "[::1]:1", "10.0.0.0/33"],
    ["ftp://h/", "http://h:1"],
  ];
  for (const text of quoted.flat()) strictEqual(shownValue(text), `"${text}"`);
  strictEqual(shownValue("https://user:word@h.example:1/path?token=x"), '"https://h.example:1/…"');
  const hidden = ["hunter2", "http://u:p#w@h/", "user:word", "eyJhbG.eyJzdWI.SflKxw", "a b", ""];
  for (const text of hidden) strictEqual(shownValue(text), "the value");
  const others = [3, true, null, [1], {}].map(shownValue);
  deepStrictEqual(others, ["3", "true", "an empty value", "a list of 1 item", "a mapping"]);
});

Deno.test("shownKey() shows names, and no line of another file", () => {
  deepStrictEqual(["max_rows", "X-Id", "a".repeat(32)].map(shownKey), [
    "max_rows",
    "X-Id",
    "a".repeat(32),
  ]);
  deepStrictEqual(["Bearer abc", "a".repeat(33), "1x"].map(shownKey), ["…", "…", "…"]);
});

Deno.test("nearest() finds typing errors, other cases and other programs' words", () => {
  const cases: [string, string[], string | undefined][] = [
    ["topik", ["server", "topic"], "topic"],
    ["serverName", ["server_name", "ca"], "server_name"],
    ["get", ["HEAD", "GET"], "GET"],
    ["username", ["host", "user"], "user"],
    ["user", ["username", "password"], "username"],
    ["bootstrap.servers", ["server", "servers"], "servers"],
    ["constructor", ["host"], undefined],
    ["colour", ["sites"], undefined],
  ];
  for (const [word, known, near] of cases) strictEqual(nearest(word, known), near, word);
});

/** In each of them, the secret that no message may hold. */
const SECRET = "hunter2Zq9";
const SECRETS = [
  SECRET,
  `postgres://u:${SECRET}@h:5432/db`,
  `jdbc:postgresql://h/db?user=u&password=${SECRET}`,
  `host=h user=u password=${SECRET}`,
  `u:${SECRET}@h:9092`,
  `https://u:a#${SECRET}@h/`,
  `https://h/?token=${SECRET}`,
  `Bearer ${SECRET}`,
  `ghp_${SECRET}C7e42F292c6912E7710c838347Ae178`,
  `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----`,
  `a\${${SECRET}-`,
];
/** As YAML reads them without quotes, where each means something else. */
const UNQUOTED = ["!", "*", "&", "|", ">", "%", "@", "[", "{", "a: ", "'a'"].map((start) =>
  `${start}${SECRET}`
);

/** Each key of the schema with each secret as its value. */
function* leaks(): Generator<string> {
  for (const { name, values } of schemaKeys()) {
    // What these take is one line of any text, which a message about it has to name.
    const isOpen = /path|expression/.test(values);
    const secrets = isOpen ? SECRETS.filter((it) => /:\/\/|\n/.test(it)) : SECRETS;
    for (const value of [...secrets.map((it) => JSON.stringify(it)), ...isOpen ? [] : UNQUOTED]) {
      const text = leakOf(fileWith(name, value));
      if (text !== undefined) yield `${name}: ${value}: ${text}`;
    }
  }
}

function fileWith(name: string, value: string): string {
  const isOfSite = name.startsWith("site.");
  const keys = name.replace(/^site\./, "").split(".");
  const start = isOfSite ? `sites:\n  -${keys[0] === "url" ? "" : " url: http://h/"}\n` : "";
  const lines = keys.map((key, depth) => `${"  ".repeat(depth + (isOfSite ? 2 : 0))}${key}:`);
  return `${start}${lines.join("\n")} ${value}\n`;
}

/** What was written anywhere, if the secret is in it. */
function leakOf(yaml: string): string | undefined {
  const terminal = new FakeTerminal();
  try {
    const hostEnvironment = fakeHostEnvironment({ files: { "a.yaml": yaml } });
    loadFile({ config: "a.yaml" }, { terminal, hostEnvironment });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    terminal.writeError(error.message);
  }
  return terminal.errors.includes(SECRET) ? terminal.errors : undefined;
}

Deno.test("loadFile() quotes no secret, whatever key it stands at", () => {
  deepStrictEqual([...leaks()], []);
});
