/**
 * The OpenAPI file of the API, made from the schemas of its answers.
 *
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
import * as z from "zod";
import { VERSION } from "../runtime/version.ts";
import * as schemas from "./api_schemas.ts";

const NAME = {
  name: "name",
  in: "path",
  required: true,
  description: "The site's name, percent-encoded.",
  schema: { type: "string" },
};

/** The whole file. */
export function openApi(): Record<string, unknown> {
  return {
    openapi: "3.1.1",
    info: {
      title: "sitemon",
      version: VERSION,
      description: "What sitemon found out. Fields are only ever added. Answers carry an ETag.",
    },
    paths: {
      "/api/status": {
        get: operation("Every site's status", schemas.statusesSchema, ["503"]),
      },
      "/api/sites/{name}": {
        parameters: [NAME],
        get: operation("One site with its history", schemas.siteSchema, ["404", "503"]),
      },
      "/api/sites/{name}/reports": {
        parameters: [NAME],
        get: operation("The newest reports of one site", schemas.reportsSchema, ["404", "503"]),
      },
    },
    components: { schemas: components() },
  };
}

function operation(summary: string, schema: z.ZodType, errors: readonly string[]) {
  const failures = errors.map((status) => [status, answer(ERRORS[status]!, schemas.errorSchema)]);
  return {
    summary,
    responses: {
      "200": answer(summary, schema),
      "304": { description: "As the ETag of If-None-Match says, it is known already." },
      ...Object.fromEntries(failures),
    },
  };
}

const ERRORS: Readonly<Record<string, string>> = {
  "404": "There is no such site.",
  "503": "The store has not answered yet.",
};

function answer(description: string, schema: z.ZodType) {
  const { id } = schema.meta()!;
  return {
    description,
    content: { "application/json": { schema: { $ref: `#/components/schemas/${id}` } } },
  };
}

/** Every schema that has a name, by that name. */
function components(): Record<string, unknown> {
  const { schemas: named } = z.toJSONSchema(z.globalRegistry, {
    uri: (id) => `#/components/schemas/${id}`,
  });
  return Object.fromEntries(
    Object.entries(named).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]),
  );
}
