import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  hasReference,
  interpolate,
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

Deno.test("interpolate() reports every reference that cannot be resolved", () => {
  const invalid = (reference: string) =>
    `invalid reference "${reference}"; write \${NAME}, \${NAME:-default} or \${file:PATH}, ` +
    "or $${ for a literal ${";
  const cases: [string, string][] = [
    ["${UNSET}", 'environment variable "UNSET" is not set; set it, or write ${UNSET:-default}'],
    ["${file:/no}", 'cannot read "/no": no such file'],
    ["${1X}", invalid("${1X}")],
    ["${}", invalid("${}")],
    ["${NAME", invalid("${NAME")],
    ["${file:${UNSET}/x}", 'environment variable "UNSET" is not set'],
    ["${file:${NAME}/no}", 'cannot read "value/no": no such file'],
    ["${file:${NAME}}", invalid("${file:${NAME}}")],
    ["${file:${NAME}x}", invalid("${file:${NAME}x}")],
  ];
  for (const [text, problem] of cases) {
    deepStrictEqual(interpolate(text, REFERENCES).problems, [problem], text);
  }
  strictEqual(interpolate("${UNSET} ${1X}", REFERENCES).problems.length, 2);
});

Deno.test("interpolate() does not change texts without references", () => {
  fc.assert(
    fc.property(fc.string().filter((text) => !hasReference(text)), (text) => {
      strictEqual(interpolate(text, REFERENCES).text, text);
    }),
  );
});
