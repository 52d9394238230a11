/** The rules for the form of a file; each returns one sentence for each breach. */
import { slowText } from "../support/slow_text.ts";
import type { Source } from "./source.ts";

export const FILE_LINES_MAX = 400;
export const FUNCTION_LINES_MAX = 70;
export const MODULE_DOC_LINES_MAX = 5;

const NAME = /^[a-z0-9]+(_[a-z0-9]+)*\.ts$/;
const DUMPING_GROUNDS = ["utils.ts", "util.ts", "helpers.ts", "common.ts", "index.ts", "types.ts"];
const IGNORE =
  /\/[/*]\s*(?:deno-lint-ignore(?:-file)?|@ts-expect-error|@ts-ignore|@ts-nocheck)(.*)/g;
const LEFT_OVER = /\b(?:TODO|FIXME|XXX|HACK)\b/;

/**
 * Files are named after what they export: they have a word in common with it. Where that is several
 * things, the name may be a word for all of them, which the first sentence of the file has as well.
 * Files that `define` a command have the command's name.
 */
export function misnamedFiles(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text, exports }) => {
    const name = path.split("/").at(-1)!;
    if (!NAME.test(name)) return [`${path} must be named in snake_case`];
    if (DUMPING_GROUNDS.includes(name)) {
      return [`${path} must be named after the one thing it exports: "${name}" says nothing`];
    }
    if (exports.length === 0 || exports.includes("define") || name.endsWith("_test.ts")) return [];
    const words = wordsOf(name.slice(0, -".ts".length));
    const sentence = exports.length > 1 ? /^\/\*\*[^.]*/.exec(text)?.[0].match(/\w+/g) ?? [] : [];
    return [...exports, ...sentence].some((other) => haveAWordInCommon(words, wordsOf(other)))
      ? []
      : [`${path} must be named after what it exports: ${exports.join(", ")}`];
  });
}

/** `HTTPServers` and `http_servers` have the words `http` and `servers`. */
function wordsOf(name: string): string[] {
  return name.replaceAll(/([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])/g, "$1$3_$2$4").toLowerCase()
    .split("_");
}

/** `connection`, `connections` and `connect` are one word. */
function haveAWordInCommon(some: readonly string[], others: readonly string[]): boolean {
  return some.some((one) =>
    others.some((other) =>
      one === other || (one.length > 3 && one.slice(0, 4) === other.slice(0, 4))
    )
  );
}

export function longFiles(sources: readonly Source[]): string[] {
  return sources
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split("\n").length }))
    .filter(({ lines }) => lines > FILE_LINES_MAX)
    .map(({ path, lines }) => `${path} must have at most ${FILE_LINES_MAX} lines: it has ${lines}`);
}

export function longFunctions(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, functions }) =>
    functions
      .filter(({ lines }) => lines > FUNCTION_LINES_MAX)
      .map(({ line, lines }) =>
        `${path}:${line} must have at most ${FUNCTION_LINES_MAX} lines in a function: it has ${lines}`
      )
  );
}

/** A few lines at the top say what a file is, and which seam it implements or uses. */
export function wrongModuleDocs(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) => {
    const doc = /^\/\*\*(.*?)\*\//s.exec(text)?.[1];
    if (doc === undefined) return [`${path} must begin with a comment on what it is`];
    const lines = doc.split("\n").map((line) => line.replace(/^[\s*]+/, "")).filter((line) =>
      line !== "" && !line.startsWith("@see")
    );
    return lines.length <= MODULE_DOC_LINES_MAX
      ? []
      : [`${path} must say what it is in at most ${MODULE_DOC_LINES_MAX} lines: ${lines.length}`];
  });
}

/** State between calls belongs to an object with an owner. */
export function moduleState(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, state }) =>
    state.map((line) => `${path}:${line} must not keep state in a module: it declares a variable`)
  );
}

export function ignoresWithoutReason(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) =>
    [...text.matchAll(IGNORE)]
      .filter(([, rest]) => !/\s--\s+\S+|:\s+\S+/.test(rest!))
      .map(([ignore]) => `${path} must give a reason for each ignore: "${ignore.trim()}"`)
  );
}

export function leftOvers(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) =>
      LEFT_OVER.test(line) ? [`${path}:${index + 1} must not leave work over: ${line.trim()}`] : []
    )
  );
}

/**
 * A regular expression takes time in proportion to the text: on one that strangers control it would
 * freeze its thread, and who uses it for another text next year does not ask.
 */
