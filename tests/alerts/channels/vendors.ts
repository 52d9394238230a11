/**
 * The receivers of channels as their vendors document them: what each refuses, by a JSON Schema and
 * what no schema can say, and how it answers.
 */
import { Ajv } from "ajv";
import { Webhook } from "standardwebhooks";
import type { AlertChannel, ChannelTargets } from "../../../src/config/alerts.ts";

export type Kind = Exclude<keyof ChannelTargets, "email" | "kafka">;

/** A request as a receiver sees it. */
export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Vendor {
  readonly status: number;
  readonly answer: string;
  /** What is wrong with a request; `undefined` when it is taken. */
  problem(request: Received): string | undefined;
}

export const SECRET = `whsec_${btoa("a key of sitemon's own, 32 bytes")}`;
export const ROUTING_KEY = "0123456789abcdef0123456789abcdef";

/** A channel of a kind whose receiver is at `origin`. */
export function channelAt(kind: Kind | "email", origin: string): AlertChannel {
  const name = "ops";
  switch (kind) {
    case "webhook":
      return { name, webhook: { url: `${origin}/hook`, secret: SECRET } };
    case "alertmanager":
      return { name, alertmanager: { urls: [origin] } };
    case "pagerduty":
      return { name, pagerduty: { routingKey: ROUTING_KEY, url: `${origin}/v2/enqueue` } };
    case "ntfy":
      return { name, ntfy: { url: `${origin}/alerts`, token: "tk_secret" } };
    case "telegram":
      return { name, telegram: { token: "123:secret", chatId: "-100123", url: origin } };
    case "opsgenie":
      return { name, opsgenie: { apiKey: "key-of-opsgenie", url: `${origin}/v2/alerts` } };
    case "email": {
      const [host = "", port] = origin.replace("http://", "").split(":");
      const mail = { host, port: Number(port), tls: "none", from: "sitemon@example.org" } as const;
      return { name, email: { ...mail, to: ["ops@example.org"] } };
    }
    default:
      return { name, [kind]: { url: `${origin}/hooks/T0/secret-of-hook` } } as AlertChannel;
  }
}

const text = (maxLength: number) => ({ type: "string", minLength: 1, maxLength });
const url = { type: "string", pattern: '^https?://[^\\s"<>]+$' };
const time = { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$" };
const object = (properties: object, optional: readonly string[] = []) => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});
const list = (items: object, maxItems: number, minItems = 0) => ({
  type: "array",
  items,
  minItems,
  maxItems,
});
const labels = {
  type: "object",
  propertyNames: { pattern: "^[a-zA-Z_][a-zA-Z0-9_]*$" },
  additionalProperties: { type: "string" },
};
const texts = { type: "object", additionalProperties: { type: "string" } };

const utf8 = (value: string) => new TextEncoder().encode(value).length;

function vendor(
  { schema, path, status = 200, answer = "", check = () => undefined }: {
    readonly schema: object;
    readonly path: RegExp;
    readonly status?: number;
    readonly answer?: string;
    // deno-lint-ignore no-explicit-any -- the schema has proven what it is
    readonly check?: (value: any, request: Received) => string | undefined;
  },
): Vendor {
  const validate = new Ajv({ allErrors: true }).compile(schema);
  return {
    status,
    answer,
    problem(request) {
      if (!path.test(request.path)) return `no such path: ${request.path}`;
      if (request.headers["content-type"] !== "application/json") return "no JSON";
      const value = JSON.parse(request.body);
      return validate(value) ? check(value, request) : JSON.stringify(validate.errors);
    },
  };
}

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
const slack = vendor({
  path: /^\/hooks\//,
  answer: "ok",
  schema: object({
    text: text(4_000),
    unfurl_links: { type: "boolean" },
    attachments: list(
      object({
        color: text(7),
        blocks: list(
          object({
            type: { const: "section" },
            text: object({
              type: { const: "mrkdwn" },
              text: text(3_000),
              verbatim: { type: "boolean" },
            }),
          }),
          50,
          1,
        ),
      }),
      20,
    ),
  }),
  check(value) {
    const all = `${value.text}\n${value.attachments[0].blocks[0].text.text}`;
    const isCall = /<(?!https?:\/\/[^|<>]+\|[^|<>]+>)/.test(all);
    if (isCall) return "text calls somebody";
    return /&(?!amp;|lt;|gt;)/.test(all) ? "an ampersand is not escaped" : undefined;
  },
});

