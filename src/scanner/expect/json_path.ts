/**
 * JSONPaths (RFC 9535) that are looked up in bodies, in time bounded by the body's size.
 *
 * Every path of the standard is taken but those that visit a document again for each of its
 * elements. `match` and `search` run on the patterns of this folder, with a literal pattern.
 */
import {
  type FilterFunction,
  FunctionExpressionType,
  JSONPathEnvironment,
  type JSONPathQuery,
} from "json-p3";
import { memoize } from "../../runtime/memoize.ts";
import { compilePattern, type Pattern } from "./pattern.ts";

/** Values that are looked at; a body of a MiB has some 500,000 at most. */
export const JSON_VALUES_MAX = 100_000;

/** Thrown for a path that is none, or that cannot be used here; its message says why. */
export class JsonPathError extends SyntaxError {
  override readonly name = "JsonPathError";
}

/** A path that is ready to be looked up. */
export interface JsonPath {
  /**
   * The values at the path, one by one, and where they are. Throws {@linkcode JsonPathError} in a
   * document that is nested too deeply for it.
   */
  nodesIn(document: unknown): Iterable<JsonNode>;
}

/** A value of a document. */
export interface JsonNode {
  readonly value: unknown;
  /** Names and indexes that lead to it. */
  readonly location: readonly (string | number)[];
}

type Document = Parameters<JSONPathQuery["lazyQuery"]>[0];

/** Makes a path; throws {@linkcode JsonPathError} with the reason why it cannot be used. */
export function compileJsonPath(source: string): JsonPath {
  const query = compile(source);
  const problem = repetitionOf(query);
  if (problem !== undefined) throw new JsonPathError(problem);
  return { nodesIn: (document) => nodesOf(query, document as Document) };
}

/** Why a path cannot be used; `undefined` when it can. */
export function jsonPathProblem(source: string): string | undefined {
  try {
    compileJsonPath(source);
    return undefined;
  } catch (error) {
    return (error as JsonPathError).message;
  }
}

function compile(source: string): JSONPathQuery {
  try {
    return new LinearEnvironment().compile(source);
  } catch (cause) {
    const [reason] = String((cause as Error).message).split("('", 1);
    throw new JsonPathError(reason!.trimEnd(), { cause });
  }
}

/**
 * A second descent, or a look from the root within a filter, visits much of the document once more
 * for each element: the square of its size.
 */
function repetitionOf(query: JSONPathQuery): string | undefined {
  const bare = query.toString().replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, "");
  if (bare.split("..").length > 2) return 'it has ".." more than once, which takes unbounded time';
  if (bare.lastIndexOf("$") > 0) {
    return "it looks from the root within a filter, which takes unbounded time";
  }
  return undefined;
}

function* nodesOf(query: JSONPathQuery, document: Document): Iterable<JsonNode> {
  let count = 0;
  try {
    for (const node of query.lazyQuery(document)) {
      if (++count > JSON_VALUES_MAX) {
        throw new JsonPathError(`there are more than ${JSON_VALUES_MAX} values`);
      }
      yield node;
    }
  } catch (error) {
    if (error instanceof JsonPathError) throw error;
    throw new JsonPathError("the document is nested too deeply", { cause: error });
  }
}

/** The standard's environment with patterns that run in linear time. */
class LinearEnvironment extends JSONPathEnvironment {
  protected override setupFilterFunctions(): void {
    super.setupFilterFunctions();
    const whole = (source: string) => compilePattern(`\\A(?:${source})\\z`);
    this.functionRegister.set("search", new PatternFunction(compilePattern));
    this.functionRegister.set("match", new PatternFunction(whole));
  }

  override checkWellTypedness(
    ...[token, args]: Parameters<JSONPathEnvironment["checkWellTypedness"]>
  ) {
    const checked = super.checkWellTypedness(token, args);
    if (this.functionRegister.get(token.value) instanceof PatternFunction) {
      const pattern = args[1] as { readonly value?: unknown };
      if (typeof pattern.value !== "string") {
        throw new JsonPathError(`the pattern of ${token.value}() must be a text, not a path`);
      }
      compilePattern(pattern.value);
    }
    return checked;
  }
}

class PatternFunction implements FilterFunction {
  readonly argTypes = [FunctionExpressionType.ValueType, FunctionExpressionType.ValueType];
  readonly returnType = FunctionExpressionType.LogicalType;
  readonly #patternOf: (source: string) => Pattern;

  constructor(compile: (source: string) => Pattern) {
    this.#patternOf = memoize(compile);
  }

  call(value: unknown, source: unknown): boolean {
    if (typeof value !== "string" || typeof source !== "string") return false;
    return this.#patternOf(source).test(value);
  }
}
