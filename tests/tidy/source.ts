/** What the tidy rules look at in a source file: its text, imports, functions and calls. */

export interface Import {
  /** Type imports leave no trace at run time. */
  readonly kind: "type" | "static" | "dynamic";
  /** A path from the project's root, or the name of a library. */
  readonly target: string;
  readonly isLibrary: boolean;
}

export interface Source {
  /** From the project's root, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
  /** Names of what it exports, types among it. */
  readonly exports: readonly string[];
  /** Lines of each function, by the line where it begins. */
  readonly functions: readonly { readonly line: number; readonly lines: number }[];
  /** Functions that are called, such as `fetch` and `Deno.connect`. */
  readonly calls: ReadonlySet<string>;
  /** Regular expressions that are written as such. */
  readonly expressions: readonly { readonly line: number; readonly expression: RegExp }[];
  /** Lines of `let` and `var` outside every function. */
  readonly state: readonly number[];
}

/** Reads a file with Deno's own parser, that of `deno lint`. */
export function sourceOf(path: string, text: string): Source {
  const imports: Import[] = [];
  const exports: string[] = [];
  const functions: { line: number; lines: number }[] = [];
  const calls = new Set<string>();
  const expressions: { line: number; expression: RegExp }[] = [];
  const state: number[] = [];
  const lineAt = (offset: number) => text.slice(0, offset).split("\n").length;
  const add = (kind: Import["kind"], specifier: string) =>
    imports.push({
      kind,
      target: resolved(path, specifier),
      isLibrary: !specifier.startsWith("."),
    });
  const measure = ({ range: [start, end] }: Deno.lint.Node) =>
    functions.push({ line: lineAt(start), lines: lineAt(end) - lineAt(start) + 1 });
  const visitor: Deno.lint.LintVisitor = {
    ImportDeclaration: (node) =>
      add(node.importKind === "type" ? "type" : "static", node.source.value),
    ExportAllDeclaration: (node) => add("static", node.source.value),
    ExportNamedDeclaration: (node) => {
      if (node.source) add(node.exportKind === "type" ? "type" : "static", node.source.value);
      exports.push(...namesOf(node));
    },
    ImportExpression: (node) => {
      if (node.source.type === "Literal") add("dynamic", String(node.source.value));
    },
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
    Literal: (node) => {
      if (!("regex" in node) || node.regex === undefined) return;
      const { pattern, flags } = node.regex;
      expressions.push({ line: lineAt(node.range[0]), expression: new RegExp(pattern, flags) });
    },
    CallExpression: (node) => void calls.add(nameOf(node.callee)),
    NewExpression: (node) => void calls.add(nameOf(node.callee)),
    VariableDeclaration: (node) => {
      const isTop = node.parent.type === "Program" || node.parent.type === "ExportNamedDeclaration";
      if (isTop && node.kind !== "const") state.push(lineAt(node.range[0]));
    },
  };
  const plugin = { name: "tidy", rules: { read: { create: () => visitor } } };
  Deno.lint.runPlugin(plugin, path, text);
  return { path, text, imports, exports, functions, calls, expressions, state };
}

/** Every TypeScript file below a folder of the project, by path. */
export function sourcesBelow(root: URL, folder: string): Source[] {
  return filesBelow(root, folder)
    .filter((path) => path.endsWith(".ts"))
    .map((path) => sourceOf(path, Deno.readTextFileSync(new URL(path, root))));
}

/** Every file below a folder of the project, by path. */
export function filesBelow(root: URL, folder: string): string[] {
  return [...Deno.readDirSync(new URL(`${folder}/`, root))]
    .flatMap(({ name, isDirectory }) =>
      isDirectory ? filesBelow(root, `${folder}/${name}`) : [`${folder}/${name}`]
    )
    .sort();
}

function namesOf({ declaration, specifiers }: Deno.lint.ExportNamedDeclaration): string[] {
  const declared = declaration?.type === "VariableDeclaration"
    ? declaration.declarations.map(({ id }) => id)
    : [declaration && "id" in declaration ? declaration.id : undefined];
  return [...declared, ...specifiers.map(({ exported }) => exported)]
    .flatMap((node) => node?.type === "Identifier" ? [node.name] : []);
}

function resolved(path: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

function nameOf(callee: Deno.lint.Node): string {
  if (callee.type === "Identifier") return callee.name;
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return "";
  return `${nameOf(callee.object)}.${callee.property.name}`;
}
