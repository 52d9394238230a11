/** Every text in the sources that a person may meet, for docs/messages.md. */
import type { Source } from "./source.ts";

/** Two words in a row: less is a name, a key or a unit. */
const WORDS = /[A-Za-z]{2,}[,:;]? +["'{(]?[A-Za-z]{2,}|\} [a-z]{2,}|[a-z]{2,} \{/;
/** SQL, lists of columns, and what HTTP headers hold. */
const CODE =
  /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|DROP|PRAGMA|VALUES|WHERE|GROUP BY|ORDER BY|JOIN|BEGIN|COMMIT|ROLLBACK|LANGUAGE|RETURNING|UNION|SET|RESET|COMMENT ON|NOT NULL|PRIMARY KEY|COLLATE|LOCK TABLE|ON CONFLICT|AS|OVER|CASE|CAST|OFFSET|AND|CONNECT)\b|^[\w (]*\(?(?:\{?\w+\}?, )+\{?\w+\}?\)?$|^[\w.]+ [<>=] |coalesce\(|charset=|'(none|self)'|^[A-Z_]+( [A-Z_]+)+$|::\w/;
const MARKUP = /<[a-z/!][^>]*>/g;

/** The texts of a source in their order; what is computed stands in braces. */
export function messagesOf({ path, text }: Pick<Source, "path" | "text">): string[] {
  const messages: string[] = [];
  const read = (node: Deno.lint.Node) => {
    if (isPartOfText(node)) return;
    const message = textOf(node, text).replaceAll(MARKUP, " ").replaceAll(/\s+/g, " ").trim();
    if (WORDS.test(message) && !CODE.test(message)) messages.push(message);
  };
  const visitor: Deno.lint.LintVisitor = {
    Literal: (node) => {
      if (typeof node.value === "string") read(node);
    },
    TemplateLiteral: read,
    BinaryExpression: (node) => {
      if (isConcatenation(node)) read(node);
    },
  };
  const plugin = { name: "messages", rules: { read: { create: () => visitor } } };
  Deno.lint.runPlugin(plugin, path, text);
  return messages;
}

/** The page that lists every text, by file. */
export function messagesPage(sources: readonly Pick<Source, "path" | "text">[]): string {
  const sections = sources
    .map((source) => ({ path: source.path, messages: messagesOf(source) }))
    .filter(({ messages }) => messages.length > 0)
    .map(({ path, messages }) =>
      `## ${path}\n\n${messages.map((line) => `    ${line}`).join("\n")}`
    );
  return `# Messages

Every text in the code that a person may meet: errors, logs, help, tables, pages. What stands in
braces is filled in. \`deno task messages\` writes this page, and a test holds it to the code.

${sections.join("\n\n")}
`;
}

function textOf(node: Deno.lint.Node, source: string): string {
  if (node.type === "Literal") return String(node.value);
  if (node.type === "TemplateLiteral") {
    return node.quasis.map(({ cooked, raw }, index) => {
      const value = node.expressions[index];
      return (cooked ?? raw) + (value === undefined ? "" : textOf(value, source));
    }).join("");
  }
  if (isConcatenation(node)) return textOf(node.left, source) + textOf(node.right, source);
  return `{${nameOf(node, source)}}`;
}

/** The word that says best what an expression is: `error.message` is a message. */
function nameOf(node: Deno.lint.Node, source: string): string {
  switch (node.type) {
    case "MemberExpression":
      return nameOf(node.property, source);
    case "CallExpression":
      return node.arguments.length === 1 && node.callee.type === "Identifier"
        ? nameOf(node.arguments[0]!, source)
        : nameOf(node.callee, source);
    case "TSNonNullExpression":
    case "TSAsExpression":
      return nameOf(node.expression, source);
    case "Identifier":
      return node.name;
    default:
      return "…";
  }
}

function isConcatenation(node: Deno.lint.Node): node is Deno.lint.BinaryExpression {
  return node.type === "BinaryExpression" && node.operator === "+" && isText(node);
}

function isText(node: Deno.lint.Node): boolean {
  if (node.type === "BinaryExpression") return isText(node.left) || isText(node.right);
  return node.type === "TemplateLiteral" ||
    (node.type === "Literal" && typeof node.value === "string");
}

/** Parts are read with the whole; names of modules are not for people. */
function isPartOfText(node: Deno.lint.Node): boolean {
  const parent = "parent" in node ? node.parent as Deno.lint.Node : undefined;
  return (parent !== undefined && isConcatenation(parent)) ||
    parent?.type.startsWith("Import") === true ||
    parent?.type.startsWith("Export") === true;
}