/** https://developers.mattermost.com/integrate/reference/message-attachments/ */
const mattermost = vendor({
  path: /^\/hooks\//,
  answer: "ok",
  schema: object({
    attachments: list(
      object({ fallback: text(4_000), color: text(7), title: text(4_000), text: text(16_383) }),
      1,
      1,
    ),
  }),
  check: ({ attachments: [{ title, text }] }) =>
    /@\w/.test(title + text) ? "text calls somebody" : undefined,
});

/** https://discord.com/developers/docs/resources/webhook#execute-webhook */
const discord = vendor({
  path: /^\/hooks\//,
  status: 204,
  schema: object({
    embeds: list(
      object({
        title: text(256),
        description: text(4_096),
        color: { type: "integer", minimum: 0, maximum: 0xffffff },
      }),
      10,
      1,
    ),
    allowed_mentions: object({ parse: list({}, 0) }),
  }),
  check: ({ embeds: [{ title, description }] }) =>
    title.length + description.length > 6_000 ? "embed is too long" : undefined,
});

const run = object({
  type: { const: "RichTextBlock" },
  inlines: list(
    object(
      {
        type: { const: "TextRun" },
        text: text(20_000),
        size: { enum: ["Large"] },
        weight: { enum: ["Bolder"] },
        color: { enum: ["Good", "Attention", "Warning", "Accent"] },
      },
      ["size", "weight", "color"],
    ),
    1,
    1,
  ),
});

/** https://adaptivecards.io/explorer/, and 28 KB by https://learn.microsoft.com/microsoftteams/platform */
const teams = vendor({
  path: /^\/hooks\//,
  status: 202,
  schema: object({
    type: { const: "message" },
    attachments: list(
      object({
        contentType: { const: "application/vnd.microsoft.card.adaptive" },
        contentUrl: { type: "null" },
        content: object({
          $schema: { const: "http://adaptivecards.io/schemas/adaptive-card.json" },
          type: { const: "AdaptiveCard" },
          version: { const: "1.4" },
          body: list(run, 500, 1),
          actions: list(
            object({
              type: { const: "Action.OpenUrl" },
              title: text(50),
              tooltip: text(1_000),
              url,
            }),
            6,
          ),
        }),
      }),
      1,
      1,
    ),
  }),
  check: (_, { body }) => utf8(body) > 28 * 1_024 ? "message is too large" : undefined,
});

/** https://docs.ntfy.sh/publish/#publish-as-json */
const ntfy = vendor({
  path: /^\/$/,
  answer: `{"id":"x"}`,
  schema: object(
    {
      topic: { type: "string", pattern: "^[-_A-Za-z0-9]{1,64}$" },
      title: text(250),
      message: text(4_096),
      priority: { type: "integer", minimum: 1, maximum: 5 },
      tags: list(text(50), 10),
      click: url,
      actions: list(object({ action: { const: "view" }, label: text(50), url }), 3),
    },
    ["click"],
  ),
  check(value, { headers }) {
    if (utf8(value.message) > 4_096) return "message is too large";
    return headers.authorization === "Bearer tk_secret" ? undefined : "unauthorized";
  },
});

