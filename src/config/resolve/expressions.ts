/** The patterns and JSONPaths of a site, which the scanner's own engines prove to compile. */
import type { ExpectConfig } from "../schema/expect_schema.ts";
import type { Path } from "../yaml/yaml_source.ts";
import { reportInvalid, type SettingsPlace } from "./named_files.ts";

type Checker = (expression: string) => string | undefined;

/** Each gives the problem with an expression, if there is one. */
export interface Checkers {
  readonly checkPattern?: Checker;
  readonly checkJsonPath?: Checker;
}

/** A site, or the defaults. */
interface WithExpressions {
  readonly pattern?: string;
  readonly expect?: ExpectConfig;
}

type Expression = readonly [check: keyof Checkers, path: Path, text: string | undefined];

/** Adds a mistake for each expression that cannot be used. */
export function reportExpressions(
  settings: WithExpressions,
  place: SettingsPlace,
  checkers: Checkers,
): void {
  for (const [check, path, text] of expressionsOf(settings)) {
    const problem = text === undefined ? undefined : checkers[check]?.(text);
    if (problem !== undefined) reportInvalid(problem, path, place);
  }
}

function expressionsOf({ pattern, expect = {} }: WithExpressions): Expression[] {
  const { body, header = [], json = [] } = expect;
  return [
    ["checkPattern", ["pattern"], pattern],
    ...bodyPatterns(body?.matches, ["expect", "body", "matches"]),
    ...bodyPatterns(body?.not_matches, ["expect", "body", "not_matches"]),
    ...header.map(({ matches }, index): Expression => [
      "checkPattern",
      ["expect", "header", index, "matches"],
      matches,
    ]),
    ...json.flatMap(({ path, matches }, index): Expression[] => [
      ["checkJsonPath", ["expect", "json", index, "path"], path],
      ["checkPattern", ["expect", "json", index, "matches"], matches],
    ]),
  ];
}

function bodyPatterns(patterns: string | readonly string[] | undefined, path: Path): Expression[] {
  if (!Array.isArray(patterns)) return [["checkPattern", path, patterns as string | undefined]];
  return patterns.map((text, index) => ["checkPattern", [...path, index], text]);
}
