/** The patterns and JSONPaths of a site, which the scanner's own engines prove to run. */
import type { FileSettingsOptions } from "../yaml/file_settings.ts";
import type { ExpectConfig } from "../schema/expect_schema.ts";
import type { Path } from "../yaml/yaml_source.ts";

/** The reason why an expression cannot be used, if there is one. */
export type Checker = (expression: string) => string | undefined;

export interface Checkers {
  readonly checkPattern: Checker | undefined;
  readonly checkJsonPath: Checker | undefined;
}

/** What may hold expressions: a site, or the defaults. */
interface WithExpressions {
  readonly pattern?: string;
  readonly expect?: ExpectConfig;
}

interface Expression {
  readonly path: Path;
  readonly text: string | undefined;
}

/** Adds a mistake for each expression that cannot be used. */
export function reportExpressions(
  { pattern, expect = {} }: WithExpressions,
  place: FileSettingsOptions,
  { checkPattern, checkJsonPath }: Checkers,
): void {
  const patterns = [{ path: ["pattern"], text: pattern }, ...expectedPatterns(expect)];
  const linear = "a regular expression that runs in linear time";
  report(patterns, place, { check: checkPattern, what: linear });
  const paths = (expect.json ?? []).map(({ path: text }, index) => ({
    path: ["expect", "json", index, "path"],
    text,
  }));
  report(paths, place, { check: checkJsonPath, what: "a JSONPath, as RFC 9535 has it" });
}

function expectedPatterns({ body, header, json }: ExpectConfig): Expression[] {
  return [
    ...bodyPatterns(body?.matches, ["expect", "body", "matches"]),
    ...bodyPatterns(body?.not_matches, ["expect", "body", "not_matches"]),
    ...(header ?? []).map(({ matches: text }, index) => ({
      path: ["expect", "header", index, "matches"],
      text,
    })),
    ...(json ?? []).map(({ matches: text }, index) => ({
      path: ["expect", "json", index, "matches"],
      text,
    })),
  ];
}

function bodyPatterns(patterns: string | readonly string[] | undefined, path: Path): Expression[] {
  if (typeof patterns === "string") return [{ path, text: patterns }];
  return (patterns ?? []).map((text, index) => ({ path: [...path, index], text }));
}

function report(
  expressions: readonly Expression[],
  { source, at, name, mistakes }: FileSettingsOptions,
  { check, what }: { readonly check: Checker | undefined; readonly what: string },
): void {
  for (const { path, text } of expressions) {
    const reason = text === undefined ? undefined : check?.(text);
    if (reason === undefined) continue;
    const key = [name, ...path.filter((step) => typeof step !== "number")].join(".");
    mistakes.push({
      ...source.place([...at, ...path]),
      message: `Cannot use "${key}" as it must be ${what}: ${reason}; rewrite it`,
    });
  }
}
