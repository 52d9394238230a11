/** The patterns and JSONPaths of a site, which the scanner's own engines prove to compile. */
import type { ExpectConfig } from "../schema/expect_schema.ts";
import type { Path } from "../yaml/yaml_source.ts";
import type { SettingsPlace } from "./named_files.ts";

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

interface Expression {
  readonly path: Path;
  readonly text: string | undefined;
}

/** Adds a mistake for each expression that cannot be used. */
export function reportExpressions(
  { pattern, expect = {} }: WithExpressions,
  place: SettingsPlace,
  { checkPattern, checkJsonPath }: Checkers,
): void {
  report([{ path: ["pattern"], text: pattern }, ...expectedPatterns(expect)], place, checkPattern);
  const paths = (expect.json ?? []).map(({ path: text }, index) => ({
    path: ["expect", "json", index, "path"],
    text,
  }));
  report(paths, place, checkJsonPath);
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
  { source, at, name, context }: SettingsPlace,
  check: Checker | undefined,
): void {
  for (const { path, text } of expressions) {
    const reason = text === undefined ? undefined : check?.(text);
    if (reason === undefined) continue;
    const key = [name, ...path.filter((step) => typeof step !== "number")].join(".");
    const message = `invalid "${key}": ${reason}`;
    context.mistakes.push({ ...source.place([...at, ...path]), message });
  }
}
