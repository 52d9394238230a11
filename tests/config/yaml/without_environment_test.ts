import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import process from "node:process";
import { withoutEnvironment } from "../../../src/config/yaml/without_environment.ts";

Deno.test("withoutEnvironment() lets the work see no variable, and others all of them again", () => {
  const { env } = process;
  deepStrictEqual(withoutEnvironment(() => Object.keys(process.env)), []);
  strictEqual(process.env, env);
  throws(() =>
    withoutEnvironment(() => {
      throw new RangeError("as when YAML is nested too deeply");
    }), RangeError);
  strictEqual(process.env, env);
});
