/** A YAML file as a plain value, with references replaced, that knows the place of everything in it. */
import process from "node:process";
import {
  Alias,
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import type { Mistake, Place } from "../config_error.ts";
import { hasReference, interpolate, interpolateUrl, type References } from "./interpolate.ts";
import { shownKey } from "./shown_value.ts";

/** Keys and positions of lists, from the top. */
export type Path = readonly PropertyKey[];

/** A path as the key of a map. */
export function pathKey(path: Path): string {
  return JSON.stringify(path.map(String));
}

/** `kafka.tls.ca` for messages, without indexes of lists: the place tells them apart. */
export function keyName(path: Path): string {
  return path.filter((step) => typeof step !== "number").map((key) => shownKey(String(key)))
    .join(".");
}

/** The value at a path, or undefined when there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<PropertyKey, unknown>)[step];
  }
  return at;
}

/** Aliases copy values; a few lines of them could otherwise fill the memory ("billion laughs"). */
const ALIASED_VALUES_MAX = 100_000;
const TOO_MANY_VALUES = `aliases expand to more than ${ALIASED_VALUES_MAX} values`;

/** The key of YAML 1.1 that merges another mapping. */
const MERGE = "<<";

export interface YamlSourceOptions {
  readonly file: string;
  readonly references: References;
  /** True for values in which references must not change the host. */
  readonly isUrl: (path: Path, text: string) => boolean;
  /** Mistakes of syntax and of references are added here. */
  readonly mistakes: Mistake[];
}

export class YamlSource {
  readonly file: string;
  /** Mappings as plain objects, an empty file as an empty one. */
  readonly value: unknown;
  /** The file's own text of each value with a reference, by {@linkcode pathKey}. */
  readonly raw = new Map<string, string>();
  /** What the references stood for, by {@linkcode pathKey}. */
  readonly secrets = new Map<string, readonly string[]>();
  /** Values with a reference that could not be resolved; no other mistake of theirs is reported. */
  readonly unresolved = new Set<string>();
  readonly #options: YamlSourceOptions;
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;
  readonly #targets = new Map<Alias, Node | undefined>();
  /** Offset of the first error after which the rest may be misread. */
  readonly #brokenAt: number;
  #aliasedValues = 0;
  #mergedPairs = 0;

  /** Throws a RangeError when the nesting is deeper than the stack. */
  constructor(text: string, options: YamlSourceOptions) {
    this.file = options.file;
    this.#options = options;
    this.#document = withoutEnvironment(() =>
      parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: false })
    );
    this.#brokenAt = this.#reportSyntax();
    if (text.includes("*")) this.#findTargets();
    if (text.includes(MERGE)) visit(this.#document, { Map: (_, node) => this.#merge(node) });
    const { contents } = this.#document;
    this.value = contents === null ? {} : this.#plain(contents, [], []);
  }

  /** True for a file with comments alone, or nothing at all. */
  get isEmpty(): boolean {
    return this.#document.contents === null && !this.isBroken;
  }

  /** Where a value begins, or the innermost mapping around it if it is absent. */
  place(path: Path): Place {
    return this.#placeOf(this.#nodeAt(path));
  }

  /** Where a key begins. */
  keyPlace(path: Path): Place {
    const parent = this.#resolved(this.#nodeAt(path.slice(0, -1)));
    const key = String(path.at(-1));
    const pair = isMap(parent) ? parent.items.find((item) => keyText(item.key) === key) : undefined;
    return this.#placeOf((pair?.key ?? this.#nodeAt(path)) as Node | undefined);
  }

  /** True from the line before the first syntax error on, which the parser may have misread. */
  isDoubtful({ line }: Place): boolean {
    return this.isBroken && line >= this.#lines.linePos(this.#brokenAt).line - 1;
  }

  /** True when a key that seems to be missing may be one that the parser could not read. */
  get isBroken(): boolean {
    return this.#brokenAt !== Infinity;
  }

  /** Adds a mistake about a value. */
  report(path: Path, message: string): void {
    this.reportAt(this.place(path), message);
  }

  reportAt(place: Place, message: string): void {
    this.#options.mistakes.push({ ...place, message });
  }

  #reportSyntax(): number {
    const { errors, warnings } = this.#document;
    // After an unknown tag the parser has not misread the rest.
    const breaking = errors.filter(({ code }) => code !== "TAG_RESOLVE_FAILED");
    const brokenAt = breaking.reduce((first, { pos }) => Math.min(first, pos[0]), Infinity);
    for (const { code, message, pos: [offset] } of [...errors, ...warnings]) {
      // After the first error, every further token seems unexpected.
      if (code === "UNEXPECTED_TOKEN" && offset > brokenAt) continue;
      this.reportAt(this.#placeAt(offset), syntaxMessage(code, message));
    }
    return brokenAt;
  }

  /** An alias refers to the last anchor of its name before it. */
  #findTargets(): void {
    const anchors = new Map<string, Node>();
    visit(this.#document, {
      Alias: (_, alias) => void this.#targets.set(alias, anchors.get(alias.source)),
      Value: (_, node) => void (node.anchor && anchors.set(node.anchor, node)),
    });
  }

  /**
   * Puts the pairs of other mappings into one that merges them: `<<: *name`, or a list of these. Its own
   * keys win, and earlier mappings over later ones. Each value becomes an alias of the merged one.
   *
   * @see https://yaml.org/type/merge.html
   */
  #merge(node: YAMLMap): void {
    const merges = node.items.filter(({ key }) => isMergeKey(key));
    if (merges.length === 0) return;
    node.items = node.items.filter((item) => !merges.includes(item));
    const names = new Set(node.items.map(({ key }) => keyText(key)));
    for (const { key, value } of merges) {
      for (const source of isSeq(value) ? value.items : [value]) {
        const target = this.#resolved((source ?? undefined) as Node | undefined);
        if (!isMap(target) || target === node) {
          const message = '"<<" merges mappings; write an alias of one, such as <<: *name';
          this.reportAt(this.#placeOf(key as Node), message);
          continue;
        }
        this.#merge(target);
        const pairs = target.items.filter(({ key }) => !names.has(keyText(key)));
        this.#mergedPairs += pairs.length;
        if (this.#mergedPairs > ALIASED_VALUES_MAX) {
          return this.reportAt(this.#placeOf(key as Node), TOO_MANY_VALUES);
        }
        for (const pair of pairs) names.add(keyText(pair.key));
        node.items.push(...pairs.map((pair) => this.#mergedPair(pair)));
      }
    }
  }

  #mergedPair({ key, value }: Pair): Pair {
    const node = value as Node | null;
    if (node === null) return new Pair(key, null);
    const alias = new Alias(MERGE);
    alias.range = node.range ?? null;
    this.#targets.set(alias, node);
    return new Pair(key, alias);
  }

  #resolved(node: Node | undefined): Node | undefined {
    return isAlias(node) ? this.#targets.get(node) : node;
  }

  #plain(node: Node | null, path: Path, around: readonly Node[]): unknown {
    if (isAlias(node)) return this.#aliased(node, path, around);
    if (around.some(isAlias)) this.#aliasedValues++;
    // Resolved tags are URLs; the parser has reported all others.
    if (node?.tag?.startsWith("!")) this.unresolved.add(pathKey(path));
    if (isMap(node)) return this.#mapping(node, path, around);
    if (isSeq(node)) {
      return node.items.map((item, index) =>
        this.#plain(item as Node, [...path, index], [...around, node])
      );
    }
    const value = isScalar(node) ? exactly(node.value, node.source) : null;
    return typeof value === "string" && hasReference(value)
      ? this.#interpolated(value, path)
      : value;
  }

  #aliased(alias: Alias, path: Path, around: readonly Node[]): unknown {
    const target = this.#targets.get(alias);
    const isBounded = this.#aliasedValues < ALIASED_VALUES_MAX;
    if (target !== undefined && !around.includes(target) && isBounded) {
      return this.#plain(target, path, [...around, alias]);
    }
    // Its name is not shown: a password may begin with an asterisk too.
    const message = target === undefined
      ? 'alias without an anchor before it; put a value that begins with "*" in quotes'
      : around.includes(target)
      ? "alias contains itself"
      : TOO_MANY_VALUES;
    this.report(path, message);
    this.unresolved.add(pathKey(path));
    return null;
  }

  #mapping(node: YAMLMap, path: Path, around: readonly Node[]): unknown {
    const first = new Map<string, Node>();
    const entries = node.items.map(({ key, value }) => {
      const name = keyText(key);
      const same = first.get(name);
      first.set(name, same ?? key as Node);
      if (same !== undefined) {
        const { line } = this.#placeOf(same);
        const message = `duplicate key "${shownKey(name)}": first defined at line ${line}`;
        this.reportAt(this.#placeOf(key as Node), message);
      }
      // zod leaves it out of what it parses, without a word.
      if (name === "__proto__") {
        this.reportAt(this.#placeOf(key as Node), 'reserved key "__proto__"; choose another name');
      }
      return [name, this.#plain(value as Node | null, [...path, name], [...around, node])] as const;
    }).filter(([name]) => name !== "__proto__");
    return Object.fromEntries(entries);
  }

  #interpolated(value: string, path: Path): string {
    const { isUrl, references } = this.#options;
    const replace = isUrl(path, value) ? interpolateUrl : interpolate;
    const { text, secrets, problems } = replace(value, references);
    const key = pathKey(path);
    this.raw.set(key, value);
    if (secrets.length > 0) this.secrets.set(key, secrets);
    if (problems.length > 0) this.unresolved.add(key);
    for (const problem of problems) this.report(path, problem);
    return text;
  }

  #nodeAt(path: Path): Node | undefined {
    let node: Node | undefined = this.#document.contents ?? undefined;
    for (const step of path) {
      const parent = this.#resolved(node);
      const child = isMap(parent)
        ? parent.items.find((item) => keyText(item.key) === String(step))?.value
        : isSeq(parent)
        ? parent.items[Number(step)]
        : undefined;
      if (child === undefined || child === null) return node;
      node = child as Node;
    }
    return node;
  }

  #placeOf(node: Node | undefined): Place {
    return this.#placeAt(node?.range?.[0] ?? 0);
  }

  #placeAt(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

