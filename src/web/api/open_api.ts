/**
 * The OpenAPI description of the API, generated from the schemas of its responses.
 *
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
import * as z from "zod";
import { VERSION } from "../../runtime/version.ts";
import { PROBLEM_TYPE } from "../problem.ts";
import { ALERT_PARAMETERS } from "./alerts_api.ts";
import { EVENT_PARAMETERS } from "./events_api.ts";
import { INCIDENT_PARAMETERS } from "./incidents_api.ts";
import { LATENCY_PARAMETERS, REPORT_PARAMETERS } from "./past_api.ts";
import { AT_PARAMETER, STATUS_PARAMETERS } from "./status_query.ts";
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

const DESCRIPTION =
  "Status and history of the monitored sites. Fields are only ever added: take those " +
  "that are not described here. Responses carry an ETag, which changes when they do. Where a response " +
  'has "next", its header Link leads to the page that follows.';

/** All that is served, but for the pages that people read. */
export function openApi({ isPublic = false } = {}): Record<string, unknown> {
  const forAll = {
    ...Object.fromEntries(Object.entries(PATHS).filter(([path]) => !PRIVATE_PATHS.includes(path))),
    "/api/status": { ...PATHS["/api/status"], parameters: STATUS_PARAMETERS },
  };
  return {
    openapi: "3.1.1",
    info: {
      title: "sitemon",
      version: VERSION,
      license: { name: "MIT", identifier: "MIT" },
      description: DESCRIPTION,
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
  const failures = Object.entries({ ...API_ERRORS, ...ERRORS, ...errors }).map(
    ([status, description]) => [
      status,
      answer(description, PROBLEM_TYPE, namedSchema(schemas.problemSchema)),
    ],
  );
  return responses(operationId, summary, {
    "200": answer(summary, "application/json", namedSchema(schema)),
    "304": NOT_MODIFIED,
    ...Object.fromEntries(failures),
  });
}

/** What programs of other kinds read: feeds, badges and events. Its errors are pages. */
function textOperation(
  operationId: string,
  summary: string,
  contentType: string,
  errors: Readonly<Record<string, string>> = {},
) {
  const failures = Object.entries({ ...ERRORS, ...errors }).map(
    ([status, description]) => [status, answer(description, "text/html", TEXT)],
  );
  return responses(operationId, summary, {
    "200": answer(summary, contentType, TEXT),
    ...(contentType !== EVENTS_TYPE && { "304": NOT_MODIFIED }),
    ...Object.fromEntries(failures),
  });
}

function responses(operationId: string, summary: string, answers: object) {
  return { operationId, summary, responses: answers };
}

function answer(description: string, contentType: string, schema: object) {
  return { description, content: { [contentType]: { schema } } };
}

function namedSchema(schema: z.ZodType) {
  return { $ref: `#/components/schemas/${schema.meta()!.id}` };
}

const TEXT = { type: "string" };
const FEED_TYPE = "application/atom+xml";
const BADGE_TYPE = "image/svg+xml";
const EVENTS_TYPE = "text/event-stream";
const NOT_MODIFIED = { description: "Not modified since the ETag in If-None-Match." };
const NOT_FOUND = { "404": "No such site." };
const API_ERRORS = { "400": "A query parameter that is unknown, or has an unknown value." };
const ERRORS = {
  "401": "Username and password required.",
  "500": "Internal error in sitemon.",
  "503": "The status database has not responded yet.",
};

const PATHS = {
  "/api/status": {
    parameters: [...STATUS_PARAMETERS, AT_PARAMETER],
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
  "/api/incidents": {
    parameters: INCIDENT_PARAMETERS,
    get: operation("incidents", "Times that sites were not up", schemas.incidentsSchema, NOT_FOUND),
  },
  "/api/sites/{name}/reports": {
    parameters: [NAME, ...REPORT_PARAMETERS],
    get: operation("reports", "The reports of one site", schemas.reportsSchema, NOT_FOUND),
  },
  "/api/sites/{name}/latency": {
    parameters: [NAME, ...LATENCY_PARAMETERS],
    get: operation("latency", "How fast one site answered", schemas.pointsSchema, NOT_FOUND),
  },
  "/api/openapi.json": {
    get: responses("openapi", "This file", {
      "200": answer("This file", "application/json", { type: "object" }),
      "304": NOT_MODIFIED,
    }),
  },
  "/sites/{name}.atom": {
    parameters: [NAME],
    get: textOperation("siteFeed", "Changes of one site as an Atom feed", FEED_TYPE, NOT_FOUND),
  },
  "/feed.atom": {
    get: textOperation("feed", "Incidents of all sites as an Atom feed", FEED_TYPE),
  },
  "/badge/{name}.svg": {
    parameters: [NAME],
    get: textOperation("siteBadge", "The state of one site, also of an unknown one", BADGE_TYPE),
  },
  "/badge.svg": { get: textOperation("badge", "The state of all sites together", BADGE_TYPE) },
  "/events": {
    parameters: EVENT_PARAMETERS,
    get: textOperation(
      "events",
      "Server-sent events for pages that are open; their data may change",
      EVENTS_TYPE,
      API_ERRORS,
    ),
  },
} as const;

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

/** What a public page has not. */
const PRIVATE_PATHS: readonly string[] = [
  ...["/api/sites/{name}/reports", "/api/sites/{name}/latency", "/api/alerts"],
];
const PRIVATE_SCHEMAS: readonly string[] = [
  ...["Report", "Reports", "Latency", "Point", "Points", "Transition", "Alert", "Alerts"],
];

/** What is left of them for everybody, and nothing that only the others name. */
function publicComponents(): Record<string, unknown> {
  const left = Object.entries(components()).filter(([name]) => !PRIVATE_SCHEMAS.includes(name));
  return Object.fromEntries(
    left.map(([name, schema]) => {
      const fields = PUBLIC_FIELDS[name];
      const { properties, required = [], ...rest } = schema as ObjectSchema;
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
  readonly required?: readonly string[];
}
