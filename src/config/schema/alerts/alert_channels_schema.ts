/** The schema of `alerts.channels`: where alerts are sent, each channel of exactly one kind. */
import * as z from "zod";
import { httpUrlSchema } from "../protocols/http_schema.ts";
import { type Exact, identifier, password, path, text, whole } from "../scalar.ts";
import { kafkaName, kafkaServersSchema, saslSchema } from "../kafka_schema.ts";
import { headersSchema } from "../site_schema.ts";
import { kafkaTlsSchema, siteTlsSchema } from "../tls_schema.ts";

/** Each is a queue of its own, and asked for once a second. */
const CHANNELS_MAX = 100;
/** An instance of Alertmanager each; a cluster has a few. */
const URLS_MAX = 16;
/** More people than this have a mailing list. */
const RECIPIENTS_MAX = 50;
/** RFC 5321 allows 254 characters of an address, and a name may stand before it. */
const ADDRESS_LENGTH_MAX = 320;
const SECRET_LENGTH_MAX = 1_024;

const url = (what: string) => httpUrlSchema.describe(`URL ${what}; better \`\${file:PATH}\`.`);
const secret = (what: string) =>
  text(SECRET_LENGTH_MAX).describe(`${what}; better \`\${NAME}\` or \`\${file:PATH}\`.`);

/** For receivers that people run themselves. */
const request = {
  headers: headersSchema.optional().describe("Headers of each request."),
  tls: siteTlsSchema.optional().describe("TLS to the receiver."),
};

/** Whoever knows the URL of an incoming webhook may send. */
const incoming = { url: url("of the incoming webhook") };

/** An address, or a name and it: `Sitemon <sitemon@example.org>`. */
const ADDRESS =
  /^(?:[^\p{Cc}<>]*<[^\p{Cc}\s<>@]+@[^\p{Cc}\s<>@]+>|[^\p{Cc}\s<>@]+@[^\p{Cc}\s<>@]+)$/u;
const address = () =>
  z.string({ error: "is not an email address" }).max(ADDRESS_LENGTH_MAX).regex(ADDRESS);

const kinds = {
  webhook: z.strictObject({
    url: url("that alerts are posted to"),
    ...request,
    secret: z.string({ error: "is not a secret such as whsec_ and 24 to 64 bytes as Base64" })
      .regex(/^(whsec_)?[A-Za-z0-9+/]{32,88}={0,2}$/).optional().describe(
        "Key of Standard Webhooks that requests are signed with; better `${NAME}` or `${file:PATH}`.",
      ),
  }),
  alertmanager: z.strictObject({
    urls: z.array(httpUrlSchema, { error: `is not a list of 1 to ${URLS_MAX} URLs` })
      .min(1).max(URLS_MAX).describe("Base URLs of the instances; alerts go to each of them."),
  }),
  pagerduty: z.strictObject({
    routing_key: secret("Integration key of a service"),
    url: httpUrlSchema.prefault("https://events.pagerduty.com/v2/enqueue")
      .describe("URL of the Events API v2; the European one differs."),
  }),
  slack: z.strictObject(incoming),
  mattermost: z.strictObject({ ...incoming, ...request }),
  discord: z.strictObject(incoming),
  teams: z.strictObject({ url: url("of a Workflow that takes webhooks") }),
  ntfy: z.strictObject({
    url: url("of the topic"),
    ...request,
    token: secret("Access token").optional(),
  }),
  telegram: z.strictObject({
    token: secret("Token of the bot"),
    chat_id: z.string({ error: "is not the id of a chat in quotes, or its @name" })
      .regex(/^(-?\d{1,20}|@[A-Za-z0-9_]{1,64})$/).describe("Chat that it writes to."),
    url: httpUrlSchema.prefault("https://api.telegram.org").describe("Base URL of the Bot API."),
  }),
  opsgenie: z.strictObject({
    api_key: secret("Key of an API integration"),
    url: httpUrlSchema.prefault("https://api.opsgenie.com/v2/alerts").describe(
      "URL of the Alert API; `https://api.atlassian.com/jsm/ops/integration/v2/alerts` is that of Jira Service Management.",
    ),
  }),
  email: z.strictObject({
    host: z.string({ error: "is not a host name or an IP address" })
      .regex(/^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?$|^[0-9A-Fa-f:.]{2,45}$/)
      .describe("SMTP server."),
    port: whole({ min: 1, max: 65_535 }).prefault(587).describe("Port of the server."),
    tls: z.enum(["starttls", "implicit", "none"]).prefault("starttls").describe(
      "`starttls` is required of the server, `implicit` is TLS from the start, `none` plain text.",
    ),
    ca: path().optional()
      .describe("PEM file of the certificate authorities to trust, in place of Mozilla's."),
    username: text(SECRET_LENGTH_MAX).optional().describe("User name; no login when absent."),
    password: password().optional(),
    from: address().describe("Sender."),
    to: z.array(address(), { error: `is not a list of 1 to ${RECIPIENTS_MAX} email addresses` })
      .min(1).max(RECIPIENTS_MAX).describe("Recipients."),
  }).refine(({ username, password }) => (username === undefined) === (password === undefined), {
    error: "username and password need each other",
  }),
  kafka: z.strictObject({
    servers: kafkaServersSchema.describe(
      "Bootstrap servers, and every other listener that the brokers advertise; port 9092 unless one is given.",
    ),
    topic: kafkaName.prefault("sitemon-alerts").describe("Topic of the events."),
    create_topic: z.boolean().prefault(true).describe(
      "Creates the topic, with the brokers' defaults, if it does not exist.",
    ),
    client_id: kafkaName.prefault("sitemon")
      .describe("Client ID in the brokers' logs and quotas."),
    tls: kafkaTlsSchema.prefault(false)
      .describe("`true` for TLS with Mozilla's certificate authorities, or a mapping."),
    sasl: saslSchema.optional().describe("Authentication to the brokers."),
  }),
};

const KIND_NAMES = Object.keys(kinds).join(", ");

const channelSchema = z.strictObject(
  Object.fromEntries(
    Object.entries(kinds).map(([kind, schema]) => [kind, schema.optional()]),
  ) as { [Kind in keyof typeof kinds]: z.ZodOptional<(typeof kinds)[Kind]> },
  {
    error: ({ code }) =>
      code === "unrecognized_keys"
        ? undefined
        : `is not a mapping with exactly one of ${KIND_NAMES}`,
  },
).refine((channel) => Object.keys(channel).length === 1, {
  error: `needs exactly one of ${KIND_NAMES}`,
});

export const alertChannelsSchema = z.record(identifier(), channelSchema, {
  error: "is not a mapping of names to channels, such as ops: {slack: {url: …}}",
}).refine((channels) => Object.keys(channels).length <= CHANNELS_MAX, {
  error: `more than ${CHANNELS_MAX} channels`,
});

export type ChannelConfig = Exact<z.output<typeof channelSchema>>;