/** An integer beyond what JavaScript's numbers hold exactly, as the file has it. */
export function exactly(value: unknown, source: string | undefined): unknown {
  const isInexact = Number.isInteger(value) && !Number.isSafeInteger(value);
  return isInexact && /^[-+]?\d+$/.test(source ?? "") ? BigInt(source!) : value;
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === MERGE && key.type === "PLAIN";
}

function keyText(key: unknown): string {
  // As text, a collection would expand its aliases, and one with an invalid merge would throw.
  if (isMap(key) || isSeq(key)) return isMap(key) ? "{…}" : "[…]";
  return String(isScalar(key) ? key.value : key);
}

/**
 * Runs the parser without `process.env`: it asks for two variables at each token, needs permissions
 * for that, and prints every token, passwords included, if one of them is set.
 */
function withoutEnvironment<T>(parse: () => T): T {
  const { env } = process;
  process.env = {};
  try {
    return parse();
  } finally {
    process.env = env;
  }
}

function syntaxMessage(code: ErrorCode, message: string): string {
  switch (code) {
    case "TAG_RESOLVE_FAILED":
      return 'unknown tag; put a value that begins with "!" in quotes';
    case "BAD_DIRECTIVE":
      return 'invalid directive; a line that begins with "%" is one';
    case "MULTIPLE_DOCS":
      return "second YAML document; a configuration file holds only one";
    case "TAB_AS_INDENT":
      return "tab in the indentation; YAML requires spaces";
    default:
      return `invalid YAML here or on the line before: ${detailOf(message)}`;
  }
}

/** The parser's own words, on one line and without what it quotes, which may be a password. */
function detailOf(message: string): string {
  if (/call stack/i.test(message)) return "nested too deeply";
  const [first = ""] = message.split("\n");
  const words = first.replace(/: .*$/, "").trimEnd().replace(/[.:]$/, "");
  return words.charAt(0).toLowerCase() + words.slice(1);
}