export function slowExpressions(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, expressions }) =>
    expressions.flatMap(({ line, expression }) => {
      const slow = slowText((text) => text.replace(expression, ""), beginningsOf(expression));
      return slow === undefined ? [] : [`${path}:${line} must take linear time: ${slow}`];
    })
  );
}

/** Everything in an expression that stands for more than itself. */
const NOT_LITERAL =
  /\[(?:\\.|[^\]\\])*\]|\(\?(?:<\w+>|<?[=!:])|\\[pP]\{\w+\}|\\[A-Za-z0]|\{\d+(?:,\d*)?\}|[*+?|^$().]/g;
const BEGINNINGS_MAX = 4;

/** What the texts begin with that an expression is for, such as `charset` and `charset=`. */
function beginningsOf({ source }: RegExp): string[] {
  const literals = source.replaceAll(NOT_LITERAL, "\n").replaceAll("\\", "").split(/\n+/)
    .filter((literal) => literal !== "").slice(0, BEGINNINGS_MAX);
  return literals.map((_, index) => literals.slice(0, index + 1).join(""));
}

const TIMER_CALLS = ["setTimeout", "setInterval", "Atomics.wait"];

/** A test waits for an event, with a deadline; only what has a pace of its own sets a timer. */
export function sleepingTests(
  tests: readonly Source[],
  /** Files, and beginnings of paths, that may set timers. */
  paced: readonly string[],
): string[] {
  return tests.filter(({ path }) => !paced.some((start) => path.startsWith(start))).flatMap(
    ({ path, calls }) => {
      const timers = path.endsWith("_test.ts") ? [...TIMER_CALLS, "pause"] : TIMER_CALLS;
      return timers.filter((call) => calls.has(call)).map((call) =>
        `${path} must not call ${call}: wait for an event with eventually() or within()`
      );
    },
  );
}

/** Random cases are the same in every run, so that a test fails by what was changed alone. */
export function chanceTests(tests: readonly Source[], place: string): string[] {
  return tests.filter(({ path, imports }) =>
    path !== place && imports.some(({ target }) => target === "fast-check")
  ).map(({ path }) => `${path} must not import fast-check: import it from ${place}`);
}

/** Tasks and paths as the documentation names them. */
export const NAMED_TASKS = /deno task (?:--\S+ )*([a-z][\w:-]*)/g;
export const NAMED_PATHS = /`((?:src|tests|docs)\/[\w./-]*)`/g;

/** Markdown makes a space of a line break in code, and what people copy would have one. */
export function brokenCode(
  documents: readonly { readonly path: string; readonly text: string }[],
): string[] {
  return documents.flatMap(({ path, text }) => {
    let isFenced = false;
    return text.split("\n").flatMap((line, index) => {
      if (line.trimStart().startsWith("```")) isFenced = !isFenced;
      const isCode = isFenced || line.startsWith("    ") || line.trimStart().startsWith("```");
      const isOpen = !isCode && line.split("`").length % 2 === 0;
      return isOpen ? [`${path}:${index + 1} must not break code across lines: ${line}`] : [];
    });
  });
}

/** What the documentation names must be there. */
export function unknownNames(
  documents: readonly { readonly path: string; readonly text: string }[],
  named: RegExp,
  exists: (name: string) => boolean,
): string[] {
  return documents.flatMap(({ path, text }) =>
    [...new Set(Array.from(text.matchAll(named), ([, name]) => name!))]
      .filter((name) => !exists(name))
      .map((name) => `${path} must not name ${name}: there is none`)
  );
}

/**
 * A document names tests as `name` [file], with the file's path at its end; each has to be there, and
 * each file has to be used.
 */
export function unknownTests(
  text: string,
  readFile: (path: string) => string | undefined,
): string[] {
  const paths = new Map(
    [...text.matchAll(/^\[([^\]]+)\]: (\S+)$/gm)].map(([, file, path]) => [file!, path!]),
  );
  const named = [...text.matchAll(/`([^`]+)` \[([^\]]+)\]/g)];
  const used = new Set([...text.matchAll(/[^!\]]\[([^\]\n]+)\](?![:(])/g)].map(([, file]) => file));
  return [
    ...named.filter(([, test, file]) => !readFile(paths.get(file!) ?? "")?.includes(test!))
      .map(([, test, file]) => `there must be a test "${test}" in [${file}]`),
    ...[...paths.keys()].filter((file) => !used.has(file)).map((file) => `nothing names [${file}]`),
  ];
}
