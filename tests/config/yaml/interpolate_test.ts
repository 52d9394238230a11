import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "../../support/random_runs.ts";
import {
  hasReference,
  interpolate,
  interpolateUrl,
  type References,
} from "../../../src/config/yaml/interpolate.ts";

const REFERENCES: References = {
  env: (name) => ({ NAME: "value", EMPTY: "", NESTED: "${NAME}" })[name],
  file: (path) =>
    path === "/secret" || path === "value/secret"
      ? { text: "hunter2\r\n" }
      : { failure: "no such file" },
};

Deno.test("interpolate() replaces references once", () => {
  const cases: [string, string, string[]][] = [
    ["${NAME}", "value", ["value"]],
    ["a${NAME}b${NAME}", "avaluebvalue", ["value", "value"]],
    ["${NAME:-other}", "value", ["value"]],
    ["${UNSET:-other}", "other", []],
    ["${EMPTY:-other}", "other", []],
    ["${UNSET:-}", "", []],
    ["${EMPTY}", "", [""]],
    ["${NESTED}", "${NAME}", ["${NAME}"]],
    ["${file:/secret}", "hunter2", ["hunter2"]],
    ["${file:${NAME}/secret}!", "hunter2!", ["hunter2"]],
    ["$${NAME}", "${NAME}", []],
    ["$$${NAME}", "$${NAME}", []],
    ["$NAME $ {", "$NAME $ {", []],
  ];
  for (const [text, expected, secrets] of cases) {
    deepStrictEqual(interpolate(text, REFERENCES), { text: expected, secrets, problems: [] }, text);
  }
});

const NO_UNIT =
  'environment variable "CREDENTIALS_DIRECTORY" is not set; set it to the folder of ' +
  "the credentials, or name the systemd unit that has them with --unit";

Deno.test("interpolate() reports every reference that cannot be resolved", () => {
  const invalid = "invalid reference; write ${NAME}, ${NAME:-default} or ${file:PATH}, " +
    "or $${ for a literal ${";
  const cases: [string, string][] = [
    ["${UNSET}", 'environment variable "UNSET" is not set; set it, or write ${UNSET:-default}'],
    ["${file:/no}", 'cannot read "/no": no such file'],
    ["${1X}", invalid],
    ["${}", invalid],
    ["${NAME", invalid],
    ["${file:${UNSET}/x}", 'environment variable "UNSET" is not set; set it to a folder'],
    ["${file:${CREDENTIALS_DIRECTORY}/x}", NO_UNIT],
    ["${CREDENTIALS_DIRECTORY}", NO_UNIT],
    ["${file:${NAME}/no}", 'cannot read "value/no": no such file'],
    ["${file:${NAME}}", invalid],
    ["${file:${NAME}x}", invalid],
  ];
  for (const [text, problem] of cases) {
    deepStrictEqual(interpolate(text, REFERENCES).problems, [problem], text);
  }
  strictEqual(interpolate("${UNSET} ${1X}", REFERENCES).problems.length, 2);
});

Deno.test("interpolateUrl() encodes within credentials, whatever the value has of a URL's syntax", () => {
  const values: [string, string][] = [
    ["12#34x", "12%2334x"],
    ["a/b?c@d\\e", "a%2Fb%3Fc%40d%5Ce"],
    ["p%40 ß\n", "p%2540%20%C3%9F%0A"],
    ["user:word", "user:word"],
  ];
  for (const [value, encoded] of values) {
    const references = { ...REFERENCES, env: () => value };
    const cases: [string, string][] = [
      ["http://u:${X}@h:1/p", `http://u:${encoded}@h:1/p`],
      ["http://${X}@h", `http://${encoded}@h`],
      ["https://a@${X}@h?q@", `https://a@${encoded}@h?q@`],
      ["http://$${x}:${X}@h/", `http://\${x}:${encoded}@h/`],
      ["http://h/${X}", `http://h/${value}`],
      ["http://h?${X}@", `http://h?${value}@`],
    ];
    for (const [url, text] of cases) {
      const secrets = [value];
      deepStrictEqual(interpolateUrl(url, references), { text, secrets, problems: [] }, url);
    }
  }
  strictEqual(
    interpolateUrl("http://u:${file:/secret}@h/", REFERENCES).text,
    "http://u:hunter2@h/",
  );
  strictEqual(interpolateUrl("http://u:${UNSET:-a#b}@h/", REFERENCES).text, "http://u:a%23b@h/");
});

Deno.test("interpolateUrl() refuses references that could change the host", () => {
  const urls = [
    "${NAME}",
    "http${NAME}://h/",
    "http:${NAME}",
    "http://${NAME}",
    "http://${NAME:-h}/",
    "http://h${NAME}/",
    "http://h:${NAME}/",
    "http://u:w@${NAME}.example.org/@",
    "http://u:${NAME}\\@h/",
    "http://u:${NAME}#@h/",
  ];
  for (const url of urls) {
    const { text, secrets, problems } = interpolateUrl(url, REFERENCES);
    deepStrictEqual({ text, secrets, count: problems.length }, {
      text: url,
      secrets: [],
      count: 1,
    });
  }
});

Deno.test("interpolate() does not change texts without references", () => {
  fc.assert(
    fc.property(fc.string().filter((text) => !hasReference(text)), (text) => {
      strictEqual(interpolate(text, REFERENCES).text, text);
    }),
  );
});
