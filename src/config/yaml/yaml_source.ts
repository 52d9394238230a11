/** A YAML file as a plain value, with references replaced, that knows the place of everything in it. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import type { Mistake, Place } from "../config_error.ts";
import { hasReference, interpolate, type References } from "./interpolate.ts";
import { withoutEnvironment } from "./without_environment.ts";
import { yamlSentence } from "./yaml_sentence.ts";

/** Keys and positions of lists, from the top. */
export type Path = readonly PropertyKey[];

/** How a path is written in maps: one text for each path. */
export function pathKey(path: Path): string {
  return JSON.stringify(path.map(String));
}

/** Aliases copy what they name; a few lines of them could otherwise fill the memory ("billion laughs"). */
const ALIASED_VALUES_MAX = 100_000;

/** After these the parser goes on with nothing misread. */
const HARMLESS: ReadonlySet<string> = new Set(["DUPLICATE_KEY", "TAG_RESOLVE_FAILED"]);

export interface YamlSourceOptions {
  readonly file: string;
  readonly references: References;
  /** Mistakes of syntax and of references are added here. */
  readonly mistakes: Mistake[];
}

export class YamlSource {
  readonly file: string;
  /** Mappings as plain objects, an empty file as an empty one. */
  readonly value: unknown;
  /** The file's own text of each value that had a reference, by {@linkcode pathKey}. */
  readonly written = new Map<string, string>();
  /** What the references stood for, by {@linkcode pathKey}. */
  readonly secrets = new Map<string, readonly string[]>();
  /** Values of which a reference stands for nothing: nothing else is to be said about them. */
  readonly unresolved = new Set<string>();
  readonly #options: YamlSourceOptions;
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;
  readonly #targets = new Map<Alias, Node | undefined>();
  /** Where the first error is after which the rest may be misread. */
  readonly #brokenAt: number;
  #aliasedValues = 0;

  /** Parses; throws a RangeError when the nesting is deeper than the stack. */
  constructor(text: string, options: YamlSourceOptions) {
    this.file = options.file;
    this.#options = options;
    // At each word of the file it asks whether to print it, and each question goes to the system.
    this.#document = withoutEnvironment(() =>
      parseDocument(text, { lineCounter: this.#lines, prettyErrors: false })
    );
    this.#brokenAt = this.#reportSyntax();
    if (text.includes("*")) this.#findTargets();
    const { contents } = this.#document;
    this.value = contents === null ? {} : this.#plain(contents, [], []);
  }

  /** Where a value begins; of what is absent, where the mapping around it begins. */
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

  /** True when a syntax error may have made the parser misread the place: from the line before on. */
  isDoubtful({ line }: Place): boolean {
    return this.isBroken && line >= this.#lines.linePos(this.#brokenAt).line - 1;
  }

  /** True when nothing can be said about what is missing, since the file could not be read whole. */
  get isBroken(): boolean {
    return this.#brokenAt !== Infinity;
  }

  #reportSyntax(): number {
    const { errors, warnings } = this.#document;
    const breaking = errors.filter(({ code }) => !HARMLESS.has(code));
    const brokenAt = breaking.reduce((first, { pos }) => Math.min(first, pos[0]), Infinity);
    for (const { code, message, pos: [offset] } of [...errors, ...warnings]) {
      // Once the parser has lost its way, it complains of each word.
      if (code === "UNEXPECTED_TOKEN" && offset > brokenAt) continue;
      this.#options.mistakes.push({
        ...this.#placeAt(offset),
        message: yamlSentence(code, message),
      });
    }
    return brokenAt;
  }

  /** An alias means the anchor of its name that came last before it. */
  #findTargets(): void {
    const anchors = new Map<string, Node>();
    visit(this.#document, {
      Alias: (_, alias) => void this.#targets.set(alias, anchors.get(alias.source)),
      Value: (_, node) => void (node.anchor && anchors.set(node.anchor, node)),
    });
  }

  #resolved(node: Node | undefined): Node | undefined {
    return isAlias(node) ? this.#targets.get(node) : node;
  }

  #plain(node: Node | null, path: Path, around: readonly Node[]): unknown {
    if (isAlias(node)) return this.#aliased(node, path, around);
    if (around.some(isAlias)) this.#aliasedValues++;
    // Resolved tags are urls; of any other the parser has complained already.
    if (node?.tag?.startsWith("!")) this.unresolved.add(pathKey(path));
    if (isMap(node)) return this.#mapping(node, path, around);
    if (isSeq(node)) {
      return node.items.map((item, index) =>
        this.#plain(item as Node, [...path, index], [...around, node])
      );
    }
    const value = isScalar(node) ? node.value : null;
    return typeof value === "string" && hasReference(value)
      ? this.#interpolated(value, path)
      : value;
  }

  #aliased(alias: Alias, path: Path, around: readonly Node[]): unknown {
    const target = this.#targets.get(alias);
    const isEndless = around.includes(target!) || this.#aliasedValues >= ALIASED_VALUES_MAX;
    if (target !== undefined && !isEndless) return this.#plain(target, path, [...around, alias]);
    const what = target === undefined
      ? "its anchor must stand before it: there is none; write the value itself"
      : `aliases must end, after at most ${ALIASED_VALUES_MAX} values: it does not; write the value itself`;
    this.#mistake(path, `Cannot use the alias "*${alias.source}" as ${what}`);
    this.unresolved.add(pathKey(path));
    return null;
  }

  #mapping(node: YAMLMap, path: Path, around: readonly Node[]): unknown {
    const entries = node.items.map(({ key, value }) => {
      const name = keyText(key);
      return [
        name,
        this.#plain(value as Node | null, [...path, name], [...around, node]),
      ] as const;
    });
    return Object.fromEntries(entries);
  }

  #interpolated(value: string, path: Path): string {
    const { text, secrets, problems } = interpolate(value, this.#options.references);
    const key = pathKey(path);
    this.written.set(key, value);
    if (secrets.length > 0) this.secrets.set(key, secrets);
    if (problems.length > 0) this.unresolved.add(key);
    for (const problem of problems) this.#mistake(path, problem);
    return text;
  }

  #mistake(path: Path, message: string): void {
    this.#options.mistakes.push({ ...this.place(path), message });
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

function keyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}
