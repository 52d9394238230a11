/**
 * The OpenAPI description of the API, generated from the schemas of its responses.
 *
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
import * as z from "zod";
import { VERSION } from "../../runtime/version.ts";
import { PROBLEM_TYPE } from "../problem.ts";
import { ALERT_PARAMETERS } from "./alerts_api.ts";
import { STATUS_PARAMETERS } from "./status_query.ts";
import * as schemas from "./api_schemas.ts";
import { PUBLIC_FIELDS } from "./response_fields.ts";

const NAME = {
  name: "name",
  in: "path",
  required: true,
  description:
    "The site's name, percent-encoded; `/` also as `~2F`, and `.` and `..` as `~2E` and `~2E~2E`.",
  schema: { type: "string" },
};

/** The whole document. */
export function openApi({ isPublic = false } = {}): Record<string, unknown> {
  const { "/api/sites/{name}/reports": _, "/api/alerts": __, ...forAll } = PATHS;
  return {
    openapi: "3.1.1",
    info: {
      title: "sitemon",
      version: VERSION,
      license: { name: "MIT", identifier: "MIT" },
      description:
        "Status and history of the monitored sites. Fields are only ever added. Responses carry an ETag.",
    },
    // From this file, wherever a proxy has put it.
    servers: [{ url: ".." }],
    // A password is required only if the operator configured one.
    security: [{}, { password: [] }],
    paths: isPublic ? forAll : PATHS,
    components: {
      schemas: isPublic ? publicComponents() : components(),
      securitySchemes: { password: { type: "http", scheme: "basic" } },
    },
  };
}

function operation(
  operationId: string,
  summary: string,
  schema: z.ZodType,
  errors: Readonly<Record<string, string>> = {},
) {
  const failures = Object.entries({ ...ERRORS, ...errors }).map(([status, description]) => {
    return [status, answer(description, schemas.problemSchema, PROBLEM_TYPE)];
  });
  return {
    operationId,
    summary,
    responses: {
      "200": answer(summary, schema, "application/json"),
      "304": { description: "Not modified since the ETag in If-None-Match." },
      ...Object.fromEntries(failures),
    },
  };
}

const NOT_FOUND = { "404": "No such site." };
const ERRORS = {
  "400": "A query parameter that is unknown, or has an unknown value.",
  "401": "Username and password required.",
  "500": "Internal error in sitemon.",
  "503": "The status database has not responded yet.",
};

const PATHS = {
  "/api/status": {
    parameters: STATUS_PARAMETERS,
    get: operation("statuses", "Every site's status", schemas.statusesSchema),
  },
  "/api/sites/{name}": {
    parameters: [NAME],
    get: operation("site", "One site with its history", schemas.siteHistorySchema, NOT_FOUND),
  },
  "/api/maintenance": {
    get: operation("maintenance", "Planned work", schemas.maintenanceSchema),
  },
  "/api/alerts": {
    parameters: ALERT_PARAMETERS,
    get: operation("alerts", "Alerts, by default those that are open", schemas.alertsSchema),
  },
  "/api/sites/{name}/reports": {
    parameters: [NAME],
    get: operation(
      "reports",
      "The newest reports of one site",
      schemas.reportsSchema,
      NOT_FOUND,
    ),
  },
} as const;

function answer(description: string, schema: z.ZodType, contentType: string) {
  const { id } = schema.meta()!;
  return {
    description,
    content: { [contentType]: { schema: { $ref: `#/components/schemas/${id}` } } },
  };
}

/** Every schema that has an id, by that id. */
function components(): Record<string, unknown> {
  const { schemas: named } = z.toJSONSchema(z.globalRegistry, {
    uri: (id) => `#/components/schemas/${id}`,
    // Clients must take fields that are added later.
    io: "input",
  });
  return Object.fromEntries(
    Object.entries(named).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]),
  );
}

/** Those of what a public page has not. */
const PRIVATE_SCHEMAS: readonly string[] = [
  ...["Report", "Reports", "Latency", "Transition", "Alert", "Alerts"],
];

/** What is left of them for everybody, and nothing that only the others name. */
function publicComponents(): Record<string, unknown> {
  const left = Object.entries(components()).filter(([name]) => !PRIVATE_SCHEMAS.includes(name));
  return Object.fromEntries(
    left.map(([name, schema]) => {
      const fields = PUBLIC_FIELDS[name];
      const { properties, required, ...rest } = schema as ObjectSchema;
      if (fields === undefined) return [name, schema];
      const shown = Object.entries(properties).filter(([field]) => fields.includes(field));
      return [name, {
        ...rest,
        properties: Object.fromEntries(shown),
        required: required.filter((field) => fields.includes(field)),
      }];
    }),
  );
}

interface ObjectSchema {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
}