/** https://core.telegram.org/bots/api#sendmessage */
const telegram = vendor({
  path: /^\/bot123:secret\/sendMessage$/,
  answer: `{"ok":true}`,
  schema: object({
    chat_id: { type: "string", pattern: "^-?\\d+$" },
    text: text(4_096),
    parse_mode: { const: "HTML" },
    link_preview_options: object({ is_disabled: { type: "boolean" } }),
    disable_notification: { type: "boolean" },
  }),
  check({ text }) {
    const rest = text.replace(/<b>[^<]*<\/b>|<a href="[^"<>]*">[^<]*<\/a>/g, "");
    return /[<>]|&(?!(amp|lt|gt|quot);)/.test(rest) ? "can't parse entities" : undefined;
  },
});

/** https://developer.pagerduty.com/docs/events-api-v2-trigger-events */
const pagerdutyEvent = { routing_key: text(32), dedup_key: text(255) };
const pagerduty = vendor({
  path: /^\/v2\/enqueue$/,
  status: 202,
  answer: `{"status":"success"}`,
  schema: {
    anyOf: [
      object({ ...pagerdutyEvent, event_action: { const: "resolve" } }),
      object({
        ...pagerdutyEvent,
        event_action: { const: "trigger" },
        client: text(100),
        client_url: url,
        links: list(object({ href: url, text: text(100) }), 10),
        payload: object({
          summary: text(1_024),
          source: text(1_000),
          severity: { enum: ["critical", "error", "warning", "info"] },
          timestamp: time,
          component: text(1_000),
          group: { type: "string" },
          class: text(100),
          custom_details: { type: "object" },
        }),
      }, ["client_url"]),
    ],
  },
  check: (_, { body }) => utf8(body) > 512 * 1_024 ? "event is too large" : undefined,
});

/** https://docs.opsgenie.com/docs/alert-api */
const opsgenie = vendor({
  path: /^\/v2\/alerts(\/[0-9a-f-]{36}\/close\?identifierType=alias)?$/,
  status: 202,
  answer: `{"result":"Request will be processed"}`,
  schema: {
    anyOf: [
      object({ source: text(100), note: text(25_000) }),
      object({
        alias: text(512),
        message: text(130),
        description: text(15_000),
        entity: text(512),
        source: text(100),
        priority: { enum: ["P1", "P2", "P3", "P4", "P5"] },
        tags: list(text(50), 20),
      }),
    ],
  },
  check: (_, { headers }) =>
    headers.authorization === "GenieKey key-of-opsgenie" ? undefined : "unauthorized",
});

const prometheusAlert = { labels, annotations: texts, startsAt: time, endsAt: time };

/** https://prometheus.io/docs/alerting/latest/configuration/#webhook_config, and Standard Webhooks */
const webhook = vendor({
  path: /^\/hook$/,
  status: 204,
  schema: object({
    version: { const: "4" },
    groupKey: text(1_000),
    truncatedAlerts: { type: "integer" },
    status: { enum: ["firing", "resolved"] },
    receiver: text(100),
    groupLabels: labels,
    commonLabels: labels,
    commonAnnotations: texts,
    externalURL: { type: "string" },
    alerts: list(
      object({
        ...prometheusAlert,
        status: { enum: ["firing", "resolved"] },
        generatorURL: { type: "string" },
        fingerprint: { type: "string", pattern: "^[0-9a-f]{16}$" },
      }),
      1_000,
      1,
    ),
  }),
  check(_, { headers, body }) {
    try {
      new Webhook(SECRET).verify(body, { ...headers });
      return undefined;
    } catch (error) {
      return String(error);
    }
  },
});

/** https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
const alertmanager = vendor({
  path: /^\/api\/v2\/alerts$/,
  schema: list(object({ ...prometheusAlert, generatorURL: url }, ["generatorURL"]), 256, 1),
});

export const VENDORS: Readonly<Record<Kind, Vendor>> = {
  ...{ webhook, alertmanager, pagerduty, slack, mattermost, discord, teams, ntfy, telegram },
  opsgenie,
};
export const KINDS = Object.keys(VENDORS) as Kind[];
