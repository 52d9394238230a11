import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
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
      : { failure: "is not there" },
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

Deno.test("interpolate() tells every reference that stands for nothing", () => {
  const { problems } = interpolate("${UNSET} ${file:/no} ${1X} ${} ${NAME", REFERENCES);
  strictEqual(problems.length, 5);
  match(problems[0]!, /^Cannot resolve "\$\{UNSET\}" as .*: it is not set; set it/);
  match(problems[1]!, /^Cannot resolve "\$\{file:\/no\}" as .*: it is not there; correct/);
  match(problems[4]!, /^Cannot resolve "\$\{NAME" as .*: it is none of them; write \$\$\{/);
});

Deno.test("interpolate() tells what is wrong with a file in a folder that a variable names", () => {
  const text = "${file:${UNSET}/x} ${file:${NAME}/no} ${file:${NAME}} ${file:${NAME}x}";
  const { problems } = interpolate(text, REFERENCES);
  match(problems[0]!, /^Cannot resolve "\$\{UNSET\}" as .*: it is not set/);
  match(problems[1]!, /^Cannot resolve "\$\{file:value\/no\}" as .*: it is not there/);
  match(problems[2]!, /it is none of them/);
  match(problems[3]!, /it is none of them/);
});

Deno.test("interpolate() leaves texts without references alone", () => {
  fc.assert(
    fc.property(fc.string().filter((text) => !hasReference(text)), (text) => {
      strictEqual(interpolate(text, REFERENCES).text, text);
    }),
  );
});
